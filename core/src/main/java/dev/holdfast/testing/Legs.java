// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.Body;
import dev.holdfast.Holdfast;
import dev.holdfast.Job;
import dev.holdfast.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program again and again, each run in a sandbox of its own. A run is made of legs: each but
 * the last is stopped at a boundary, as a signal would stop it, and the next one resumes. Before
 * every leg its surroundings are as they were before the first, as in a new process.
 */
final class Legs {
  private static final long TO_THE_END = Long.MAX_VALUE;

  private final Body body;
  private final Surroundings surroundings;
  private final Path root;
  private int runs;
  private List<String> changed = List.of();

  Legs(Body body, Surroundings surroundings, Path root) {
    this.body = body;
    this.surroundings = surroundings;
    this.root = root;
  }

  /** What the first leg of the latest run has changed in its surroundings, in words. */
  List<String> changed() {
    return changed;
  }

  /** From beginning to end without a stop. */
  Run undisturbed() {
    return run("undisturbed", List.of(TO_THE_END), true);
  }

  /** Stopped after each of these steps, and then to the end. */
  Run stopped(List<Long> stops) {
    return run("stopped", toTheEnd(stops), true);
  }

  /** The same, but the surroundings stay as each leg has left them. */
  Run stoppedInOneProcess(List<Long> stops) {
    return run("one-process", toTheEnd(stops), false);
  }

  /** Stopped after each of these steps, and not resumed after the last. */
  Run until(Long... stops) {
    return run("until", List.of(stops), true);
  }

  private static List<Long> toTheEnd(List<Long> stops) {
    List<Long> all = new ArrayList<>(stops);
    all.add(TO_THE_END);
    return all;
  }

  private Run run(String name, List<Long> stops, boolean resetBetween) {
    Path folder = root.resolve(name + "-" + ++runs);
    surroundings.reset();
    changed = List.of();
    long resumedAt = 0;
    Outcome outcome = null;
    for (long stop : stops) {
      if (outcome instanceof Outcome.StoppedAt at) {
        resumedAt = at.step();
        if (resetBetween) {
          surroundings.reset();
        }
      }
      try {
        outcome = job(folder, stop).run(body);
      } catch (Throwable e) { // whatever a program throws is what a rehearsal is for
        return ended(folder, null, e, resumedAt);
      }
      if (resumedAt == 0) {
        changed = surroundings.changes();
      }
      if (!(outcome instanceof Outcome.StoppedAt at) || at.step() != stop) {
        break;
      }
    }
    return ended(folder, outcome, null, resumedAt);
  }

  private static Run ended(
      Path folder, @Nullable Outcome outcome, @Nullable Throwable failure, long resumedAt) {
    return new Run(folder, outcome, failure, resumedAt);
  }

  private static Job job(Path folder, long stop) {
    Job job = Holdfast.job("rehearsal").sandbox(folder).spare(false);
    return stop == TO_THE_END ? job : job.stopAfter(stop);
  }
}
