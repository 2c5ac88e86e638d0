// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.JobState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for when simulated jobs checkpoint. */
final class SimulatedPolicies {
  private static final String BEST = "exact";

  @Option(names = "--interval", paramLabel = "TIME", description = "Checkpoint after so much work.")
  private @Nullable String interval;

  @Option(
      names = {"--policy", "--policies"},
      paramLabel = "POLICY",
      split = ",",
      description =
          "exact (the best for checkpoints and failures of this kind; what is done unless said),"
              + " adaptive, walltime, daly, young, other models, or an interval; several to compare.")
  private List<String> policies = List.of();

  @Option(
      names = "--stated-mttf",
      paramLabel = "TIME",
      description = "What policies are told of the MTTF, where that is not the truth.")
  private @Nullable String statedMttf;

  /**
   * A policy to simulate.
   *
   * @param workIntervalSeconds where it is always the same
   */
  record Named(String name, CheckpointPolicy policy, OptionalDouble workIntervalSeconds) {}

  /** An interval to the last digit. */
  private record Every(double seconds) implements CheckpointPolicy {
    @Override
    public double workIntervalSeconds(JobState now) {
      return seconds;
    }

    @Override
    public boolean dependsOnHistory() {
      return false;
    }
  }

  /** What policies are told. */
  double statedMttfSeconds(double truth) {
    return statedMttf == null ? truth : Parameter.MTTF.read("--stated-mttf", statedMttf);
  }

  /**
   * The policies that were asked for, in that order.
   *
   * @param setting what the best interval is taken from
   * @param told what policies know
   */
  List<Named> policies(Setting setting, double workSeconds, JobState told) {
    List<Named> named = new ArrayList<>();
    if (interval != null) {
      double seconds = Parameter.COST.read("--interval", interval);
      named.add(every(inWords(seconds), seconds));
    }
    List<String> wanted = policies.isEmpty() && named.isEmpty() ? List.of(BEST) : policies;
    for (String text : wanted) {
      named.add(
          text.strip().equals(BEST)
              ? best(setting, workSeconds, told)
              : parsed(text.strip(), told));
    }
    return named;
  }

  /** Of the endless job's best interval and even segments of this one, what makes it shorter. */
  private Named best(Setting setting, double workSeconds, JobState told) {
    if (statedMttf != null) {
      return parsed(BEST, told);
    }
    double endless = setting.bestIntervalSeconds();
    double even = workSeconds / setting.bestPlan(workSeconds).segments();
    boolean shorter =
        setting.job(workSeconds, even).makespanSeconds()
            < setting.job(workSeconds, endless).makespanSeconds();
    return every(BEST, shorter ? even : endless);
  }

  private static Named every(String name, double seconds) {
    return new Named(name, new Every(seconds), OptionalDouble.of(seconds));
  }

  private static String inWords(double seconds) {
    return "every " + Times.words(seconds);
  }

  private static Named parsed(String text, JobState told) {
    try {
      CheckpointPolicy policy = CheckpointPolicy.parse(text);
      if (policy.dependsOnHistory()) {
        return new Named(policy.name(), policy, OptionalDouble.empty());
      }
      double seconds = policy.workIntervalSeconds(told);
      String name = policy.name().startsWith("fixed:") ? inWords(seconds) : policy.name();
      return new Named(name, policy, OptionalDouble.of(seconds));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "--policy: " + e.getMessage());
    }
  }
}
