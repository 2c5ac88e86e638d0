// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Every model of the work interval in this package, under one name and one signature. */
public enum IntervalModel {
  /** The optimum without approximation, see {@link ExactOptimum}. */
  EXACT("exact", "exact optimum"),
  /** Daly's higher order, see {@link Daly#higherOrder}. */
  DALY("daly", "Daly 2006, higher order"),
  /** Daly's first order, see {@link Daly#firstOrder}. */
  DALY_FIRST("daly-first", "Daly 2006, first order"),
  /** Young's first order, see {@link Young}. */
  YOUNG("young", "Young 1974"),
  /** First order for a known lost share h, see {@link WongFranklin#workIntervalSeconds}. */
  WONG_FRANKLIN("wong-franklin", "Wong-Franklin"),
  /** The form in circulation that is wrong, see {@link WongFranklin#printedSeconds}. */
  WONG_FRANKLIN_PRINTED("wong-franklin-printed", "Wong-Franklin as printed (wrong)"),
  /** First order with recovery, see {@link HeraultRobert}. */
  HERAULT_ROBERT("herault-robert", "Herault-Robert");

  private final String id;
  private final String label;

  IntervalModel(String id, String label) {
    this.id = id;
    this.label = label;
  }

  /** Name in data that programs read, such as {@code daly-first}; {@link #parse} accepts it. */
  public String id() {
    return id;
  }

  /** Name for people. */
  public String label() {
    return label;
  }

  /**
   * The work interval this model chooses for an endless job.
   *
   * @param situation cost, failures, restart and downtime
   * @param lostShare h of the Wong-Franklin forms, greater than 0, at most 1; no other model reads
   *     it, and {@link WongFranklin#DEFAULT_LOST_SHARE} is the value to use when it is not known
   * @return seconds, finite and greater than 0; empty where the formula has no meaning
   * @throws IllegalArgumentException if h is outside its range
   */
  public OptionalDouble workIntervalSeconds(Situation situation, double lostShare) {
    Check.share("lostShare", lostShare);
    double cost = situation.costSeconds();
    double mttf = situation.mttfSeconds();
    return switch (this) {
      case EXACT -> meaningful(ExactOptimum.workIntervalSeconds(cost, mttf));
      case DALY -> meaningful(Daly.higherOrder(cost, mttf));
      case DALY_FIRST -> meaningful(Daly.firstOrder(cost, mttf, situation.restartSeconds()));
      case YOUNG -> meaningful(Young.workIntervalSeconds(cost, mttf));
      case WONG_FRANKLIN -> meaningful(WongFranklin.workIntervalSeconds(cost, mttf, lostShare));
      case WONG_FRANKLIN_PRINTED -> meaningful(WongFranklin.printedSeconds(cost, mttf, lostShare));
      case HERAULT_ROBERT -> HeraultRobert.workIntervalSeconds(situation);
    };
  }

  private static OptionalDouble meaningful(double seconds) {
    return seconds > 0 && seconds < Double.POSITIVE_INFINITY
        ? OptionalDouble.of(seconds)
        : OptionalDouble.empty();
  }

  static boolean isId(String text) {
    return Arrays.stream(values()).anyMatch(model -> model.id.equals(text));
  }

  /**
   * Reads a model by its {@link #id}, whatever the case.
   *
   * @throws IllegalArgumentException if there is no such model, naming the ones there are
   */
  public static IntervalModel parse(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(model -> model.id.equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "model \"%s\": use %s"
                    .formatted(
                        text,
                        Arrays.stream(values())
                            .map(IntervalModel::id)
                            .collect(Collectors.joining(", ")))));
  }

  @Override
  public String toString() {
    return id;
  }
}
