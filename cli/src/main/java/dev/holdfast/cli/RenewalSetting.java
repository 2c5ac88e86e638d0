// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Breakdown;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.RenewalModel;
import dev.holdfast.policy.Weibull;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Failures that are not memoryless: what the job has lived through tells how it goes on. */
final class RenewalSetting implements Setting {
  /** The finite job takes the square of its segments; beyond, it is as good as endless. */
  private static final double SEGMENTS_MAX = 3000;

  /** Multiples of the endless job's number of segments to begin the search with. */
  private static final double[] MULTIPLES = {0.25, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2};

  private static final double SHAPE_EXTREME = 0.5;

  private final RenewalModel model;
  private final String origin;

  /**
   * @param origin where the law is from, as a phrase; may be empty
   */
  RenewalSetting(RenewalModel model, String origin) {
    this.model = model;
    this.origin = origin;
  }

  @Override
  public double waste(double workIntervalSeconds) {
    return model.steadyWaste(workIntervalSeconds);
  }

  @Override
  public Outcome job(double workSeconds, double workIntervalSeconds) {
    if (workSeconds / workIntervalSeconds > SEGMENTS_MAX) {
      double waste = waste(workIntervalSeconds);
      return new Outcome(workSeconds / (1 - waste), OptionalDouble.empty(), Optional.empty());
    }
    Breakdown time = model.breakdown(workSeconds, workIntervalSeconds);
    return new Outcome(time.makespanSeconds(), OptionalDouble.empty(), Optional.of(time));
  }

  @Override
  public double bestIntervalSeconds() {
    return model.bestIntervalSeconds();
  }

  /** Equal segments, as many as make the job shortest: from the best of a few, downhill. */
  @Override
  public Plan bestPlan(double workSeconds) {
    double ideal = Math.max(1, workSeconds / bestIntervalSeconds());
    if (ideal > SEGMENTS_MAX / 2) {
      long segments = Math.round(ideal);
      double interval = workSeconds / segments;
      return new Plan(segments, interval, job(workSeconds, interval));
    }
    Map<Long, Double> known = new HashMap<>();
    long best = 1;
    for (double multiple : MULTIPLES) {
      best = better(workSeconds, Math.max(1, Math.round(ideal * multiple)), best, known);
    }
    for (long step = Math.max(1, best / 16); step >= 1; step /= 2) {
      best = better(workSeconds, best + step, best, known);
      best = better(workSeconds, Math.max(1, best - step), best, known);
    }
    double interval = workSeconds / best;
    return new Plan(best, interval, job(workSeconds, interval));
  }

  private long better(double workSeconds, long one, long other, Map<Long, Double> known) {
    return time(workSeconds, one, known) < time(workSeconds, other, known) ? one : other;
  }

  private double time(double workSeconds, long segments, Map<Long, Double> known) {
    return known.computeIfAbsent(
        segments, k -> job(workSeconds, workSeconds / k).makespanSeconds());
  }

  @Override
  public Setting withMttfTimes(double factor) {
    FailureLaw rarer = model.law().withMeanSeconds(model.law().meanSeconds() * factor);
    return new RenewalSetting(
        new RenewalModel(
            rarer, model.costSeconds(), model.restartSeconds(), model.downtimeSeconds()),
        origin);
  }

  @Override
  public List<String> assumptions() {
    List<String> assumed = new ArrayList<>();
    assumed.add(
        "time to failure of the whole job is "
            + Laws.words(model.law())
            + (origin.isEmpty() ? "" : " (" + origin + ")"));
    assumed.add("it starts anew after each failure");
    assumed.add("checkpoints at equal intervals");
    return assumed;
  }

  @Override
  public List<String> warnings() {
    if (model.law() instanceof Weibull weibull && weibull.shape() < SHAPE_EXTREME) {
      return List.of(
          Text.format(
              "a Weibull shape of %s, below %s: most failures follow soon after another, equal"
                  + " intervals lose several points of efficiency, and a short job has little to"
                  + " do with the mean",
              Times.plain(Times.rounded(weibull.shape(), 3)), Times.plain(SHAPE_EXTREME)));
    }
    return List.of();
  }

  @Override
  public Map<String, Object> json() {
    return Laws.json(model.law());
  }
}
