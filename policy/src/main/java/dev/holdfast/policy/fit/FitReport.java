// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import java.util.List;
import java.util.Optional;

/**
 * All laws fitted to a sample, and what that allows to say.
 *
 * @param sample what they were fitted to
 * @param bootstrap how the fits were tested
 * @param fits by Akaike's criterion, best first; a law that cannot be fitted is missing, the
 *     exponential never is
 */
public record FitReport(Sample sample, Bootstrap bootstrap, List<Fit> fits) {

  /** With fewer failures their spread is itself a guess. */
  private static final int SPREAD_SHOWN_BY = 30;

  /**
   * A difference of Akaike's criterion above this is evidence: for one more parameter it is the
   * likelihood ratio test at 1 %, 6.635 - 2.
   */
  public static final double EVIDENCE = 4.635;

  /** With fewer failures than this no law is recommended for its shape without a warning. */
  public static final int FEW_FAILURES = 30;

  /** A fit with a smaller p-value is called rejected. */
  public static final double REJECTED_BELOW = 0.05;

  /** The fit with the least Akaike criterion. */
  public Fit best() {
    return fits.getFirst();
  }

  /** The fit of a family, if there is one. */
  public Optional<Fit> of(LawFamily family) {
    return fits.stream().filter(fit -> fit.family() == family).findFirst();
  }

  /** The exponential fit, which there always is. */
  public Fit exponential() {
    return of(LawFamily.EXPONENTIAL).orElseThrow();
  }

  /** How much worse than the best a fit is, by Akaike's criterion; 0 or more. */
  public double behindBest(Fit fit) {
    return fit.aic() - best().aic();
  }

  /** The fits that the data do not tell from the best, which is the first of them. */
  public List<Fit> indistinguishable() {
    return fits.stream().filter(fit -> behindBest(fit) <= EVIDENCE).toList();
  }

  /** The law to use: the exponential unless the data speak against it, then the best. */
  public Fit recommended() {
    return behindBest(exponential()) <= EVIDENCE ? exponential() : best();
  }

  /**
   * The time under risk per failure, which needs no law: 1 / rate of failures. Its interval is that
   * of a mean of independent times, whose spread is that of the sample; with censoring or few
   * failures, where the sample does not show its spread, it is that of a constant rate.
   */
  public Estimate mttf() {
    double mean = sample.meanSeconds();
    double variation =
        sample.censored() > 0 || sample.failures() < SPREAD_SHOWN_BY
            ? 1
            : Math.sqrt(
                sample.failureTimes().sum(t -> (t / mean - 1) * (t / mean - 1))
                    / (sample.failures() - 1));
    double factor = Math.exp(Likelihood.DEVIATIONS_95 * variation / Math.sqrt(sample.failures()));
    return new Estimate("mttfSeconds", mean, mean / factor, mean * factor);
  }

  /** What the data tell and what they do not, in sentences. */
  public List<String> verdict() {
    return Verdict.of(this);
  }
}
