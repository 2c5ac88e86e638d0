// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Weibull;
import dev.holdfast.policy.fit.Bootstrap;
import dev.holdfast.policy.fit.Fit;
import dev.holdfast.policy.fit.FitReport;
import dev.holdfast.policy.fit.LawFamily;
import dev.holdfast.policy.fit.LawFitting;
import dev.holdfast.policy.logs.Exposure;
import dev.holdfast.policy.logs.FailureLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a log came to, for people and for programs. */
record FitAnswer(Path file, FailureLogOptions options, FailureLog log, FitReport report) {
  private static final String WINDOW_DECIDES =
      "Which law is best depends on the window in which failures are made one: it leaves no shorter"
          + " gap, which favours the lognormal.";

  private static final List<Duration> WINDOWS =
      List.of(Duration.ZERO, Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofMinutes(60));

  /** What another coalescing window would have given. */
  record Alternative(Duration window, FitReport report) {
    String bestLaw() {
      return report.best().family().id();
    }

    Optional<Weibull> weibull() {
      return report
          .of(LawFamily.WEIBULL)
          .map(Fit::law)
          .filter(Weibull.class::isInstance)
          .map(Weibull.class::cast);
    }
  }

  boolean hasEvents() {
    return !log.events().isEmpty();
  }

  Duration window() {
    return options.window(log.format());
  }

  /** For each usual window and the one chosen; none where there is nothing to coalesce. */
  List<Alternative> alternatives() {
    if (!hasEvents()) {
      return List.of();
    }
    return Stream.concat(WINDOWS.stream(), Stream.of(window()))
        .distinct()
        .sorted()
        .filter(window -> log.coalescedStarts(window).length > 1)
        .map(this::alternative)
        .toList();
  }

  private Alternative alternative(Duration window) {
    return new Alternative(window, LawFitting.fit(log.sample(window), Bootstrap.none()));
  }

  /** What the data tell, in sentences. */
  List<String> verdict(List<Alternative> alternatives) {
    boolean oneLaw = alternatives.stream().map(Alternative::bestLaw).distinct().count() <= 1;
    Stream<String> windowDecides = oneLaw ? Stream.empty() : Stream.of(WINDOW_DECIDES);
    return Stream.concat(report.verdict().stream(), windowDecides).toList();
  }

  /** All nodes' time under risk; 0 if the log does not count nodes. */
  double nodeSeconds() {
    return log.exposures().stream().mapToDouble(e -> e.nodes() * e.durationSeconds()).sum();
  }

  /** Whether the log says for every run how many nodes it had. */
  boolean countsNodes() {
    return !log.exposures().isEmpty() && log.exposures().stream().noneMatch(FitAnswer::nodeless);
  }

  private static boolean nodeless(Exposure exposure) {
    return exposure.nodes() == 0;
  }
}
