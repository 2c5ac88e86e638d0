// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.Gamma;
import dev.holdfast.policy.LogNormal;
import dev.holdfast.policy.Weibull;
import java.util.LinkedHashMap;
import java.util.Map;

/** Failure laws in words and for programs. */
final class Laws {
  private Laws() {}

  static String words(FailureLaw law) {
    String mean = ", mean " + Times.words(law.meanSeconds());
    return switch (law) {
      case Exponential e -> "exponential" + mean;
      case Weibull w -> "Weibull of shape " + digits(w.shape()) + mean;
      case LogNormal l -> "lognormal of sigma " + digits(l.sigma()) + mean;
      case Gamma g -> "gamma of shape " + digits(g.shape()) + mean;
    };
  }

  private static String digits(double value) {
    return Times.plain(Times.rounded(value, 3));
  }

  static Map<String, Object> json(FailureLaw law) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("law", law.id());
    json.put("law_mean_s", law.meanSeconds());
    switch (law) {
      case Exponential e -> {}
      case Weibull w -> json.put("law_shape", w.shape());
      case LogNormal l -> json.put("law_sigma", l.sigma());
      case Gamma g -> json.put("law_shape", g.shape());
    }
    return json;
  }
}
