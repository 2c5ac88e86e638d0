// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.fit.Bootstrap;
import dev.holdfast.policy.fit.FitReport;
import dev.holdfast.policy.fit.LawFitting;
import dev.holdfast.policy.fit.Sample;
import dev.holdfast.policy.logs.FailureLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which law the failures in a log follow, and what their mean time is. */
@Command(
    name = "fit",
    description = "Learn from a failure log: mean time to failure, law, and how sure that is.",
    sortOptions = false)
final class FitCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The failure log; - for standard input.")
  private Path file = Path.of("");

  @Mixin private final FailureLogOptions options = new FailureLogOptions();

  @Option(
      names = "--bootstrap",
      paramLabel = "N",
      description =
          "Test each law by N samples drawn from it; 0 for no test. Without it as many as about a"
              + " second allows, at most 500.")
  private @Nullable Integer replicates;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of the random samples: the same seed gives the same answer (without it 1).")
  private long seed = 1;

  @Option(names = "--json", description = "For programs: schema holdfast.fit/1.")
  private boolean json;

  @Option(
      names = "--plot",
      paramLabel = "FILE.svg",
      description = "Draw the times seen against each law, also on probability paper.")
  private @Nullable Path plot;

  @Override
  public Integer call() throws IOException {
    if (replicates != null && (replicates < 0 || replicates > 1_000_000)) {
      throw new CommandException(
          ExitCode.USAGE, "--bootstrap " + replicates + ": choose 0 to 1000000");
    }
    if (plot != null) {
      OutFile.checkEnding("--plot", plot, ".svg");
    }
    FailureLog log = options.read(file);
    Sample sample = options.sample(log);
    FitReport report = LawFitting.fit(sample, bootstrap(sample));
    FitAnswer answer = new FitAnswer(file, options, log, report);
    if (plot != null) {
      OutFile.write(plot, SvgCharts.render(FitCharts.of(answer)));
    }
    if (json) {
      spec.commandLine().getOut().println(Json.of(FitJson.of(answer)));
    } else {
      new FitText(answer).print(spec.commandLine().getOut());
    }
    return ExitCode.DONE;
  }

  private Bootstrap bootstrap(Sample sample) {
    return replicates == null ? Bootstrap.fitting(sample, seed) : new Bootstrap(replicates, seed);
  }
}
