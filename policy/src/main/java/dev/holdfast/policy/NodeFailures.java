// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * The failures of a job on many nodes, each of which lives by the same law, independently, and only
 * the failed one of which is renewed.
 *
 * <h2>Old and new machines</h2>
 *
 * <p>Once the nodes have failed often enough to be of mixed ages, the failures of many of them
 * together are nearly a Poisson process of rate {@code p / mu}, whatever the law of one: the
 * exponential models with {@code M = mu / p} are then right ({@link #steadyMttfSeconds}).
 *
 * <p>On a <em>new</em> machine all nodes are of age 0 together, and with infant mortality the rate
 * starts far above that. With a Weibull shape of 0.7 a job within the first hundredth of a node's
 * life sees several times the failures that {@code p / mu} promises, and Young's interval from
 * {@code mu / p} is several times too rare; with wear (shape above 1) it is the other way round.
 * {@link #earlyRateFactor} says by how much. So never trust {@code mu / p} on a new machine:
 * estimate the rate of the job as it runs.
 *
 * <h2>Method</h2>
 *
 * <p>Up to the first failure the job survives as the minimum of its nodes, {@code S(t)^p}. Over
 * longer times the expected number of failures is {@code p m(t)} with the renewal function {@code
 * m(t) = F(t) + integral(0 to t) m(t - x) dF(x)} of one node, solved on a grid by the midpoint
 * method of M. Xie, "On the solution of renewal-type integral equations", Communications in
 * Statistics - Simulation and Computation 18(1):281-293, 1989.
 *
 * @param nodeLaw lifetime of one node
 * @param nodes p, number of nodes, at least 1
 */
public record NodeFailures(FailureLaw nodeLaw, int nodes) {
  private static final int GRID = 1024;
  private static final int PANELS = 128;

  /** Bounds of the expected number of failures between which a first failure is to be expected. */
  private static final double HARDLY_ANY = 1e-17;

  private static final double SURELY = 50;

  /**
   * Checks the number of nodes.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public NodeFailures {
    if (nodes < 1) {
      throw new IllegalArgumentException("nodes is " + nodes + ": it must be 1 or more");
    }
  }

  /** Mean time between failures of the job on nodes of mixed ages, {@code mu / p}. */
  public double steadyMttfSeconds() {
    return nodeLaw.meanSeconds() / nodes;
  }

  /**
   * Natural logarithm of the probability that no node fails within a time.
   *
   * @param seconds the time, 0 or more
   * @param nodeAgeSeconds age of all nodes at its begin, 0 if new; finite, 0 or more, and an age
   *     that a node can reach
   * @return 0 or less
   */
  public double logSurvival(double seconds, double nodeAgeSeconds) {
    double atBegin = nodeLaw.logSurvival(Check.nonNegative("nodeAgeSeconds", nodeAgeSeconds));
    return nodes * (nodeLaw.logSurvival(nodeAgeSeconds + LawText.age(seconds)) - atBegin);
  }

  /** Failure rate of the job, per second, when all nodes are of this age: p times one node's. */
  public double hazard(double nodeAgeSeconds) {
    return nodes * nodeLaw.hazard(nodeAgeSeconds);
  }

  /**
   * Mean time to the first failure of the job when all nodes are of the same age: the integral of
   * the survival, by quadrature to about 1e-9.
   *
   * @param nodeAgeSeconds age of all nodes, 0 if new; finite, 0 or more, and an age that a node can
   *     reach
   */
  public double firstFailureMeanSeconds(double nodeAgeSeconds) {
    // Over ln t, as laws with infant mortality spread over many decades.
    double low = Math.log(timeOf(HARDLY_ANY, nodeAgeSeconds));
    double high = Math.log(timeOf(SURELY, nodeAgeSeconds));
    double half = (high - low) / PANELS / 2;
    GaussIntegrator gauss = new GaussIntegratorFactory().legendre(12);
    double mean = Math.exp(low);
    for (int panel = 0; panel < PANELS; panel++) {
      double middle = low + (2 * panel + 1) * half;
      mean +=
          half
              * gauss.integrate(x -> {
                double seconds = Math.exp(middle + half * x);
                return seconds * Math.exp(logSurvival(seconds, nodeAgeSeconds));
              });
    }
    return mean;
  }

  /** The time within which the cumulative hazard of the job reaches a number, roughly. */
  private double timeOf(double cumulativeHazard, double nodeAgeSeconds) {
    double seconds = steadyMttfSeconds();
    while (-logSurvival(seconds, nodeAgeSeconds) > cumulativeHazard && seconds > 1e-300) {
      seconds /= 1.25;
    }
    while (-logSurvival(seconds, nodeAgeSeconds) < cumulativeHazard) {
      seconds *= 1.25;
    }
    return seconds;
  }

  /**
   * Expected number of failures of the job within a time when all nodes are new at its begin and
   * each failed one is renewed at once.
   *
   * @param seconds the time; finite, greater than 0
   * @return right to about 0.1 %, and mostly far better
   * @throws IllegalArgumentException if the time is outside its range
   */
  public double expectedFailures(double seconds) {
    double step = Check.positive("seconds", seconds) / GRID;
    double[] failed = new double[GRID];
    for (int i = 0; i < GRID; i++) {
      failed[i] = failedBy((i + 0.5) * step);
    }
    double[] renewals = new double[GRID + 1];
    for (int i = 1; i <= GRID; i++) {
      double sum = failedBy(i * step) - failed[0] * renewals[i - 1];
      for (int j = 1; j < i; j++) {
        sum += failed[i - j] * (renewals[j] - renewals[j - 1]);
      }
      renewals[i] = sum / (1 - failed[0]);
    }
    return nodes * renewals[GRID];
  }

  private double failedBy(double seconds) {
    return -Math.expm1(nodeLaw.logSurvival(seconds));
  }

  /**
   * How many times as often as {@code p / mu} says the job fails within a time when all nodes are
   * new at its begin: above 1 for infant mortality, below 1 for wear, tending to 1 in the long run.
   *
   * @param seconds the time; finite, greater than 0
   * @throws IllegalArgumentException if the time is outside its range
   */
  public double earlyRateFactor(double seconds) {
    return expectedFailures(seconds) * steadyMttfSeconds() / seconds;
  }

  /**
   * Mean time between failures of the job within a time when all nodes are new at its begin: what
   * to give the exponential models instead of {@code mu / p} for a job of that length.
   *
   * @param seconds the time; finite, greater than 0
   * @throws IllegalArgumentException if the time is outside its range
   */
  public double earlyMttfSeconds(double seconds) {
    return steadyMttfSeconds() / earlyRateFactor(seconds);
  }
}
