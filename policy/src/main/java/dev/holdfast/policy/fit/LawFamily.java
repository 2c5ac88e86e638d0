// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.Gamma;
import dev.holdfast.policy.LogNormal;
import dev.holdfast.policy.Weibull;
import java.util.List;

/** The laws that are fitted. */
public enum LawFamily {
  /** Failures at a constant rate. */
  EXPONENTIAL("exponential"),

  /** A rate that falls (shape below 1) or grows with the time since the last failure. */
  WEIBULL("weibull"),

  /** The logarithm of the time is normal; mu is the mean of its logarithm in seconds. */
  LOGNORMAL("lognormal"),

  /** A rate that falls (shape below 1) or grows, and levels off at 1 / scale. */
  GAMMA("gamma");

  private final String id;

  LawFamily(String id) {
    this.id = id;
  }

  /** Its name in lower case. */
  public String id() {
    return id;
  }

  /** The names of its parameters, as the components of its record in {@link FailureLaw}. */
  public List<String> parameters() {
    return switch (this) {
      case EXPONENTIAL -> List.of("meanSeconds");
      case WEIBULL, GAMMA -> List.of("shape", "scaleSeconds");
      case LOGNORMAL -> List.of("mu", "sigma");
    };
  }

  /** The family of a law. */
  public static LawFamily of(FailureLaw law) {
    return switch (law) {
      case Exponential e -> EXPONENTIAL;
      case Weibull w -> WEIBULL;
      case LogNormal l -> LOGNORMAL;
      case Gamma g -> GAMMA;
    };
  }

  /** The values of the parameters of a law, in the order of {@link #parameters}. */
  static double[] values(FailureLaw law) {
    return switch (law) {
      case Exponential e -> new double[] {e.meanSeconds()};
      case Weibull w -> new double[] {w.shape(), w.scaleSeconds()};
      case LogNormal l -> new double[] {l.mu(), l.sigma()};
      case Gamma g -> new double[] {g.shape(), g.scaleSeconds()};
    };
  }

  FailureLaw law(double... values) {
    return switch (this) {
      case EXPONENTIAL -> new Exponential(values[0]);
      case WEIBULL -> new Weibull(values[0], values[1]);
      case LOGNORMAL -> new LogNormal(values[0], values[1]);
      case GAMMA -> new Gamma(values[0], values[1]);
    };
  }

  /** Whether a parameter is greater than 0, so that its logarithm is the natural scale. */
  boolean positive(int parameter) {
    return this != LOGNORMAL || parameter == 1;
  }
}
