// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Says what a fit report means. */
final class Verdict {
  private final FitReport report;
  private final List<String> sentences = new ArrayList<>();

  private Verdict(FitReport report) {
    this.report = report;
  }

  static List<String> of(FitReport report) {
    Verdict verdict = new Verdict(report);
    verdict.laws();
    verdict.missing();
    verdict.rate();
    verdict.test();
    verdict.size();
    return List.copyOf(verdict.sentences);
  }

  private void laws() {
    if (report.fits().size() == 1) {
      say(
          "Only the exponential law can be fitted: the others need two different times to failure,"
              + " and times that are not as good as equal.");
      return;
    }
    List<Fit> equals = report.indistinguishable();
    String names = names(equals);
    if (equals.size() == 1) {
      Fit second = report.fits().get(1);
      say(
          "The data single out the %s law: the next, %s, is %.1f behind by AIC.",
          names, second.family().id(), report.behindBest(second));
    } else if (equals.contains(report.exponential())) {
      say(
          "The data do not distinguish the laws %s: they are within %.1f by AIC. Use the"
              + " exponential, which needs one parameter.",
          names, spread(equals));
    } else {
      say(
          "The data do not distinguish the laws %s: they are within %.1f by AIC. The exponential is"
              + " %.1f behind: the rate of failures is not constant.",
          names, spread(equals), report.behindBest(report.exponential()));
    }
  }

  private double spread(List<Fit> equals) {
    return report.behindBest(equals.getLast());
  }

  private static String names(List<Fit> fits) {
    List<String> ids = fits.stream().map(fit -> fit.family().id()).toList();
    String last = ids.getLast();
    return ids.size() == 1
        ? last
        : ids.stream().limit(ids.size() - 1L).collect(Collectors.joining(", ")) + " and " + last;
  }

  private void missing() {
    for (LawFamily family : LawFamily.values()) {
      if (report.fits().size() > 1 && report.of(family).isEmpty()) {
        say("No %s law fits: its shape would be outside the range of such laws.", family.id());
      }
    }
  }

  private void rate() {
    report
        .of(LawFamily.WEIBULL)
        .map(fit -> fit.parameters().getFirst())
        .filter(shape -> !Double.isNaN(shape.low()))
        .ifPresent(shape ->
            say(
                "%s (Weibull shape %.2f, %.2f to %.2f; 1 is a constant rate).",
                trend(shape), shape.value(), shape.low(), shape.high()));
  }

  private static String trend(Estimate shape) {
    if (shape.high() < 1) {
      return "The rate of failures falls the longer there was none";
    }
    return shape.low() > 1
        ? "The rate of failures grows the longer there was none, as with wear"
        : "A constant rate of failures is compatible with the data";
  }

  private void test() {
    Fit used = report.recommended();
    OptionalDouble p = used.pValue();
    String law = used.family().id();
    if (p.isEmpty()) {
      say(
          "The fit was not tested; at its worst the %s law is off by %.1f %% of the times.",
          law, 100 * used.distance());
    } else if (p.getAsDouble() < FitReport.REJECTED_BELOW) {
      say(
          "The Kolmogorov-Smirnov test rejects the %s law (p = %.3f): the times are not independent"
              + " draws from it; look for trends, bursts or a coarse clock. At its worst it is off by"
              + " %.1f %% of the times.",
          law, p.getAsDouble(), 100 * used.distance());
    } else {
      say(
          "The Kolmogorov-Smirnov test does not reject the %s law (p = %.2g).",
          law, p.getAsDouble());
    }
  }

  private void size() {
    if (report.sample().failures() < FitReport.FEW_FAILURES) {
      say(
          "%d failures are few: below %d neither the law nor its shape is certain, and the"
              + " intervals are too narrow.",
          report.sample().failures(), FitReport.FEW_FAILURES);
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would need a library of its own
  private void say(String pattern, Object... values) {
    sentences.add(String.format(Locale.ROOT, pattern, values));
  }
}
