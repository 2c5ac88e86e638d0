// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import java.util.Optional;

/**
 * Whether a job that has stopped is to be put into the queue again. Not when somebody wanted it to
 * end, and not when that would go on for ever.
 *
 * @param most requeues in all
 * @param patience attempts in a row without a new version
 */
record RequeueRule(int most, int patience) {
  /**
   * What is known of the job.
   *
   * @param stop who wished the stop; empty when the command stopped of itself
   * @param requeues so far
   * @param attemptsWithoutVersion since the newest version, the present one included
   */
  record Facts(Optional<Stop> stop, long requeues, long attemptsWithoutVersion) {}

  /** Whether another attempt would be as fruitless as the last ones. */
  boolean fruitless(Facts facts) {
    return facts.attemptsWithoutVersion() >= Math.max(1, patience);
  }

  /** What speaks against it, in words; empty when nothing does. */
  Optional<String> objection(Facts facts) {
    if (fruitless(facts)) {
      return Optional.of(
          "no progress: the last "
              + facts.attemptsWithoutVersion()
              + " attempts made no version (--retries)");
    }
    if (facts.requeues() >= most) {
      return Optional.of("it has been requeued " + facts.requeues() + " times (--max-requeues)");
    }
    return facts.stop().flatMap(RequeueRule::unwanted);
  }

  private static Optional<String> unwanted(Stop stop) {
    return switch (stop.cause()) {
      case ALLOCATION -> Optional.empty();
      case TIME_LIMIT -> Optional.of("its own --time-limit is over");
      case REQUEST -> Optional.of("holdfast stop has ended it");
      case SIGNAL -> bySignal(stop);
    };
  }

  private static Optional<String> bySignal(Stop stop) {
    return stop.announcesEnd()
        ? Optional.empty()
        : Optional.of(
            "SIG"
                + stop.signal()
                + " before the end of the allocation cancels a job, or preempts it, and then the"
                + " scheduler itself queues it again");
  }
}
