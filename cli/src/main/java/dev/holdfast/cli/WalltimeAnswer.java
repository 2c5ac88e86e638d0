// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.AllocationModel;
import dev.holdfast.policy.AllocationModel.Rule;
import dev.holdfast.policy.ExactOptimum;
import dev.holdfast.policy.Situation;
import dev.holdfast.policy.WalltimePlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How to checkpoint in allocations that end at a known moment: segments of equal length, the last
 * checkpoint of which ends with the allocation.
 *
 * @param allocationSeconds its length
 * @param reserveSeconds time kept free for the last checkpoint, its mean included
 * @param workIntervalSeconds the equal split of an allocation without failures
 * @param checkpoints of an allocation without failures
 * @param storedSeconds expected work in checkpoints at the end of the first allocation
 * @param storedLaterSeconds the same of an allocation that begins with a restart
 * @param periodicSeconds the same of the first, if checkpoints pay no heed to the end
 */
record WalltimeAnswer(
    double allocationSeconds,
    double reserveSeconds,
    double workIntervalSeconds,
    long checkpoints,
    double storedSeconds,
    double storedLaterSeconds,
    double periodicSeconds) {

  /** Deviations above the mean that one checkpoint in a thousand exceeds. */
  private static final double ONE_IN_A_THOUSAND = 3.09;

  /**
   * @throws CommandException where no checkpoint fits
   */
  static WalltimeAnswer of(Inputs inputs) {
    double allocation = inputs.orZero(Parameter.WALLTIME);
    Situation situation = inputs.situation();
    double cost = inputs.orZero(Parameter.COST);
    double reserve = cost + ONE_IN_A_THOUSAND * inputs.orZero(Parameter.COST_SD);
    double usable = allocation - (reserve - cost);
    if (usable - situation.restartSeconds() <= cost) {
      throw new CommandException(
          ExitCode.USAGE,
          Text.format(
              "--walltime %s: a restart and the last checkpoint alone take %s; give more",
              Times.words(allocation), Times.words(situation.restartSeconds() + reserve)));
    }
    double best =
        ExactOptimum.workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds());
    double interval = WalltimePlan.equalSplitSeconds(usable, situation.costSeconds(), best);
    return new WalltimeAnswer(
        allocation,
        reserve,
        interval,
        Math.round(usable / (interval + situation.costSeconds())),
        stored(usable, situation, Rule.EQUAL_SPLIT),
        storedLater(usable, situation),
        stored(usable, situation, Rule.PERIODIC));
  }

  private static double stored(double usable, Situation situation, Rule rule) {
    try {
      return AllocationModel.storedWorkSeconds(usable, situation, rule);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  private static double storedLater(double usable, Situation situation) {
    try {
      return AllocationModel.storedWorkAfterRestartSeconds(usable, situation, Rule.EQUAL_SPLIT);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  private static CommandException usage(IllegalArgumentException e) {
    CommandException refused =
        new CommandException(ExitCode.USAGE, "--walltime: " + e.getMessage());
    refused.initCause(e);
    return refused;
  }

  /** About how many allocations the work takes. */
  OptionalDouble allocations(OptionalDouble workSeconds) {
    if (workSeconds.isEmpty()) {
      return workSeconds;
    }
    double left = workSeconds.getAsDouble() - storedSeconds;
    return OptionalDouble.of(left <= 0 ? 1 : 1 + Math.ceil(left / storedLaterSeconds));
  }

  /** For people. */
  List<String> text(OptionalDouble workSeconds) {
    Times.Unit unit = Times.Unit.fitting(storedSeconds);
    String first =
        Text.format(
            "In allocations of %s: %s, one after every %s of work, the last ends with the"
                + " allocation.",
            Times.words(allocationSeconds),
            Text.count(checkpoints, "checkpoint"),
            Times.words(workIntervalSeconds));
    String second =
        Text.format(
            "  Stored at its end: %s on average (%s without heed to the end); plan anew after each"
                + " failure. Keep %s for the last checkpoint.",
            unit.shortly(storedSeconds),
            unit.shortly(periodicSeconds),
            Times.words(reserveSeconds));
    OptionalDouble number = allocations(workSeconds);
    return number.isEmpty()
        ? List.of(first, second)
        : List.of(
            first,
            second,
            Text.format(
                "  The work takes about %s.",
                Text.count((long) number.getAsDouble(), "allocation")));
  }

  /** For programs. */
  Map<String, Object> json(OptionalDouble workSeconds) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("allocation_s", allocationSeconds);
    json.put("work_interval_s", workIntervalSeconds);
    json.put("checkpoints", checkpoints);
    json.put("reserve_s", reserveSeconds);
    json.put("stored_work_s", storedSeconds);
    json.put("stored_work_after_restart_s", storedLaterSeconds);
    json.put("stored_work_periodic_s", periodicSeconds);
    allocations(workSeconds).ifPresent(number -> json.put("allocations", (long) number));
    return json;
  }
}
