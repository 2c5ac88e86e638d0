// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a batch script is to do.
 *
 * @param name of the job
 * @param size how much of the machine, for how long
 * @param array one task each
 * @param chain how many jobs are submitted at once, each waiting for the one before
 * @param queue queue or partition
 * @param account account or project
 * @param costSeconds how long a checkpoint takes
 * @param stepSeconds the longest step: until it ends nothing can be checkpointed
 * @param store absolute; may hold {@link ShellWord#TASK}
 * @param folder absolute; where the command runs
 * @param launcher the holdfast command
 * @param files whether the command writes its state into files of its own
 * @param runOptions of {@code holdfast run}, each a list of words
 * @param directives more of them, in the words of the scheduler
 * @param bare the command starts its tasks by itself, or has one only
 * @param command and its arguments; at least one
 * @param writtenBy the command line that asked for this
 */
public record ScriptWish(
    String name,
    Size size,
    Optional<TaskRange> array,
    OptionalInt chain,
    Optional<String> queue,
    Optional<String> account,
    OptionalDouble costSeconds,
    double stepSeconds,
    String store,
    String folder,
    String launcher,
    boolean files,
    List<List<String>> runOptions,
    List<String> directives,
    boolean bare,
    List<String> command,
    List<String> writtenBy) {
  /** Programs that start the tasks of a parallel program. */
  private static final Set<String> STARTERS =
      Set.of(
          "srun",
          "mpirun",
          "mpiexec",
          "mpiexec.hydra",
          "orterun",
          "prun",
          "aprun",
          "jsrun",
          "blaunch",
          "ibrun");

  /**
   * How much of the machine, for how long; what is not said is left to the site.
   *
   * @param timeSeconds whole minutes
   * @param parallelEnvironment what Grid Engine calls a way to run on several slots
   */
  public record Size(
      OptionalLong timeSeconds,
      OptionalInt nodes,
      OptionalInt tasks,
      OptionalInt cpusPerTask,
      Optional<String> parallelEnvironment) {
    /** Tasks in all; one per node unless said. */
    int totalTasks() {
      return tasks.orElse(nodes.orElse(1));
    }

    /** Tasks on a node, as many as needed to place them all. */
    int tasksPerNode() {
      return Math.ceilDiv(totalTasks(), nodes.orElse(1));
    }
  }

  /** Copies its lists. */
  public ScriptWish {
    runOptions = runOptions.stream().map(List::copyOf).toList();
    directives = List.copyOf(directives);
    command = List.copyOf(command);
    writtenBy = List.copyOf(writtenBy);
  }

  /** Whether the command begins with a program that starts tasks. */
  boolean startsTasks() {
    String first = command.getFirst();
    return STARTERS.contains(first.substring(first.lastIndexOf('/') + 1));
  }

  /** Whether a starter is to be put before the command. */
  boolean needsStarter() {
    return size.totalTasks() > 1 && !bare && !startsTasks();
  }

  /** Whether several processes hear of a stop through the program that started them. */
  public boolean parallel() {
    return startsTasks() || needsStarter();
  }
}
