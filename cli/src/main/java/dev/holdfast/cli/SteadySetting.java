// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.Optional;
import java.util.OptionalDouble;

/** A setting whose model is of an endless job: a finite one is taken to waste the same share. */
interface SteadySetting extends Setting {

  String FINITE = "a finite job is taken to waste the same share as an endless one";

  @Override
  default Outcome job(double workSeconds, double workIntervalSeconds) {
    double waste = waste(Math.min(workIntervalSeconds, workSeconds));
    return new Outcome(workSeconds / (1 - waste), OptionalDouble.empty(), Optional.empty());
  }

  @Override
  default Plan bestPlan(double workSeconds) {
    if (workSeconds <= bestIntervalSeconds() && forModels() instanceof ExponentialSetting plain) {
      return new Plan(1, workSeconds, plain.job(workSeconds, workSeconds));
    }
    double interval = Math.min(bestIntervalSeconds(), workSeconds);
    long segments = (long) Math.ceil(workSeconds / interval * (1 - 1e-12));
    return new Plan(segments, interval, job(workSeconds, interval));
  }
}
