// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * How long a thing lives before it fails, when its failures need not be memoryless.
 *
 * <p>An age is a time since the thing was new (or last renewed), in seconds, 0 to Infinity. With X
 * the random lifetime, the survival is {@code S(t) = P(X > t)}, the density {@code f = -S'} and the
 * hazard {@code h = f/S}: the rate at which what has lived so long fails now. A falling hazard
 * (Weibull or gamma shape below 1) is infant mortality, a rising one (above 1) is wear; the
 * lognormal's rises first and falls later.
 *
 * <p>Every function keeps its digits in both tails: {@link #survival} where it is near 0, {@link
 * #quantile} for small probabilities, {@link #inverseSurvival} for small survivals, and the
 * logarithms where the plain functions underflow.
 *
 * <p>Random lifetimes come by inversion: {@code inverseSurvival(u)} with u uniform on (0, 1].
 */
public sealed interface FailureLaw permits Exponential, Weibull, LogNormal, Gamma {

  /** Name of the family: {@code exponential}, {@code weibull}, {@code lognormal}, {@code gamma}. */
  String id();

  /** Mean lifetime. */
  double meanSeconds();

  /**
   * The law of the same shape with another mean.
   *
   * @param meanSeconds finite, greater than 0
   * @throws IllegalArgumentException if the mean is outside its range
   */
  FailureLaw withMeanSeconds(double meanSeconds);

  /**
   * Probability of living longer than the age.
   *
   * @param ageSeconds 0 or more
   * @throws IllegalArgumentException if the age is negative or NaN, as for all functions of an age
   */
  double survival(double ageSeconds);

  /** Natural logarithm of {@link #survival}, good where that underflows to 0. */
  double logSurvival(double ageSeconds);

  /** Probability density of the lifetime, per second; Infinity at age 0 for shapes below 1. */
  double density(double ageSeconds);

  /** Natural logarithm of {@link #density}, good where that underflows to 0. */
  double logDensity(double ageSeconds);

  /** Failure rate of what has lived so long, per second: density over survival. */
  double hazard(double ageSeconds);

  /**
   * Mean of the lifetime cut off at the age, {@code E[min(X, t)]}, which is the integral of the
   * survival from 0 to t, in seconds.
   */
  double restrictedMeanSeconds(double ageSeconds);

  /**
   * Mean of what the lifetime exceeds the age by, {@code E[max(X - t, 0)]}, which is the integral
   * of the survival from t on, in seconds: the mean less {@link #restrictedMeanSeconds}, but good
   * where that is all of it.
   */
  double excessMeanSeconds(double ageSeconds);

  /**
   * The age that is not lived to with the given probability: the inverse of {@code 1 - S}.
   *
   * @param probability 0 (age 0) to 1 (age Infinity)
   * @throws IllegalArgumentException if the probability is outside [0, 1]
   */
  double quantile(double probability);

  /**
   * The age that is lived to with the given probability: the inverse of S.
   *
   * @param survival 1 (age 0) to 0 (age Infinity)
   * @throws IllegalArgumentException if the survival is outside [0, 1]
   */
  double inverseSurvival(double survival);

  /**
   * Reads a law as a person writes it: {@code exponential}, {@code weibull:0.7} (shape), {@code
   * lognormal:1.2} (sigma, the standard deviation of the logarithm) or {@code gamma:0.5} (shape).
   *
   * @param meanSeconds mean lifetime; finite, greater than 0
   * @throws IllegalArgumentException if the text is none of these or the shape is outside its
   *     range, saying what is accepted
   */
  static FailureLaw parse(String text, double meanSeconds) {
    return LawText.parse(text, meanSeconds);
  }
}
