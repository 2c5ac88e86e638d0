// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.time.Duration;
import java.util.Locale;

/**
 * Decides how much work to do between two checkpoints. A running job asks again whenever what it
 * knows about its situation changes.
 *
 * <p>Implementations are immutable or safe for use by several threads, and answer quickly: they are
 * asked on a timer thread.
 */
public interface CheckpointPolicy {

  /**
   * The useful work to do between the end of one checkpoint and the start of the next.
   *
   * @param situation what is known about the job now
   * @return seconds, greater than 0; {@link Double#POSITIVE_INFINITY} means never to checkpoint
   */
  double workIntervalSeconds(Situation situation);

  /** Short name for logs and reports; {@link #parse} accepts the names of the policies below. */
  String name();

  /**
   * The same interval in every situation.
   *
   * @param workInterval work between two checkpoints, greater than 0
   * @throws IllegalArgumentException if the interval is 0 or negative
   */
  static CheckpointPolicy fixed(Duration workInterval) {
    return new FixedInterval(workInterval);
  }

  /** Young's first-order interval, see {@link Young}. */
  static CheckpointPolicy young() {
    return ModelPolicy.YOUNG;
  }

  /** Daly's higher-order interval, see {@link Daly}. */
  static CheckpointPolicy daly() {
    return ModelPolicy.DALY;
  }

  /** The exact optimum, see {@link ExactOptimum}. The one to use when nothing speaks against it. */
  static CheckpointPolicy exact() {
    return ModelPolicy.EXACT;
  }

  /**
   * Reads a policy as a person writes it: {@code young}, {@code daly}, {@code exact}, or an
   * interval such as {@code 90s}, {@code 1h30m}, {@code 1.5h} or {@code PT90S}, with or without
   * {@code fixed:} before it. Units are ms, s, min (or m), h and d.
   *
   * @throws IllegalArgumentException if the text is none of these, saying what is accepted
   */
  static CheckpointPolicy parse(String text) {
    String name = text.strip();
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "young" -> young();
      case "daly" -> daly();
      case "exact" -> exact();
      default -> FixedInterval.parse(name);
    };
  }
}
