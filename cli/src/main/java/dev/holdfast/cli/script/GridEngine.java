// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.ArrayList;
import java.util.List;

/** Grid Engine and its descendants: qsub(1). */
final class GridEngine implements Dialect {
  /** A job that ends with it goes back into the queue. */
  private static final String REQUEUE_CODE = "99";

  @Override
  public String title() {
    return "Grid Engine";
  }

  @Override
  public String jobVariable() {
    return "JOB_ID";
  }

  @Override
  public String taskVariable() {
    return "SGE_TASK_ID";
  }

  @Override
  public String mark() {
    return "#$";
  }

  @Override
  public void check(ScriptWish wish, Lead lead) {
    lead.mustFit(wish, 0);
    wish.array()
        .ifPresent(tasks -> {
          tasks.mustBeginAtOne(title());
          tasks.only(title());
        });
    if (wish.size().nodes().orElse(1) > 1) {
      throw new ScriptException(
          "Grid Engine gives slots, not nodes: use --ntasks N --pe NAME instead of --nodes");
    }
    if (wish.size().totalTasks() > 1 && wish.size().parallelEnvironment().isEmpty()) {
      throw new ScriptException(
          "--ntasks on Grid Engine needs --pe NAME, one of what qconf -spl lists");
    }
    if (wish.size().cpusPerTask().isPresent()) {
      throw new ScriptException(
          "Grid Engine counts slots: say --ntasks N --pe NAME instead of --cpus-per-task");
    }
  }

  @Override
  public List<String> directives(ScriptWish wish, Lead lead) {
    ScriptWish.Size size = wish.size();
    List<String> lines = new ArrayList<>();
    lines.add("-N " + wish.name());
    lines.add("-S /bin/bash");
    lines.add("-cwd");
    size.parallelEnvironment().ifPresent(pe -> lines.add("-pe " + pe + " " + size.totalTasks()));
    wish.array()
        .ifPresent(tasks -> {
          lines.add("-t " + tasks.only(title()));
          tasks.atOnce().ifPresent(most -> lines.add("-tc " + most));
        });
    wish.queue().ifPresent(queue -> lines.add("-q " + queue));
    wish.account().ifPresent(account -> lines.add("-P " + account));
    lines.add("# The same job again after the loss of a node.");
    lines.add("-r y");
    lines.add("# One log for both kinds of output; a restarted job goes on with it.");
    lines.add("-j y");
    String task = wish.array().isPresent() ? ".$TASK_ID" : "";
    lines.add("-o " + wish.name() + ".$JOB_ID" + task + ".log");
    size.timeSeconds()
        .ifPresent(limit -> {
          lines.addAll(
              Comment.of("At the soft limit USR1 says that the end comes. " + lead.why() + "."));
          lines.add("-l h_rt=" + WallTime.hoursMinutesSeconds(limit));
          lines.add("-l s_rt=" + WallTime.hoursMinutesSeconds(limit - lead.seconds()));
        });
    return lines;
  }

  @Override
  public String submit() {
    return "qsub \"$0\"";
  }

  @Override
  public String submitNext() {
    return "qsub -terse ${previous:+-hold_jid \"$previous\"} \"$0\"";
  }

  @Override
  public List<String> numberOfPrevious() {
    return List.of("previous=${previous%%.*} # tasks may follow");
  }

  @Override
  public String whereabouts() {
    return "job $JOB_ID on $(hostname), restarted: ${RESTARTED:-0}";
  }

  @Override
  public List<List<String>> requeue() {
    return List.of(List.of("--requeue=exit-code"), List.of("--stop-code", REQUEUE_CODE));
  }

  @Override
  public List<String> starter(ScriptWish wish) {
    return List.of("mpiexec", "-n", "\"$NSLOTS\"");
  }
}
