// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.ScriptFinding.problem;
import static dev.holdfast.cli.doctor.ScriptFinding.warning;

import dev.holdfast.cli.doctor.ScriptText.Directive;
import dev.holdfast.cli.doctor.ScriptText.Trap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Traps on the way of a signal from the scheduler to the program. */
final class SignalRules {
  private static final Pattern SIGNAL =
      Pattern.compile("--signal[= ]\\s*([RB]{0,2}:)?(?:SIG)?([A-Z0-9]+)(?:@(\\d{1,6}))?");

  /** Slurm's KillWait. */
  private static final int KILL_WAIT_SECONDS = 30;

  private static final int SHORT_LEAD_SECONDS = 60;

  private static final String EXEC_RUN = "exec holdfast run ... -- program, which hears it";
  private static final String BACKGROUND =
      "start the program with & and wait for it in a loop until it has ended, or exec holdfast run";

  private final ScriptText script;
  private final List<ScriptFinding> findings = new ArrayList<>();

  private SignalRules(ScriptText script) {
    this.script = script;
  }

  static List<ScriptFinding> of(ScriptText script) {
    SignalRules rules = new SignalRules(script);
    rules.requestedSignal();
    rules.trapsAndPrograms();
    rules.waits();
    rules.untrappable();
    rules.termOnly();
    rules.pids();
    return rules.findings;
  }

  private void requestedSignal() {
    for (Directive directive : script.directives()) {
      Matcher signal = SIGNAL.matcher(directive.text());
      if (script.slurm() && signal.find()) {
        boolean toShell = signal.group(1) != null && signal.group(1).contains("B");
        if (toShell) {
          heardByShell(directive.line(), signal.group(2));
        } else {
          heardBySteps(directive.line(), signal.group(2));
        }
        lead(directive.line(), signal.group(3));
      }
    }
  }

  private void heardByShell(int line, String name) {
    boolean heard = script.statements().stream().anyMatch(Statement::exec) || trapped(name);
    if (!heard) {
      findings.add(
          problem(
              line,
              "signal-unheard",
              "B: sends " + name + " to the shell alone, which does nothing with it",
              "without a trap the signal ends the shell, and the job with it, at once; the program"
                  + " never hears of it",
              EXEC_RUN + "; or trap it and send it on"));
    }
  }

  private boolean trapped(String name) {
    return script.actingTraps().stream().anyMatch(trap -> trap.signals().contains(name));
  }

  private void heardBySteps(int line, String name) {
    if (trapped(name)) {
      findings.add(
          problem(
              line,
              "signal-not-for-shell",
              "the trap for " + name + " never runs: without B: the shell is not told",
              "Slurm sends the signal to the steps that srun has started, and to them alone",
              "--signal=B:" + name + "@N"));
    } else if (script.named("srun").findAny().isEmpty()
        && !script.commands().matches("(?s).*\\b(mpirun|mpiexec|srun)\\b.*")) {
      findings.add(
          problem(
              line,
              "signal-without-step",
              "nobody gets " + name + ": without B: only what srun has started is told",
              "the script starts nothing with srun",
              "--signal=B:" + name + "@N with " + EXEC_RUN + ", or start the program with srun"));
    }
  }

  private void lead(int line, String given) {
    if (given != null && Integer.parseInt(given) < SHORT_LEAD_SECONDS) {
      findings.add(
          warning(
              line,
              "signal-late",
              "the signal comes " + given + " s before the end",
              "a checkpoint that takes longer is cut off by SIGKILL; the slowest takes a multiple of"
                  + " the mean",
              "give twice the time of a checkpoint and 30 s more; holdfast script computes it"));
    }
  }

  private void trapsAndPrograms() {
    List<Statement> programs = script.programs();
    for (Trap trap : script.actingTraps()) {
      int line = trap.statement().line();
      Optional<Statement> earlier =
          programs.stream().filter(p -> !p.background() && p.line() < line).findFirst();
      boolean later = programs.stream().anyMatch(p -> p.line() > line);
      if (trap.statement().function().isEmpty() && earlier.isPresent() && !later) {
        findings.add(
            problem(
                line,
                "trap-late",
                "the trap is set after the program of line " + earlier.get().line() + " has ended",
                "until then its signals do what they do without it: end the shell",
                "set traps before the program starts; " + BACKGROUND));
      }
      programs.stream()
          .filter(p -> p.line() > line && !p.background() && !p.exec())
          .filter(p -> !p.follower().equals("|") || !pipedToBackground(p))
          .findFirst()
          .ifPresent(p -> foreground(p, trap));
      silentHandler(trap);
    }
  }

  private boolean pipedToBackground(Statement first) {
    return script.main().stream()
        .filter(s -> s.line() == first.line())
        .anyMatch(Statement::background);
  }

  private void foreground(Statement program, Trap trap) {
    boolean known =
        findings.stream()
            .anyMatch(f -> f.rule().equals("trap-foreground") && f.line() == program.line());
    if (!known) {
      findings.add(
          problem(
              program.line(),
              "trap-foreground",
              "the trap for "
                  + String.join(", ", trap.signals())
                  + " waits until this program ends",
              "bash runs a trap only after the foreground command: too late",
              BACKGROUND));
    }
  }

  private void silentHandler(Trap trap) {
    boolean requeues = trap.handler().matches("(?s).*(scontrol\\s+requeue|sbatch|qsub|bsub).*");
    boolean tells =
        trap.handler().matches("(?s).*\\b(kill|pkill|killall|scancel|touch|wait|qsig)\\b.*");
    boolean toShell = script.directive("--signal[= ]\\s*R?B").isPresent();
    if (requeues && !tells && (toShell || !script.slurm())) {
      findings.add(
          problem(
              trap.statement().line(),
              "handler-silent",
              "the trap requeues the job, and nobody tells the program to checkpoint",
              "the signal goes to the shell; the program is killed by the requeue",
              "kill -USR1 the program and wait for its end before the requeue, or exec holdfast run"));
    }
  }

  private void waits() {
    List<Trap> traps = script.actingTraps();
    List<Statement> waits = script.main().stream().filter(s -> s.is("wait")).toList();
    if (traps.isEmpty() || waits.isEmpty()) {
      return;
    }
    Statement first = waits.getFirst();
    if (errexit() && !first.guarded()) {
      findings.add(
          problem(
              first.line(),
              "wait-errexit",
              "set -e ends the script here when a signal comes",
              "a trapped signal makes wait return 128 + n, a failure",
              "wait \"$pid\" || code=$?"));
    }
    boolean handlerWaits = traps.stream().anyMatch(t -> t.handler().matches("(?s).*\\bwait\\b.*"));
    if (waits.size() == 1 && first.loops() == 0 && !handlerWaits) {
      findings.add(
          warning(
              first.line(),
              "wait-once",
              "wait returns as soon as a trapped signal comes, not when the program has ended",
              "the script goes on, and ends the job, while the program still writes its checkpoint",
              "while kill -0 \"$pid\" 2>/dev/null; do wait \"$pid\"; done"));
    }
  }

  private boolean errexit() {
    boolean byShebang =
        !script.raw().isEmpty() && script.raw().getFirst().matches("#!.*sh\\s+-[a-z]*e.*");
    return byShebang
        || script.statements().stream()
            .anyMatch(s -> s.text().matches("set\\s+(.*\\s)?(-[a-z]*e[a-z]*|-o\\s+errexit)\\b.*"));
  }

  private void untrappable() {
    for (Trap trap : script.traps()) {
      if (trap.signals().stream().anyMatch(s -> s.matches("KILL|STOP|9|19"))) {
        findings.add(
            problem(
                trap.statement().line(),
                "trap-kill",
                "KILL and STOP cannot be trapped",
                "the kernel ends or stops the process without asking it",
                "act on the signal that comes before: USR1 by --signal, TERM"));
      }
    }
  }

  private void termOnly() {
    boolean asked = script.directive("--signal|-wa\\b|-notify|s_rt").isPresent();
    if (asked || script.usesHoldfastRun()) {
      return;
    }
    script.actingTraps().stream()
        .filter(t -> t.signals().contains("TERM") || t.signals().contains("15"))
        .findFirst()
        .ifPresent(trap ->
            findings.add(
                warning(
                    trap.statement().line(),
                    "term-only",
                    "TERM is the only word before the end",
                    script.slurm()
                        ? "SIGKILL follows after KillWait, "
                            + KILL_WAIT_SECONDS
                            + " s unless the site says otherwise: less than most checkpoints"
                        : "SIGKILL follows soon, on PBS after 10 s: less than most checkpoints",
                    "ask for a signal earlier (--signal, -wa, s_rt), or exec holdfast run, which"
                        + " knows when the end comes")));
  }

  private void pids() {
    for (Statement statement : script.statements()) {
      String text = statement.text();
      boolean listed =
          (statement.is("ps") && statement.follower().equals("|"))
              || text.matches("(?s).*(\\$\\(|`)\\s*(ps\\b.*\\|\\s*grep|pgrep|pidof).*");
      if (listed || statement.is("pkill") || statement.is("killall")) {
        findings.add(
            warning(
                statement.line(),
                "pid-by-name",
                "a process is looked for by its name",
                "other jobs, other tasks, or the search itself have the same name",
                "start the program with & and keep $! of it"));
      }
    }
  }
}
