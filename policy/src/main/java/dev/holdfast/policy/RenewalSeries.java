// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The work that survives when checkpoints are taken at equal intervals from some age on, and what
 * is lost besides: the sum {@code G = w sum(i >= 1) S(age + i P)} with the period {@code P = w +
 * C}, and {@code (integral of S from age on) - G}.
 *
 * <p><b>Method.</b> The series has about {@code mean / w} terms, too many when checkpoints are
 * cheap. Where {@value #DIRECT_TERMS} of them reach down to 1e-20 of the first, they are added up.
 * Otherwise the first {@value #HEAD_TERMS} are, up to the age {@code t}, and the rest is
 * Euler-Maclaurin's
 *
 * <p>{@code (1/P) integral(S from t on) - S(t)/2 + P f(t)/12 - P (f(t-P) - 2 f(t) + f(t+P))/720}
 *
 * <p>the last term being the third derivative by differences. What is left out is of the order
 * {@code P^5 f''''(t)/30240}, less than 1e-12 of the sum: so many periods away from a possibly
 * singular begin, nothing changes within one period any more. The loss is put together from the
 * same terms without subtracting G from the mean, so it keeps its digits when it is tiny.
 *
 * @param logGainSeconds natural logarithm of G, which itself may underflow
 * @param lostSeconds the integral of S from the age on less G, not negative
 */
record RenewalSeries(double logGainSeconds, double lostSeconds) {
  private static final int DIRECT_TERMS = 2048;
  private static final int HEAD_TERMS = 256;

  private static final double NEGLIGIBLE = 1e-20;
  private static final double LOG_NEGLIGIBLE = Math.log(NEGLIGIBLE);

  /** Below this the survival is near the smallest double and no integral of it is any better. */
  private static final double LOG_SURVIVAL_MIN = -690;

  /** The series from an age on; {@code workSeconds} may be Infinity. */
  static RenewalSeries from(
      FailureLaw law, double ageSeconds, double workSeconds, double costSeconds) {
    double period = workSeconds + costSeconds;
    double logFirst = law.logSurvival(ageSeconds + period);
    if (logFirst == Double.NEGATIVE_INFINITY) {
      return new RenewalSeries(logFirst, law.excessMeanSeconds(ageSeconds));
    }
    double logLast = law.logSurvival(ageSeconds + DIRECT_TERMS * period);
    if (logLast - logFirst < LOG_NEGLIGIBLE || logFirst < LOG_SURVIVAL_MIN) {
      double logGain =
          logFirst + Math.log(workSeconds * sum(law, ageSeconds, period, logFirst, DIRECT_TERMS));
      double lost = law.excessMeanSeconds(ageSeconds) - Math.exp(logGain);
      return new RenewalSeries(logGain, Math.max(0, lost));
    }
    double head =
        Math.exp(logFirst) * workSeconds * sum(law, ageSeconds, period, logFirst, HEAD_TERMS);
    return withTail(law, ageSeconds, workSeconds, costSeconds, head);
  }

  /** The first terms over the first of all, which is {@code e^logFirst}. */
  private static double sum(
      FailureLaw law, double age, double period, double logFirst, int termsMax) {
    double sum = 1;
    double term = 1;
    for (int i = 2; i <= termsMax && term > NEGLIGIBLE; i++) {
      term = Math.exp(law.logSurvival(age + i * period) - logFirst);
      sum += term;
    }
    return sum;
  }

  private static RenewalSeries withTail(
      FailureLaw law, double age, double work, double cost, double headGain) {
    double period = work + cost;
    double end = age + HEAD_TERMS * period;
    double density = law.density(end);
    double bend = law.density(end - period) - 2 * density + law.density(end + period);
    double belowIntegral = law.survival(end) / 2 - period * (density / 12 - bend / 720);
    double integral = law.excessMeanSeconds(end);
    double gain = headGain + work / period * integral - work * belowIntegral;
    double headTime = law.restrictedMeanSeconds(end) - law.restrictedMeanSeconds(age);
    double lost = headTime - headGain + cost / period * integral + work * belowIntegral;
    return new RenewalSeries(Math.log(gain), Math.max(0, lost));
  }
}
