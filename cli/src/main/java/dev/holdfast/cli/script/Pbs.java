// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.ArrayList;
import java.util.List;

/** OpenPBS and PBS Professional: qsub(1B). */
final class Pbs implements Dialect {
  @Override
  public String title() {
    return "PBS";
  }

  @Override
  public String jobVariable() {
    return "PBS_JOBID";
  }

  @Override
  public String taskVariable() {
    return "PBS_ARRAY_INDEX";
  }

  @Override
  public String mark() {
    return "#PBS";
  }

  @Override
  public void check(ScriptWish wish, Lead lead) {
    lead.mustFit(wish, 0);
    Refuse.parallelEnvironment(wish, title());
    if (wish.array().isEmpty()) {
      return;
    }
    TaskRange.Part range = wish.array().get().only(title());
    if (range.last() == range.first()) {
      throw new ScriptException(
          "--array %s: an array of PBS has two tasks or more, such as 1-20".formatted(range));
    }
    if (wish.chain().isEmpty()) {
      throw new ScriptException(
          "PBS lets users submit a whole array again, but not one task of it: add --chain N, and N"
              + " arrays wait for each other");
    }
  }

  @Override
  public List<String> directives(ScriptWish wish, Lead lead) {
    ScriptWish.Size size = wish.size();
    List<String> lines = new ArrayList<>();
    lines.add("-N " + wish.name());
    size.timeSeconds()
        .ifPresent(limit -> lines.add("-l walltime=" + WallTime.hoursMinutesSeconds(limit)));
    if (size.nodes().isPresent() || size.tasks().isPresent() || size.cpusPerTask().isPresent()) {
      lines.add(select(size));
    }
    wish.array().ifPresent(tasks -> lines.add("-J " + tasks.numbers() + tasks.limit()));
    wish.queue().ifPresent(queue -> lines.add("-q " + queue));
    wish.account().ifPresent(account -> lines.add("-A " + account));
    lines.add("# The same job again after the loss of a node.");
    lines.add("-r y");
    lines.add("# One log for both kinds of output: " + wish.name() + ".o and the job's number.");
    lines.add("-j oe");
    lines.addAll(
        Comment.of(
            "PBS gives no word before the end, and 10 s between SIGTERM and SIGKILL. holdfast run"
                + " asks qstat when the end comes, and stops in time: by its own measurements, at"
                + " first "
                + lead.why()
                + "."));
    return lines;
  }

  private static String select(ScriptWish.Size size) {
    int perNode = size.tasksPerNode();
    return "-l select=%d:ncpus=%d:mpiprocs=%d"
        .formatted(
            Math.ceilDiv(size.totalTasks(), perNode),
            perNode * size.cpusPerTask().orElse(1),
            perNode);
  }

  @Override
  public String submit() {
    return "qsub \"$0\"";
  }

  @Override
  public String submitNext() {
    return "qsub ${previous:+-W \"depend=afterany:$previous\"} \"$0\"";
  }

  @Override
  public List<String> numberOfPrevious() {
    return List.of();
  }

  @Override
  public String whereabouts() {
    return "job $PBS_JOBID on $(hostname)";
  }

  @Override
  public List<List<String>> requeue() {
    return List.of(List.of("--requeue=submit"), List.of("--resubmit", "\"$0\""));
  }

  @Override
  public List<String> starter(ScriptWish wish) {
    return List.of("mpiexec", "-n", Integer.toString(wish.size().totalTasks()));
  }
}
