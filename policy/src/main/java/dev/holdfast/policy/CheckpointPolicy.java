// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.time.Duration;
import java.util.Locale;

/**
 * Decides how much work to do until the next checkpoint. It is asked whenever a stretch of work
 * begins: after a start, a restart and every checkpoint. A running job and the simulator ask the
 * same objects, so what is simulated is what runs.
 *
 * <p>A policy is a function of what it is told and remembers nothing: implementations are immutable
 * and answer quickly. One's own is a line: {@code now -> 10 * now.situation().costSeconds()}.
 */
@FunctionalInterface
public interface CheckpointPolicy {

  /**
   * The useful work to do before the next checkpoint begins.
   *
   * @param now what is known about the job
   * @return seconds, 0 or more; 0 means to checkpoint at the next boundary, {@link
   *     Double#POSITIVE_INFINITY} never
   */
  double workIntervalSeconds(JobState now);

  /**
   * Whether the answer depends on more than {@link JobState#situation}. Where it does not, a
   * simulation asks once and jumps from failure to failure.
   */
  default boolean dependsOnHistory() {
    return true;
  }

  /**
   * Whether in an allocation without end an interval that is the answer now, and would be the
   * answer at a later moment if no failure struck and it was in force until then, is the answer at
   * every moment between. Then a simulation jumps over the checkpoints between.
   */
  default boolean steadyBetweenFailures() {
    return !dependsOnHistory();
  }

  /** The mean time to failure that this policy plans with, in seconds; the stated one if none. */
  default double mttfSeconds(JobState now) {
    return now.situation().mttfSeconds();
  }

  /** Short name for logs and reports; {@link #parse} accepts the names of the policies below. */
  default String name() {
    return "custom";
  }

  /**
   * The same interval in every situation.
   *
   * @param workInterval work between two checkpoints, greater than 0
   * @throws IllegalArgumentException if the interval is 0 or negative
   */
  static CheckpointPolicy fixed(Duration workInterval) {
    return new FixedInterval(workInterval);
  }

  /**
   * The interval of a model, for the stated MTTF; the exact optimum where the model has no meaning.
   */
  static CheckpointPolicy of(IntervalModel model) {
    return ModelPolicy.of(model);
  }

  /** Young's first-order interval, see {@link Young}. */
  static CheckpointPolicy young() {
    return of(IntervalModel.YOUNG);
  }

  /** Daly's higher-order interval, see {@link Daly}. */
  static CheckpointPolicy daly() {
    return of(IntervalModel.DALY);
  }

  /** The exact optimum of an endless job for the stated MTTF, see {@link ExactOptimum}. */
  static CheckpointPolicy exact() {
    return of(IntervalModel.EXACT);
  }

  /**
   * The exact optimum for the stated MTTF and, where the allocation ends, segments that fill the
   * time left, so that the last checkpoint ends with it: see {@link WalltimePlan}.
   */
  static CheckpointPolicy walltime() {
    return WalltimePolicy.INSTANCE;
  }

  /**
   * As {@link #walltime}, for a failure rate learned from the job's own history, in which the
   * stated MTTF counts as one failure. The one to use when nothing speaks against it.
   */
  static CheckpointPolicy adaptive() {
    return AdaptivePolicy.DEFAULT;
  }

  /**
   * As {@link #adaptive()} with more or less trust in the stated MTTF.
   *
   * @param assumedFailures what it is worth, in failures: 0.5 a guess, 2 a specification; greater
   *     than 0
   * @throws IllegalArgumentException if that is not a finite number greater than 0
   */
  static CheckpointPolicy adaptive(double assumedFailures) {
    return new AdaptivePolicy(assumedFailures);
  }

  /**
   * Reads a policy as a person writes it: {@code adaptive} (or {@code adaptive:2}), {@code
   * walltime}, a model of {@link IntervalModel} such as {@code exact}, {@code daly}, {@code young}
   * or {@code wong-franklin} (or {@code wong-franklin:0.25}), {@code hazard:weibull:0.7} for the
   * rate of the moment (see {@link LocalHazard}), or an interval such as {@code 90s}, {@code
   * 1h30m}, {@code 1.5h} or {@code PT90S}, with or without {@code fixed:} before it. Units are ms,
   * s, min (or m), h and d.
   *
   * @throws IllegalArgumentException if the text is none of these, saying what is accepted
   */
  static CheckpointPolicy parse(String text) {
    String name = text.strip();
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "walltime" -> walltime();
      case AdaptivePolicy.NAME -> adaptive();
      case String s when s.startsWith(HazardPolicy.PREFIX) -> HazardPolicy.parse(s);
      case String s when s.startsWith(AdaptivePolicy.NAME + ":") -> AdaptivePolicy.parse(name);
      case String s when s.startsWith(IntervalModel.WONG_FRANKLIN.id() + ":") ->
          ModelPolicy.parseWongFranklin(s);
      case String s when IntervalModel.isId(s) -> of(IntervalModel.parse(s));
      default -> FixedInterval.parse(name);
    };
  }
}
