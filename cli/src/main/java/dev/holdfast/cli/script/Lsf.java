// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.ArrayList;
import java.util.List;

/** IBM Spectrum LSF: bsub(1). */
final class Lsf implements Dialect {
  /** What holdfast run ends with when it has stopped at a checkpoint. */
  private static final int REQUEUE_CODE = 75;

  @Override
  public String title() {
    return "LSF";
  }

  @Override
  public String jobVariable() {
    return "LSB_JOBID";
  }

  @Override
  public String taskVariable() {
    return "LSB_JOBINDEX";
  }

  @Override
  public String mark() {
    return "#BSUB";
  }

  @Override
  public void check(ScriptWish wish, Lead lead) {
    lead.mustFit(wish, 60);
    Refuse.parallelEnvironment(wish, title());
    wish.array().ifPresent(tasks -> tasks.mustBeginAtOne(title()));
  }

  @Override
  public List<String> directives(ScriptWish wish, Lead lead) {
    ScriptWish.Size size = wish.size();
    List<String> lines = new ArrayList<>();
    lines.add(
        wish.array()
            .map(tasks -> "-J \"%s[%s]%s\"".formatted(wish.name(), tasks.numbers(), tasks.limit()))
            .orElse("-J " + wish.name()));
    size.timeSeconds().ifPresent(limit -> lines.add("-W " + WallTime.hoursMinutes(limit)));
    if (size.nodes().isPresent() || size.tasks().isPresent()) {
      lines.add("-n " + size.totalTasks());
    }
    size.nodes().ifPresent(n -> lines.add("-R \"span[ptile=" + size.tasksPerNode() + "]\""));
    size.cpusPerTask().ifPresent(n -> lines.add("-R \"affinity[core(" + n + ")]\""));
    wish.queue().ifPresent(queue -> lines.add("-q " + queue));
    wish.account().ifPresent(account -> lines.add("-P " + account));
    lines.add("# Both kinds of output; -o goes on with a log, -oo would begin by emptying it.");
    lines.add(
        wish.array().isPresent()
            ? "-o " + wish.name() + "-%J_%I.log"
            : "-o " + wish.name() + "-%J.log");
    lines.add("# The same job again after the loss of a node ...");
    lines.add("-r");
    if (wish.chain().isEmpty()) {
      lines.add("# ... and when holdfast run says so, after a last checkpoint.");
      lines.add("-Q \"" + REQUEUE_CODE + "\"");
    }
    lines.addAll(Comment.of("Say before the end that it comes. " + lead.why() + "."));
    lines.add("-wa USR1 -wt " + Math.ceilDiv(lead.seconds(), 60L));
    return lines;
  }

  @Override
  public String submit() {
    return "bsub <\"$0\"";
  }

  @Override
  public String submitNext() {
    return "bsub ${previous:+-w \"ended($previous)\"} <\"$0\"";
  }

  @Override
  public List<String> numberOfPrevious() {
    return List.of(
        "previous=${previous#*<} # Job <123> is submitted to queue <normal>.",
        "previous=${previous%%>*}");
  }

  @Override
  public String whereabouts() {
    return "job $LSB_JOBID on ${LSB_HOSTS:-$(hostname)}, restarted: ${LSB_RESTART:-N}";
  }

  @Override
  public List<List<String>> requeue() {
    return List.of(List.of("--requeue=exit-code"));
  }

  @Override
  public List<String> starter(ScriptWish wish) {
    return List.of("mpiexec", "-n", Integer.toString(wish.size().totalTasks()));
  }
}
