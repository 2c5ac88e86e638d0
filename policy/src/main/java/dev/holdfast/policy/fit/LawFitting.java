// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import dev.holdfast.policy.FailureLaw;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Fits every law to a sample and compares them. */
public final class LawFitting {
  private LawFitting() {}

  /**
   * Fits every family.
   *
   * @param bootstrap how the fits are tested
   */
  public static FitReport fit(Sample sample, Bootstrap bootstrap) {
    List<Fit> fits = new ArrayList<>();
    for (LawFamily family : LawFamily.values()) {
      MaximumLikelihood.fit(family, sample).ifPresent(law -> fits.add(fit(sample, law, bootstrap)));
    }
    fits.sort(Comparator.comparingDouble(Fit::aic));
    return new FitReport(sample, bootstrap, List.copyOf(fits));
  }

  /**
   * The law of greatest likelihood of a family, without anything beside it.
   *
   * @return empty if there is none: a law with two parameters needs two different times to failure
   */
  public static Optional<FailureLaw> law(LawFamily family, Sample sample) {
    return MaximumLikelihood.fit(family, sample);
  }

  /** The log-likelihood of any law, with times in seconds. */
  public static double logLikelihood(Sample sample, FailureLaw law) {
    return Likelihood.log(sample, law);
  }

  private static Fit fit(Sample sample, FailureLaw law, Bootstrap bootstrap) {
    double distance = Goodness.distance(sample, law);
    List<Estimate> estimates = new Likelihood(sample, law).estimates();
    return new Fit(
        law,
        sample.failures(),
        Likelihood.log(sample, law),
        List.copyOf(estimates.subList(0, estimates.size() - 1)),
        estimates.getLast(),
        distance,
        Goodness.pValue(sample, law, distance, bootstrap));
  }
}
