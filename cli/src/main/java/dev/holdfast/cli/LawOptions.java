// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.fit.Bootstrap;
import dev.holdfast.policy.fit.FitReport;
import dev.holdfast.policy.fit.LawFitting;
import dev.holdfast.policy.fit.Sample;
import dev.holdfast.policy.logs.FailureLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options that say how failures are distributed: a law, or a log that one is fitted to. */
final class LawOptions {
  @Option(
      names = "--dist",
      paramLabel = "LAW",
      description =
          "Time to failure of the job, or with --nodes of a node: exponential, weibull:SHAPE,"
              + " lognormal:SIGMA, gamma:SHAPE, such as weibull:0.7; exponential unless said.")
  private @Nullable String law;

  @Option(
      names = "--fit",
      paramLabel = "FILE",
      description = "Fit law and MTTF to this failure log; needs --format.")
  private @Nullable Path log;

  @ArgGroup(validate = false)
  private final FailureLogOptions logOptions = new FailureLogOptions();

  /**
   * A law, and where it is from.
   *
   * @param origin as a phrase; empty if it was given
   */
  record Given(FailureLaw law, String origin) {

    /** The inputs with the mean of a fitted law, unless they say how often the job fails. */
    Inputs mttfOf(Inputs inputs) {
      boolean said = inputs.given(Parameter.MTTF) || inputs.given(Parameter.NODE_MTTF);
      return said || origin.isEmpty() ? inputs : inputs.with(Parameter.MTTF, law.meanSeconds());
    }
  }

  /** How a log is read that is fitted or replayed. */
  FailureLogOptions logOptions() {
    return logOptions;
  }

  /** The law that was asked for; empty for the plain exponential. */
  Optional<Given> law(Inputs inputs) throws IOException {
    if (law != null && log != null) {
      throw usage("--dist says the law and --fit finds it: give one of them");
    }
    if (log != null && inputs.given(Parameter.NODE_MTTF)) {
      throw usage("--fit learns how often the job fails: leave --nodes and --node-mttf out");
    }
    if (log != null) {
      return Optional.of(fitted(log));
    }
    if (law == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Given(FailureLaw.parse(law, 1), ""));
    } catch (IllegalArgumentException e) {
      throw usage("--dist: " + e.getMessage());
    }
  }

  private Given fitted(Path file) throws IOException {
    FailureLog failures = logOptions.read(file);
    Sample sample = logOptions.sample(failures);
    FitReport report = LawFitting.fit(sample, Bootstrap.none());
    // Of a law with a heavy tail the fitted mean is an extrapolation; the sample's is what was
    // seen.
    FailureLaw fitted = report.recommended().law().withMeanSeconds(report.mttf().value());
    String part = logOptions.inWords();
    String origin =
        Text.format(
            "fitted to %s in %s%s",
            Text.count(sample.failures(), "time") + " to failure",
            file.getFileName(),
            part.isEmpty() ? "" : ", " + part);
    return new Given(fitted, origin);
  }
}
