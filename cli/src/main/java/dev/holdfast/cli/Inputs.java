// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.policy.RandomCost;
import dev.holdfast.policy.Situation;
import dev.holdfast.policy.WongFranklin;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What was asked: the parameters that were given, in seconds or as bare numbers.
 *
 * @param values one for each parameter given
 */
record Inputs(Map<Parameter, Double> values) {

  Inputs {
    values = Map.copyOf(values);
  }

  boolean given(Parameter parameter) {
    return values.containsKey(parameter);
  }

  OptionalDouble get(Parameter parameter) {
    Double value = values.get(parameter);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  double orZero(Parameter parameter) {
    return get(parameter).orElse(0);
  }

  /** The same but for one parameter. */
  Inputs with(Parameter parameter, double value) {
    Map<Parameter, Double> changed = new EnumMap<>(Parameter.class);
    changed.putAll(values);
    changed.put(parameter, value);
    return new Inputs(changed);
  }

  /** Useful work of the job, seconds; empty for a job without end. */
  OptionalDouble workSeconds() {
    return get(Parameter.WORK);
  }

  /** The share h of the Wong-Franklin forms. */
  double lostShare() {
    return get(Parameter.WF_H).orElse(WongFranklin.DEFAULT_LOST_SHARE);
  }

  /** Mean time to failure of the whole job: its nodes in series fail as often as all together. */
  double mttfSeconds() {
    OptionalDouble node = get(Parameter.NODE_MTTF);
    return node.isPresent()
        ? node.getAsDouble() / get(Parameter.NODES).orElse(1)
        : get(Parameter.MTTF).orElse(Double.NaN);
  }

  Situation situation() {
    double cost = orZero(Parameter.COST);
    return new Situation(
        given(Parameter.COST_SD)
            ? RandomCost.redrawnSeconds(cost, orZero(Parameter.COST_SD), mttfSeconds())
            : cost,
        mttfSeconds(),
        orZero(Parameter.RESTART),
        orZero(Parameter.DOWNTIME));
  }

  /**
   * Refuses what no situation can be made of.
   *
   * @throws CommandException naming the options to give
   */
  void check() {
    boolean node = given(Parameter.NODE_MTTF);
    if (node && given(Parameter.MTTF)) {
      throw usage("--mttf is the job's and --node-mttf one node's: give one of them");
    }
    if (given(Parameter.NODES) != node) {
      throw usage(
          node
              ? "--node-mttf needs the number of nodes: give --nodes, such as --nodes 1000"
              : "--nodes needs the mean time to failure of a node: give --node-mttf, such as 5y");
    }
    if (!node && !given(Parameter.MTTF)) {
      throw usage(
          "how often does the job fail? give --mttf, such as --mttf 24h, or --nodes with"
              + " --node-mttf");
    }
    if (!given(Parameter.COST)) {
      throw usage("how long does a checkpoint block the job? give --cost, such as --cost 5min");
    }
  }
}
