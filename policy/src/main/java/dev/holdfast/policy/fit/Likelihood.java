// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import dev.holdfast.policy.FailureLaw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/**
 * The log-likelihood of a law, and how sharply the sample determines its parameters.
 *
 * <p>Confidence intervals come from the observed information: the inverse of the curvature of the
 * log-likelihood at its maximum is the covariance of the parameters, with the logarithm of every
 * positive parameter in its place, so that an interval never reaches 0; 95 % is 1.96 standard
 * deviations to both sides. The interval of the mean follows by linearising its logarithm (delta
 * method). Both are approximations for many failures; with fewer than about ten the intervals are
 * too narrow. Derivatives are central differences.
 */
final class Likelihood {
  /** A normal variable is within so many standard deviations of its mean in 95 % of cases. */
  static final double DEVIATIONS_95 = 1.959963984540054;

  private static final double STEP = 1e-4;

  private final Sample sample;
  private final LawFamily family;
  private final double[] point;

  /**
   * @param law where the likelihood of the sample is greatest in the family of the law
   */
  Likelihood(Sample sample, FailureLaw law) {
    this.sample = sample.condensed();
    this.family = LawFamily.of(law);
    this.point = toPoint(LawFamily.values(law));
  }

  /** Natural logarithm of the likelihood, with times in seconds. */
  static double log(Sample sample, FailureLaw law) {
    return sample.failureTimes().sum(law::logDensity)
        + sample.censoredTimes().sum(law::logSurvival);
  }

  /** The parameters with their intervals, and behind them the mean with its own. */
  List<Estimate> estimates() {
    int parameters = point.length;
    double[] deviation = new double[parameters];
    double meanDeviation = Double.NaN;
    RealMatrix information = information();
    DecompositionSolver solver = new LUDecomposition(information).getSolver();
    if (!Double.isNaN(information.getNorm()) && solver.isNonSingular()) {
      RealMatrix covariance = solver.getInverse();
      for (int i = 0; i < parameters; i++) {
        deviation[i] = Math.sqrt(covariance.getEntry(i, i));
      }
      RealVector slope = slopeOfLogMean();
      meanDeviation = Math.sqrt(slope.dotProduct(covariance.operate(slope)));
    } else {
      Arrays.fill(deviation, Double.NaN);
    }
    List<Estimate> estimates = new ArrayList<>();
    for (int i = 0; i < parameters; i++) {
      estimates.add(
          estimate(family.parameters().get(i), point[i], deviation[i], family.positive(i)));
    }
    double logMean = Math.log(law(point).meanSeconds());
    estimates.add(estimate("mttfSeconds", logMean, meanDeviation, true));
    return estimates;
  }

  private static Estimate estimate(String name, double at, double deviation, boolean positive) {
    double low = at - DEVIATIONS_95 * deviation;
    double high = at + DEVIATIONS_95 * deviation;
    return positive
        ? new Estimate(name, Math.exp(at), Math.exp(low), Math.exp(high))
        : new Estimate(name, at, low, high);
  }

  private RealMatrix information() {
    int n = point.length;
    RealMatrix matrix = MatrixUtils.createRealMatrix(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        matrix.setEntry(i, j, -second(i, j));
      }
    }
    return matrix;
  }

  private double second(int i, int j) {
    double sum = at(i, STEP, j, STEP) + at(i, -STEP, j, -STEP);
    double mixed = i == j ? 2 * at(i, 0, j, 0) : at(i, STEP, j, -STEP) + at(i, -STEP, j, STEP);
    // With i == j both steps add up in the same direction.
    return (sum - mixed) / (4 * STEP * STEP);
  }

  private double at(int i, double stepI, int j, double stepJ) {
    try {
      return log(sample, law(moved(i, stepI, j, stepJ)));
    } catch (IllegalArgumentException e) { // a step beyond the range of the law
      return Double.NaN;
    }
  }

  private RealVector slopeOfLogMean() {
    double[] slope = new double[point.length];
    for (int i = 0; i < slope.length; i++) {
      double above = law(moved(i, STEP, i, 0)).meanSeconds();
      double below = law(moved(i, -STEP, i, 0)).meanSeconds();
      slope[i] = Math.log(above / below) / (2 * STEP);
    }
    return MatrixUtils.createRealVector(slope);
  }

  private double[] moved(int i, double stepI, int j, double stepJ) {
    double[] moved = point.clone();
    moved[i] += stepI;
    moved[j] += stepJ;
    return moved;
  }

  private double[] toPoint(double[] values) {
    double[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = family.positive(i) ? Math.log(result[i]) : result[i];
    }
    return result;
  }

  private FailureLaw law(double[] at) {
    double[] values = at.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = family.positive(i) ? Math.exp(values[i]) : values[i];
    }
    return family.law(values);
  }
}
