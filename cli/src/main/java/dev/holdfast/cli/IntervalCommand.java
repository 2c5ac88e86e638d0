// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says how often to checkpoint, and what that and other choices cost. */
@Command(
    name = "interval",
    aliases = "what-if",
    description =
        "Say how often to checkpoint and what it costs, from the mean time to failure and the cost"
            + " of a checkpoint.",
    sortOptions = false)
final class IntervalCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @ArgGroup(validate = false, heading = "%nThe job, as durations such as 90s, 5min, 24h, 7d:%n")
  private final JobOptions job = new JobOptions();

  @ArgGroup(validate = false, heading = "%nOther checkpoints and failures:%n")
  private final SchemeOptions scheme = new SchemeOptions();

  @ArgGroup(validate = false, heading = "%nHow failures are distributed:%n")
  private final LawOptions laws = new LawOptions();

  @ArgGroup(validate = false, heading = "%nThe answer:%n")
  private final Form form = new Form();

  @ArgGroup(validate = false, heading = "%nDrawings:%n")
  private final DrawingOptions drawings = new DrawingOptions();

  /** What the answer looks like. */
  private static final class Form {
    @Option(names = "--all", description = "Every model, Wong-Franklin as printed too.")
    private boolean all;

    @Option(
        names = {"-q", "--quiet"},
        description = "Only the work interval, a bare number of seconds.")
    private boolean quiet;

    @Option(names = "--json", description = "For programs: schema holdfast.interval/1.")
    private boolean json;

    @Option(names = "--csv", description = "One line for each model.")
    private boolean csv;

    @Option(
        names = "--vary",
        paramLabel = "SWEEP",
        description =
            "Sweep a parameter, or twice two: mttf=1h..7d:log:25, cost=1min..9min:lin:5,"
                + " nodes=100,200,400.")
    private List<String> vary = List.of();

    private void check() {
      if ((quiet && json) || (quiet && csv) || (json && csv)) {
        throw usage("-q, --json, --csv: give one of them at most");
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    GivenOptions.refuseRepeated(spec);
    form.check();
    drawings.check();
    Inputs given = scheme.added(job.inputs());
    Optional<LawOptions.Given> law = laws.law(given);
    Inputs inputs = law.isPresent() ? law.get().mttfOf(given) : given;
    if (form.vary.isEmpty()) {
      WhatIf answer = answer(inputs, law);
      draw(answer, List.of(), List.of());
      print(answer, spec.commandLine().getOut());
    } else {
      sweep(inputs, law);
    }
    return ExitCode.DONE;
  }

  private WhatIf answer(Inputs inputs, Optional<LawOptions.Given> law) {
    inputs.check();
    Setting setting = scheme.setting(inputs, law);
    if (inputs.given(Parameter.WALLTIME) && !(setting instanceof ExponentialSetting)) {
      throw usage(
          "--walltime is planned for plain checkpoints and exponential failures: leave the other"
              + " kind out, or see what holdfast simulate makes of both");
    }
    return WhatIf.of(inputs, setting);
  }

  private void sweep(Inputs inputs, Optional<LawOptions.Given> law) {
    List<Sweep> sweeps = form.vary.stream().map(Sweep::parse).toList();
    checkSweeps(sweeps);
    List<WhatIf> points =
        Sweep.points(inputs, sweeps).stream().map(point -> answer(point, law)).toList();
    // One point is shown in detail: that in the middle.
    draw(points.get(points.size() / 2), sweeps, points);
    print(sweeps, points, spec.commandLine().getOut());
  }

  private void checkSweeps(List<Sweep> sweeps) {
    if (sweeps.size() > 2) {
      throw usage("--vary: sweep one parameter or two");
    }
    if (sweeps.size() == 2 && sweeps.get(0).parameter() == sweeps.get(1).parameter()) {
      throw usage("--vary: " + sweeps.getFirst().parameter().word() + " is swept twice");
    }
    sweeps.forEach(sweep -> scheme.checkSwept(sweep.parameter()));
    if (form.quiet) {
      throw usage("-q prints one number: leave --vary out, or use --csv");
    }
  }

  private void draw(WhatIf answer, List<Sweep> sweeps, List<WhatIf> points) {
    drawings.write(
        () ->
            sweeps.isEmpty()
                ? List.of(IntervalCharts.curve(answer, form.all))
                : List.of(
                    IntervalCharts.curve(answer, form.all), IntervalCharts.sweep(sweeps, points)),
        svg -> IntervalHtml.of(answer, form.all, sweeps, points, svg));
  }

  private void print(WhatIf answer, PrintWriter out) {
    if (form.json) {
      out.println(Json.of(IntervalData.json(answer)));
    } else if (form.csv) {
      out.println(IntervalData.csvHead(List.of()));
      IntervalData.csv(answer, List.of()).forEach(out::println);
      warn(Validity.warnings(answer));
    } else if (form.quiet) {
      out.println(Times.plain(Times.rounded(quiet(answer), 7)));
      warn(Validity.warnings(answer));
    } else {
      new IntervalText(answer, form.all).print(out);
    }
  }

  private static double quiet(WhatIf answer) {
    return answer.walltime().isPresent()
        ? answer.walltime().get().workIntervalSeconds()
        : answer.best().usedSeconds();
  }

  private void print(List<Sweep> sweeps, List<WhatIf> points, PrintWriter out) {
    if (form.json) {
      out.println(Json.of(IntervalData.json(sweeps, points)));
      return;
    }
    if (form.csv) {
      List<Parameter> swept = sweeps.stream().map(Sweep::parameter).toList();
      out.println(IntervalData.csvHead(swept));
      points.forEach(point -> IntervalData.csv(point, swept).forEach(out::println));
    } else {
      SweepText.table(sweeps, points, form.all).print(out, "  ");
      List<String> assumed = Validity.assumptions(points.getFirst());
      out.println("Assumed: " + String.join("; ", assumed) + ".");
    }
    warn(Validity.warnings(points));
  }

  private void warn(List<String> warnings) {
    PrintWriter err = spec.commandLine().getErr();
    for (String warning : warnings) {
      err.println("holdfast: " + warning);
    }
  }
}
