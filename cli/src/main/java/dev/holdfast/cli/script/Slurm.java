// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.ArrayList;
import java.util.List;

/** Slurm: sbatch(1). */
final class Slurm implements Dialect {
  /** Slurm looks for jobs to signal once a minute at most. */
  private static final long EARLY_SECONDS = 60;

  /** sbatch takes no more. */
  private static final long LEAD_SECONDS_MAX = 65_535;

  @Override
  public String title() {
    return "Slurm";
  }

  @Override
  public String jobVariable() {
    return "SLURM_JOB_ID";
  }

  @Override
  public String taskVariable() {
    return "SLURM_ARRAY_TASK_ID";
  }

  @Override
  public String mark() {
    return "#SBATCH";
  }

  @Override
  public void check(ScriptWish wish, Lead lead) {
    lead.mustFit(wish, EARLY_SECONDS);
    Refuse.parallelEnvironment(wish, title());
    if (lead.seconds() > LEAD_SECONDS_MAX) {
      throw new ScriptException(
          "Slurm says at most %d s before the end that it comes; --cost and --step need %d s"
              .formatted(LEAD_SECONDS_MAX, lead.seconds()));
    }
  }

  @Override
  public List<String> directives(ScriptWish wish, Lead lead) {
    ScriptWish.Size size = wish.size();
    List<String> lines = new ArrayList<>();
    lines.add("--job-name=" + wish.name());
    size.timeSeconds().ifPresent(limit -> lines.add("--time=" + WallTime.slurm(limit)));
    size.nodes().ifPresent(n -> lines.add("--nodes=" + n));
    size.tasks().ifPresent(n -> lines.add("--ntasks=" + n));
    size.cpusPerTask().ifPresent(n -> lines.add("--cpus-per-task=" + n));
    wish.array().ifPresent(tasks -> lines.add("--array=" + tasks.numbers() + tasks.limit()));
    wish.queue().ifPresent(queue -> lines.add("--partition=" + queue));
    wish.account().ifPresent(account -> lines.add("--account=" + account));
    lines.addAll(
        Comment.of(
            "The same job again after a preemption or the loss of a node. The time limit is not"
                + " among these: then holdfast run sees to it, after a last checkpoint."));
    lines.add("--requeue");
    lines.add("# A requeued job goes on with its log; otherwise it would begin by emptying it.");
    lines.add("--open-mode=append");
    lines.add(wish.array().isPresent() ? "--output=%x-%A_%a.log" : "--output=%x-%j.log");
    lines.addAll(
        Comment.of(
            "Say before the end that it comes, to this shell alone (B:), and so to what it becomes"
                + " by exec below; without B: only programs started by srun are told. "
                + lead.why()
                + ". Slurm may say it "
                + EARLY_SECONDS
                + " s earlier."));
    lines.add("--signal=B:USR1@" + lead.seconds());
    return lines;
  }

  @Override
  public String submit() {
    return "sbatch \"$0\"";
  }

  @Override
  public String submitNext() {
    return "sbatch --parsable ${previous:+\"--dependency=afterany:$previous\"} \"$0\"";
  }

  @Override
  public List<String> numberOfPrevious() {
    return List.of("previous=${previous%%;*} # a cluster's name may follow");
  }

  @Override
  public String whereabouts() {
    return "job $SLURM_JOB_ID on $SLURM_JOB_NODELIST, restarted ${SLURM_RESTART_COUNT:-0} times";
  }

  @Override
  public List<List<String>> requeue() {
    return List.of(List.of("--requeue"), List.of("--resubmit", "\"$0\""));
  }

  @Override
  public List<String> starter(ScriptWish wish) {
    List<String> words = new ArrayList<>(List.of("srun", "--kill-on-bad-exit=1"));
    // Since 22.05 a step does not inherit this from its job.
    wish.size().cpusPerTask().ifPresent(n -> words.add("--cpus-per-task=" + n));
    return words;
  }
}
