// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Breakdown;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** How failures treat a job: what any work interval costs it, and which is best. */
interface Setting {

  /** What a finite job comes to. */
  record Outcome(
      double makespanSeconds, OptionalDouble deviationSeconds, Optional<Breakdown> breakdown) {

    static Outcome of(Breakdown breakdown, double deviationSeconds) {
      return new Outcome(
          breakdown.makespanSeconds(), OptionalDouble.of(deviationSeconds), Optional.of(breakdown));
    }
  }

  /**
   * The best schedule of a finite job.
   *
   * @param segments 1 means not to checkpoint
   * @param segmentWorkSeconds work of each segment but the last; the whole work if there is one
   */
  record Plan(long segments, double segmentWorkSeconds, Outcome outcome) {}

  /** Share of the time of an endless job that is not useful work, 0 to 1. */
  double waste(double workIntervalSeconds);

  /** The finite job with checkpoints after each interval. */
  Outcome job(double workSeconds, double workIntervalSeconds);

  /** The best interval of an endless job. */
  double bestIntervalSeconds();

  Plan bestPlan(double workSeconds);

  /** The same scheme with failures this many times rarer. */
  Setting withMttfTimes(double factor);

  /** The scheme one would choose had one known that failures are this many times rarer. */
  default Setting bestWithMttfTimes(double factor) {
    return withMttfTimes(factor);
  }

  /** What is taken for granted about failures and checkpoints, as phrases. */
  List<String> assumptions();

  /** What more there is to do than to checkpoint at the interval, following "of work"; or empty. */
  default String scheme() {
    return "";
  }

  /** Cost of most checkpoints of the scheme, where it is not the one that the models are given. */
  default OptionalDouble ownCostSeconds() {
    return OptionalDouble.empty();
  }

  /** Where the answer holds only with reservations. */
  default List<String> warnings() {
    return List.of();
  }

  /** What the models' intervals are judged by, where the scheme is nothing they know of. */
  default Setting forModels() {
    return this;
  }

  /** What programs want to know of the scheme; keys carry their units. */
  default Map<String, Object> json() {
    return Map.of();
  }
}
