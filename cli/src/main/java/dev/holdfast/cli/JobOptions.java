// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The numbers of a job as options; what they may be is {@link Parameter}'s knowledge. */
final class JobOptions {
  @Option(
      names = {"-M", "--mttf", "--mtbf"},
      paramLabel = "TIME",
      description = "Mean time to failure of the whole job.")
  private @Nullable String mttf;

  @Option(
      names = {"-C", "--cost"},
      paramLabel = "TIME",
      description = "How long a checkpoint blocks the job.")
  private @Nullable String cost;

  @Option(
      names = {"-R", "--restart"},
      paramLabel = "TIME",
      description = "From the begin of a restart to new work; 0s unless said.")
  private @Nullable String restart;

  @Option(
      names = {"-D", "--downtime"},
      paramLabel = "TIME",
      description = "From a failure to the begin of a restart; 0s unless said.")
  private @Nullable String downtime;

  @Option(
      names = {"-W", "--work"},
      paramLabel = "TIME",
      description = "Useful work of the job; without it, a job without end.")
  private @Nullable String work;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Instead of --mttf, with --node-mttf: nodes of the job.")
  private @Nullable String nodes;

  @Option(
      names = "--node-mttf",
      paramLabel = "TIME",
      description = "Mean time to failure of one node, such as 5y (a year is 365 days).")
  private @Nullable String nodeMttf;

  @Option(
      names = "--wf-h",
      paramLabel = "H",
      description = "Share of an interval a failure loses, for Wong-Franklin; 0.5 unless said.")
  private @Nullable String lostShare;

  /** Reads what was given. */
  Inputs inputs() {
    Map<Parameter, Double> values = new EnumMap<>(Parameter.class);
    put(values, Parameter.MTTF, mttf);
    put(values, Parameter.COST, cost);
    put(values, Parameter.RESTART, restart);
    put(values, Parameter.DOWNTIME, downtime);
    put(values, Parameter.WORK, work);
    put(values, Parameter.NODES, nodes);
    put(values, Parameter.NODE_MTTF, nodeMttf);
    put(values, Parameter.WF_H, lostShare);
    return new Inputs(values);
  }

  private static void put(
      Map<Parameter, Double> values, Parameter parameter, @Nullable String text) {
    if (text != null) {
      values.put(parameter, parameter.read(text));
    }
  }
}
