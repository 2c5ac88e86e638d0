// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.ScriptFinding.problem;
import static dev.holdfast.cli.doctor.ScriptFinding.warning;

import dev.holdfast.cli.doctor.ScriptText.Directive;
import dev.holdfast.cli.doctor.ScriptText.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Traps on a job's way back into the queue. */
final class RequeueRules {
  private static final Pattern COUNTED =
      Pattern.compile(
          "(?i)restart_?count|max|count|attempt|retries|limit|\\bn_?(runs|tries)|generation");
  private static final Pattern STRINGS =
      Pattern.compile("\\[\\[[^\\]]*\\s[<>]\\s*[\"']?[0-9]+[\"']?\\s*(\\]\\]|&&|\\|\\|)");
  private static final Pattern REDIRECT =
      Pattern.compile("(^|\\s)\\[\\s[^\\]]*\\s>\\s*[\"']?[0-9]+[\"']?\\s*\\]");

  private final ScriptText script;
  private final List<ScriptFinding> findings = new ArrayList<>();

  private RequeueRules(ScriptText script) {
    this.script = script;
  }

  static List<ScriptFinding> of(ScriptText script) {
    RequeueRules rules = new RequeueRules(script);
    rules.timeLimit();
    rules.exitCode();
    rules.withoutProof();
    rules.arrays();
    rules.logs();
    rules.loops();
    rules.comparisons();
    rules.operators();
    return rules.findings;
  }

  private void timeLimit() {
    if (!script.slurm() && script.scheduler() != Scheduler.LSF) {
      return; // elsewhere it is the default, or said by habit
    }
    Optional<Directive> directive = script.requeueDirective();
    boolean more =
        !script.requeues().isEmpty()
            || script.usesHoldfastRun()
            || script.commands().matches("(?s).*\\b(sbatch|qsub|bsub|scontrol|requeue)\\b.*")
            || script.directive("(^|\\s)-Q\\b").isPresent();
    if (directive.isPresent() && !more) {
      findings.add(
          warning(
              directive.get().line(),
              "requeue-not-at-limit",
              "this does not requeue a job that reaches its time limit",
              "it makes the job eligible after preemption or the loss of a node, no more",
              "exec holdfast run --requeue -- program, or requeue after a last checkpoint"));
    }
  }

  private void exitCode() {
    if (script.scheduler() == Scheduler.GRID_ENGINE
        || script.scheduler() == Scheduler.NONE
        || script.directive("-Q\\s*\"?[^\"]*\\b99\\b").isPresent()) {
      return;
    }
    script
        .named("exit")
        .filter(s -> s.text().matches("exit\\s+99"))
        .forEach(s ->
            findings.add(
                problem(
                    s.line(),
                    "exit-99",
                    "exit 99 requeues on Grid Engine, not here",
                    "this job simply fails",
                    script.slurm()
                        ? "scontrol requeue \"$SLURM_JOB_ID\", or exec holdfast run --requeue"
                        : "let holdfast run --requeue do what this scheduler knows")));
  }

  private void withoutProof() {
    List<Statement> all = script.statements();
    for (int i = 0; i < all.size(); i++) {
      Statement sleep = all.get(i);
      List<Statement> next = all.subList(i + 1, Math.min(all.size(), i + 4));
      if (sleep.is("sleep")
          && sleep.loops() == 0
          && next.stream()
              .anyMatch(s -> ScriptText.requeuesByControl(s) || ScriptText.submitsItself(s))) {
        findings.add(
            problem(
                sleep.line(),
                "requeue-without-proof",
                "after this pause the job is requeued, checkpoint or not",
                "a checkpoint that takes longer is cut off, and its file is torn",
                "wait for the program to end and look at its exit code; holdfast run does"));
      }
    }
  }

  private void arrays() {
    boolean array = script.directive("(--array|^-a\\b|^-J\\s.*\\[|^-t\\s|^-J\\s+\\d)").isPresent();
    for (Statement statement : script.requeues()) {
      String text = statement.command();
      if (ScriptText.requeuesByControl(statement)) {
        boolean task = text.contains("ARRAY_TASK_ID");
        if (!task && (text.contains("ARRAY_JOB_ID") || (array && text.contains("JOB")))) {
          findings.add(
              problem(
                  statement.line(),
                  "requeue-array",
                  "this can requeue the whole array, tasks that compute and tasks that are done",
                  "the array's number is also the SLURM_JOB_ID of its last task",
                  "scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\""));
        }
      } else if (array && !text.matches("(?s).*(--array|\\s-a\\b|\\s-J|\\s-t\\b).*")) {
        findings.add(
            problem(
                statement.line(),
                "submit-array",
                "every task submits the whole array again",
                "from 20 tasks come 400, then 8000",
                "submit one task: --array=\"$SLURM_ARRAY_TASK_ID\", or let holdfast run do it"));
      }
    }
  }

  private void logs() {
    boolean sameName = script.directive("(--output[= ]|-o\\s)\\s*[^%\\s]+$").isPresent();
    boolean again =
        script.requeueDirective().isPresent()
            || script.requeues().stream()
                .anyMatch(s -> sameName || ScriptText.requeuesByControl(s));
    if (script.slurm() && again && script.directive("--open-mode[= ]\\s*a").isEmpty()) {
      int line =
          script
              .requeueDirective()
              .map(Directive::line)
              .orElseGet(() -> script.requeues().getFirst().line());
      findings.add(
          warning(
              line,
              "log-truncated",
              "a requeued job begins by emptying its log",
              "what happened before, and why it ended, is gone",
              "#SBATCH --open-mode=append"));
    }
    Optional<Directive> overwritten = script.directive("(^|\\s)-(oo|eo)\\b");
    if (script.scheduler() == Scheduler.LSF && again && overwritten.isPresent()) {
      findings.add(
          warning(
              overwritten.get().line(),
              "log-truncated",
              "-oo and -eo empty the log at every run of the job",
              "what happened before, and why it ended, is gone",
              "-o and -e, which append"));
    }
  }

  private void loops() {
    String text = script.commands();
    if (COUNTED.matcher(text).find()) {
      return;
    }
    for (Statement statement : script.requeues()) {
      boolean held = ScriptText.requeuesByControl(statement) && script.slurm();
      String why =
          held
              ? "a job that fails at once, on a bad checkpoint say, runs until Slurm holds it"
                  + " (MaxBatchRequeue, 5 unless the site says otherwise)"
              : "a job that fails at once, on a bad checkpoint say, submits itself for ever";
      String remedy = "count, and stop without progress; holdfast run does both";
      String what = "nothing limits how often the job comes back";
      findings.add(
          held
              ? warning(statement.line(), "requeue-for-ever", what, why, remedy)
              : problem(statement.line(), "requeue-for-ever", what, why, remedy));
    }
  }

  private void comparisons() {
    for (int i = 0; i < script.raw().size(); i++) {
      String line = script.raw().get(i);
      if (line.stripLeading().startsWith("#")) {
        continue;
      }
      if (STRINGS.matcher(line).find()) {
        findings.add(
            problem(
                i + 1,
                "compare-strings",
                "< and > in [[ ]] compare texts",
                "\"10\" comes before \"5\", and an empty count is less than every number",
                "(( ${SLURM_RESTART_COUNT:-0} > 0 )), or -gt"));
      } else if (REDIRECT.matcher(line).find()) {
        findings.add(
            problem(
                i + 1,
                "compare-redirect",
                "> in [ ] writes into a file whose name is the number",
                "the condition is true whenever the left side is not empty",
                "(( ${SLURM_RESTART_COUNT:-0} > 0 )), or -gt"));
      }
    }
  }

  private void operators() {
    script
        .named("qrerun")
        .forEach(s ->
            findings.add(
                problem(
                    s.line(),
                    "qrerun",
                    "qrerun is for operators of PBS",
                    "users are refused, and the job does not come back",
                    "submit a successor with qsub; holdfast run --requeue=submit does")));
  }
}
