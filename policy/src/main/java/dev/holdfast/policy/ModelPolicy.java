// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Locale;

/**
 * Follows a model of an endless job, for the stated MTTF; the exact one where the model has no
 * meaning.
 *
 * @param model which
 * @param lostShare h of the Wong-Franklin forms
 */
record ModelPolicy(IntervalModel model, double lostShare) implements CheckpointPolicy {

  ModelPolicy {
    Check.share("lostShare", lostShare);
  }

  static ModelPolicy of(IntervalModel model) {
    return new ModelPolicy(model, WongFranklin.DEFAULT_LOST_SHARE);
  }

  /** Reads {@code wong-franklin:0.25}. */
  static ModelPolicy parseWongFranklin(String text) {
    String share = text.substring(text.indexOf(':') + 1);
    try {
      return new ModelPolicy(IntervalModel.WONG_FRANKLIN, Double.parseDouble(share));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "policy \"" + text + "\": write wong-franklin:0.25 with a share above 0 and at most 1",
          e);
    }
  }

  @Override
  public double workIntervalSeconds(JobState now) {
    Situation situation = now.situation();
    return model
        .workIntervalSeconds(situation, lostShare)
        .orElseGet(() ->
            ExactOptimum.workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds()));
  }

  @Override
  public String name() {
    return lostShare == WongFranklin.DEFAULT_LOST_SHARE
        ? model.id()
        : String.format(Locale.ROOT, "%s:%s", model.id(), lostShare);
  }

  @Override
  public String toString() {
    return name();
  }
}
