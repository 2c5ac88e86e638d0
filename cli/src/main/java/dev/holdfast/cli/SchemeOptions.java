// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.policy.AsynchronousModel;
import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.IncrementalModel;
import dev.holdfast.policy.NodeFailures;
import dev.holdfast.policy.PreemptionModel;
import dev.holdfast.policy.RenewalModel;
import dev.holdfast.policy.Situation;
import dev.holdfast.policy.TwoLevelModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for checkpoints and failures that are not of the plain kind. */
final class SchemeOptions {
  /** A rate off by less than a fifth changes nothing worth telling. */
  private static final double EARLY_LOG_MAX = Math.log(1.2);

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      description =
          "Checkpoints are written while the job goes on and usable so long after their"
              + " start; --cost is what they delay it by.")
  private @Nullable String latency;

  @Option(
      names = "--incremental",
      paramLabel = "C[/R]",
      description =
          "Cost of an incremental checkpoint, and what each adds to a restart, such as"
              + " 30s/5s; --cost and --restart are the full one's.")
  private @Nullable String incremental;

  @Option(
      names = "--levels",
      paramLabel = "C/R/M,C/R/M",
      description =
          "Two levels: cost, restart and mean time between the failures that need this"
              + " level, such as 10s/10s/4h,5min/5min/1d; instead of --cost, --restart, --mttf.")
  private @Nullable String levels;

  @Option(
      names = "--preemption",
      paramLabel = "TIME",
      description = "Mean time between preemptions, beside the failures of --mttf.")
  private @Nullable String preemption;

  @Option(
      names = "--notice",
      paramLabel = "TIME",
      description = "How long before a preemption it is announced; 0s unless said.")
  private @Nullable String notice;

  @Option(
      names = "--cost-sd",
      paramLabel = "TIME",
      description = "Standard deviation of the cost of a checkpoint.")
  private @Nullable String costDeviation;

  @Option(
      names = "--walltime",
      paramLabel = "TIME",
      description = "The job runs in allocations of this length.")
  private @Nullable String walltime;

  /** What was given, beside the numbers of the job. */
  Inputs added(Inputs job) {
    Inputs inputs = job;
    inputs = with(inputs, Parameter.LATENCY, latency);
    inputs = with(inputs, Parameter.PREEMPTION, preemption);
    inputs = with(inputs, Parameter.NOTICE, notice);
    inputs = with(inputs, Parameter.COST_SD, costDeviation);
    inputs = with(inputs, Parameter.WALLTIME, walltime);
    return levels == null ? inputs : withLevels(inputs);
  }

  private static Inputs with(Inputs inputs, Parameter parameter, @Nullable String text) {
    return text == null ? inputs : inputs.with(parameter, parameter.read(text));
  }

  /** Refuses to sweep what the levels have each of their own. */
  void checkSwept(Parameter swept) {
    if (levels != null
        && List.of(Parameter.COST, Parameter.RESTART, Parameter.MTTF).contains(swept)) {
      throw usage(
          "--vary " + swept.word() + ": the levels have each their own; sweep another parameter");
    }
  }

  /** Level 2 survives everything: alone, it is what a job without levels has. */
  private Inputs withLevels(Inputs inputs) {
    for (Parameter instead : List.of(Parameter.COST, Parameter.RESTART, Parameter.MTTF)) {
      if (inputs.given(instead)) {
        throw usage(
            "--levels has costs, restarts and MTTFs of its own: leave --"
                + instead.word()
                + " out");
      }
    }
    TwoLevelModel model = model(inputs);
    double rate = 1 / model.level1().mttfSeconds() + 1 / model.level2().mttfSeconds();
    return inputs
        .with(Parameter.COST, model.level2().costSeconds())
        .with(Parameter.RESTART, model.level2().restartSeconds())
        .with(Parameter.MTTF, 1 / rate);
  }

  private TwoLevelModel model(Inputs inputs) {
    List<String> both = Stream.of(String.valueOf(levels).split(",", -1)).toList();
    if (both.size() != 2) {
      throw levelsUsage();
    }
    return new TwoLevelModel(level(both.get(0), inputs), level(both.get(1), inputs));
  }

  private Situation level(String text, Inputs inputs) {
    List<String> parts = Stream.of(text.split("/", -1)).toList();
    if (parts.size() != 3) {
      throw levelsUsage();
    }
    return new Situation(
        Parameter.COST.read("--levels", parts.get(0)),
        Parameter.MTTF.read("--levels", parts.get(2)),
        Parameter.RESTART.read("--levels", parts.get(1)),
        inputs.orZero(Parameter.DOWNTIME));
  }

  private CommandException levelsUsage() {
    return usage(
        "--levels \""
            + levels
            + "\": write COST/RESTART/MTTF of both levels, such as 10s/10s/4h,5min/5min/1d");
  }

  /** The setting that the inputs and these options describe. */
  Setting setting(Inputs inputs, Optional<LawOptions.Given> law) {
    Situation situation = inputs.situation();
    checkOne(inputs, law);
    if (inputs.given(Parameter.NOTICE) && !inputs.given(Parameter.PREEMPTION)) {
      throw usage("--notice needs how often preemptions come: give --preemption, such as 12h");
    }
    if (law.isPresent()) {
      return inputs.given(Parameter.NODE_MTTF)
          ? nodes(inputs, law.get().law())
          : lived(situation, law.get());
    }
    ExponentialSetting plain = new ExponentialSetting(situation);
    if (levels != null) {
      return TwoLevelSetting.best(model(inputs), plain);
    }
    if (incremental != null) {
      return IncrementalSetting.best(incremental(situation));
    }
    if (inputs.given(Parameter.LATENCY)) {
      return asynchronous(situation, inputs.orZero(Parameter.LATENCY));
    }
    return inputs.given(Parameter.PREEMPTION) ? preempted(situation, inputs) : plain;
  }

  private static Setting lived(Situation situation, LawOptions.Given given) {
    FailureLaw law = given.law().withMeanSeconds(situation.mttfSeconds());
    if (law instanceof Exponential) {
      String origin = given.origin().isEmpty() ? "" : " (" + given.origin() + ")";
      return new ExponentialSetting(
          situation, "exponential failures of the whole job" + origin, List.of());
    }
    return new RenewalSetting(
        new RenewalModel(
            law, situation.costSeconds(), situation.restartSeconds(), situation.downtimeSeconds()),
        given.origin());
  }

  /** Many nodes of mixed ages fail like one thing without memory; new ones together do not. */
  private static Setting nodes(Inputs inputs, FailureLaw shape) {
    FailureLaw law = shape.withMeanSeconds(inputs.orZero(Parameter.NODE_MTTF));
    NodeFailures nodes = new NodeFailures(law, (int) inputs.orZero(Parameter.NODES));
    String failures =
        "time to failure of a node is "
            + Laws.words(law)
            + "; nodes of mixed ages, so that the job's failures are exponential";
    List<String> warnings = new ArrayList<>();
    if (inputs.workSeconds().isPresent()) {
      double work = inputs.workSeconds().getAsDouble();
      double factor = nodes.earlyRateFactor(work);
      if (Math.abs(Math.log(factor)) > EARLY_LOG_MAX) {
        warnings.add(
            Text.format(
                "if all nodes are new, the job fails %s times as often in its %s: plan with --mttf"
                    + " %ss",
                Times.plain(Times.rounded(factor, 2)),
                Times.words(work),
                Times.plain(Times.rounded(nodes.earlyMttfSeconds(work), 3))));
      }
    }
    return new ExponentialSetting(inputs.situation(), failures, warnings);
  }

  private void checkOne(Inputs inputs, Optional<LawOptions.Given> law) {
    List<String> given = new ArrayList<>();
    add(given, levels != null, "--levels");
    add(given, incremental != null, "--incremental");
    add(given, inputs.given(Parameter.LATENCY), "--latency");
    add(given, inputs.given(Parameter.PREEMPTION), "--preemption");
    add(given, law.isPresent(), "--dist or --fit");
    if (given.size() > 1) {
      throw usage(String.join(", ", given) + ": there is no model of these together; give one");
    }
  }

  private static void add(List<String> names, boolean given, String name) {
    if (given) {
      names.add(name);
    }
  }

  private IncrementalModel incremental(Situation situation) {
    List<String> parts = Stream.of(String.valueOf(incremental).split("/", -1)).toList();
    if (parts.size() > 2) {
      throw usage(
          "--incremental \"" + incremental + "\": write COST or COST/RESTART, such as 30s/5s");
    }
    double restart = parts.size() == 1 ? 0 : Parameter.RESTART.read("--incremental", parts.get(1));
    return new IncrementalModel(
        situation, Parameter.COST.read("--incremental", parts.getFirst()), restart);
  }

  private static Setting asynchronous(Situation situation, double latency) {
    if (latency < situation.costSeconds()) {
      throw usage(
          Text.format(
              "--latency %s is shorter than what the checkpoint delays the job by: give %s or more",
              Times.words(latency), Times.words(situation.costSeconds())));
    }
    return new AsynchronousSetting(new AsynchronousModel(situation, latency));
  }

  private static Setting preempted(Situation situation, Inputs inputs) {
    return new PreemptionSetting(
        new PreemptionModel(
            situation,
            inputs.orZero(Parameter.PREEMPTION),
            caught(inputs),
            inputs.orZero(Parameter.COST),
            Double.POSITIVE_INFINITY));
  }

  /** Probability that a checkpoint is done within the notice; a normal cost if it varies. */
  private static double caught(Inputs inputs) {
    double spare = inputs.orZero(Parameter.NOTICE) - inputs.orZero(Parameter.COST);
    OptionalDouble deviation = inputs.get(Parameter.COST_SD);
    if (deviation.isEmpty() || deviation.getAsDouble() == 0) {
      return spare >= 0 ? 1 : 0;
    }
    return Normal.below(spare / deviation.getAsDouble());
  }
}
