// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.cli.SimulatedCase.Result;
import dev.holdfast.cli.SimulatedFailures.Failures;
import dev.holdfast.policy.JobState;
import dev.holdfast.simulator.JobModel;
import dev.holdfast.simulator.NoProgressException;
import dev.holdfast.simulator.Outcome;
import dev.holdfast.simulator.Simulation;
import dev.holdfast.simulator.TraceEndedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs virtual jobs under virtual failures. */
@Command(
    name = "simulate",
    description =
        "Run virtual jobs under virtual failures, and say where their time went and what the models"
            + " predict.",
    sortOptions = false)
final class SimulateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "SCENARIO",
      description =
          "A properties file with options by their names without dashes; options of the command"
              + " line win.")
  private @Nullable Path scenario;

  @ArgGroup(validate = false, heading = "%nThe job, as durations such as 90s, 5min, 24h, 7d:%n")
  private final JobOptions job = new JobOptions();

  @ArgGroup(validate = false, heading = "%nOther checkpoints and failures:%n")
  private final SchemeOptions scheme = new SchemeOptions();

  @ArgGroup(validate = false, heading = "%nHow failures are distributed:%n")
  private final LawOptions laws = new LawOptions();

  @ArgGroup(validate = false, heading = "%nHow failures come about:%n")
  private final SimulatedFailures failures = new SimulatedFailures();

  @ArgGroup(validate = false, heading = "%nWhen to checkpoint:%n")
  private final SimulatedPolicies policies = new SimulatedPolicies();

  @ArgGroup(validate = false, heading = "%nThe simulation:%n")
  private final Extent extent = new Extent();

  @ArgGroup(validate = false, heading = "%nThe answer:%n")
  private final Form form = new Form();

  @ArgGroup(validate = false, heading = "%nDrawings:%n")
  private final DrawingOptions drawings = new DrawingOptions();

  /** How much is simulated. */
  private static final class Extent {
    private static final long JOBS = 10_000;
    private static final long JOBS_FOR_PRECISION = 10_000_000;

    @Option(
        names = "--jobs",
        paramLabel = "N",
        description = "Jobs to run; 10,000 unless said, with --precision at most 10 million.")
    private @Nullable Long given;

    @Option(names = "--seed", paramLabel = "N", description = "Decides all chance; 1 unless said.")
    private long seed = 1;

    @Option(
        names = "--precision",
        paramLabel = "P%",
        description = "End as soon as the mean is known to this, such as 0.1%%; --jobs at most.")
    private @Nullable String precision;

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads to use; all processors unless said. The answer is the same.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
        names = "--queue-wait",
        paramLabel = "TIME",
        description = "Wait for the next allocation, with --walltime; 0s unless said.")
    private @Nullable String queueWait;

    private void check() {
      if (given != null && given < 1) {
        throw usage("--jobs " + given + ": give 1 or more");
      }
      if (threads < 1) {
        throw usage("--threads " + threads + ": give 1 or more");
      }
    }

    private long jobs() {
      return given != null ? given : precision == null ? JOBS : JOBS_FOR_PRECISION;
    }

    private double precision() {
      if (precision == null) {
        return 0;
      }
      String number = precision.strip();
      try {
        double percent = Double.parseDouble(number.replaceFirst("\\s*%$", ""));
        if (number.endsWith("%") && percent > 0 && percent < 100) {
          return percent / 100;
        }
      } catch (NumberFormatException e) {
        // Said below, with the accepted form.
      }
      throw usage("--precision \"" + precision + "\": write a percentage such as 0.1%");
    }

    private double queueWaitSeconds(Inputs inputs) {
      if (queueWait != null && !inputs.given(Parameter.WALLTIME)) {
        throw usage("--queue-wait is between allocations: give --walltime, such as 4h");
      }
      return queueWait == null ? 0 : Parameter.RESTART.read("--queue-wait", queueWait);
    }
  }

  /** What the answer looks like. */
  private static final class Form {
    @Option(names = "--json", description = "For programs: schema holdfast.simulate/1.")
    private boolean json;

    @Option(names = "--csv", description = "One line for each policy.")
    private boolean csv;

    @Option(
        names = "--vary",
        paramLabel = "SWEEP",
        description = "Sweep a parameter: mttf=1h..7d:log:25, cost=1min..9min:lin:5, nodes=1,10.")
    private List<String> vary = List.of();

    private void check() {
      if (json && csv) {
        throw usage("--json, --csv: give one of them at most");
      }
      if (vary.size() > 1) {
        throw usage("--vary: a simulation sweeps one parameter");
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    GivenOptions.refuseRepeated(spec);
    Path file = scenario;
    return file == null ? simulate("", "") : simulate(Scenario.read(file));
  }

  /** The same command with the scenario's options, but for those that the command line has. */
  private int simulate(Scenario read) throws IOException {
    List<String> own = new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
    own.remove(spec.name());
    List<String> arguments = new ArrayList<>(own);
    read.options()
        .forEach((name, values) -> {
          if (!GivenOptions.overrides(spec, own, name)) {
            values.forEach(value -> {
              arguments.add(name);
              if (!value.isEmpty()) {
                arguments.add(value);
              }
            });
          }
        });
    SimulateCommand merged = new SimulateCommand();
    CommandLine line = new CommandLine(merged);
    line.setOut(spec.commandLine().getOut());
    line.setErr(spec.commandLine().getErr());
    try {
      line.parseArgs(arguments.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      throw new CommandException(ExitCode.BAD_CONFIGURATION, scenario + ": " + e.getMessage());
    }
    return merged.simulate(read.title(), read.teaches());
  }

  private int simulate(String title, String teaches) throws IOException {
    form.check();
    drawings.check();
    extent.check();
    Inputs given = scheme.added(job.inputs());
    Optional<LawOptions.Given> law = laws.law(given);
    failures.check(law);
    Inputs inputs = law.isPresent() ? law.get().mttfOf(given) : given;
    if (inputs.workSeconds().isEmpty()) {
      throw usage("how much is there to do? give --work, such as --work 500h");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (!title.isEmpty() && !form.json && !form.csv) {
      out.println(title);
    }
    List<Sweep> sweeps = form.vary.stream().map(Sweep::parse).toList();
    List<SimulatedCase> cases = new ArrayList<>();
    for (Inputs point : Sweep.points(inputs, sweeps)) {
      cases.add(simulate(point, law));
    }
    draw(sweeps, cases, title, teaches);
    print(sweeps, cases);
    if (!teaches.isEmpty() && !form.json && !form.csv) {
      out.println(teaches);
    }
    return ExitCode.DONE;
  }

  private SimulatedCase simulate(Inputs point, Optional<LawOptions.Given> law) throws IOException {
    Inputs inputs = point;
    if (!failures.replays()) {
      inputs.check();
    }
    Failures process = failures.failures(inputs, law, laws.logOptions());
    if (!inputs.given(Parameter.MTTF) && !inputs.given(Parameter.NODE_MTTF)) {
      inputs = inputs.with(Parameter.MTTF, process.mttfSeconds());
      inputs.check();
    }
    Setting setting = scheme.setting(inputs, process.predictable() ? law : Optional.empty());
    double stated = policies.statedMttfSeconds(inputs.mttfSeconds());
    JobState told = JobState.of(inputs.situation().withMttfSeconds(stated));
    JobModel model = SimulatedCase.model(inputs, setting, extent.queueWaitSeconds(inputs));
    List<Result> results = new ArrayList<>();
    for (SimulatedPolicies.Named named : policies.policies(setting, model.workSeconds(), told)) {
      Simulation simulation =
          new Simulation(
              model, process.process(), named.policy(), stated, extent.seed, extent.threads);
      results.add(
          new Result(
              named.name(),
              named.workIntervalSeconds(),
              run(simulation, named.name(), process.random()),
              predicted(named, process, setting, inputs)));
    }
    return new SimulatedCase(
        inputs, process.inWords(), process.random(), results, warnings(inputs, setting));
  }

  private static OptionalDouble predicted(
      SimulatedPolicies.Named named, Failures process, Setting setting, Inputs inputs) {
    boolean known =
        process.predictable()
            && named.workIntervalSeconds().isPresent()
            && !inputs.given(Parameter.WALLTIME);
    if (!known) {
      return OptionalDouble.empty();
    }
    double seconds =
        setting
            .job(inputs.workSeconds().orElseThrow(), named.workIntervalSeconds().getAsDouble())
            .makespanSeconds();
    return OptionalDouble.of(seconds);
  }

  private static List<String> warnings(Inputs inputs, Setting setting) {
    return Validity.warnings(WhatIf.of(inputs, setting));
  }

  private Outcome run(Simulation simulation, String policy, boolean random) {
    Progress progress = new Progress(spec.commandLine().getErr());
    long jobs = random ? extent.jobs() : 1;
    try {
      Outcome outcome =
          simulation.run(
              jobs, extent.precision(), done -> progress.showOnTerminal(policy, done, jobs));
      double reached = outcome.makespan().halfWidth95() / outcome.makespan().mean();
      if (extent.precision() > 0 && reached > extent.precision()) {
        progress.clear();
        spec.commandLine()
            .getErr()
            .println(
                Text.format(
                    "holdfast: %s: after %s the mean is known to %s only: allow more --jobs",
                    policy, Text.count(jobs, "job"), Times.percent(reached)));
      }
      return outcome;
    } catch (NoProgressException e) {
      throw usage(String.valueOf(e.getMessage()));
    } catch (TraceEndedException e) {
      throw new CommandException(ExitCode.BAD_DATA, "--trace: " + e.getMessage());
    } finally {
      progress.clear();
    }
  }

  private void draw(List<Sweep> sweeps, List<SimulatedCase> cases, String title, String teaches) {
    drawings.write(
        () ->
            List.of(
                sweeps.isEmpty()
                    ? SimulateCharts.makespans(cases.getFirst())
                    : SimulateCharts.sweep(sweeps.getFirst(), cases)),
        svg -> SimulateHtml.of(cases, sweeps, extent.seed, title, teaches, svg));
  }

  private void print(List<Sweep> sweeps, List<SimulatedCase> cases) {
    PrintWriter out = spec.commandLine().getOut();
    List<Parameter> swept = sweeps.stream().map(Sweep::parameter).toList();
    if (form.json) {
      out.println(
          Json.of(
              sweeps.isEmpty()
                  ? SimulateData.json(cases.getFirst(), extent.seed)
                  : SimulateData.json(sweeps, cases, extent.seed)));
    } else if (form.csv) {
      out.println(SimulateData.csvHead(swept));
      cases.forEach(one -> SimulateData.csv(one, swept).forEach(out::println));
    } else if (sweeps.isEmpty()) {
      SimulateText.print(cases.getFirst(), extent.seed, out);
    } else {
      out.println(SimulateText.headline(sweeps.getFirst(), cases, extent.seed));
      SimulateText.sweep(sweeps.getFirst(), cases).print(out, "  ");
      cases.forEach(one ->
          SimulateText.findings(one).stream()
              .filter(line -> line.startsWith(SimulateText.FINDING_WORD))
              .forEach(out::println));
    }
  }
}
