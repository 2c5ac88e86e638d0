// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.IntervalModel;
import dev.holdfast.policy.Situation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where an answer holds only with reservations, in words; and what it takes for granted. */
final class Validity {
  /** From here on the first-order formulas miss the optimum visibly. */
  private static final double FIRST_ORDER_RATIO_MAX = 0.1;

  private static final double LOST_SHARE_USUAL_MIN = 0.3;
  private static final double LOST_SHARE_USUAL_MAX = 0.6;

  private final List<String> warnings = new ArrayList<>();
  private final WhatIf answer;
  private final Situation situation;

  private Validity(WhatIf answer) {
    this.answer = answer;
    this.situation = answer.situation();
  }

  static List<String> warnings(WhatIf answer) {
    Validity validity = new Validity(answer);
    validity.costs();
    validity.recovery();
    validity.lengths();
    validity.formulas();
    validity.warnings.addAll(answer.setting().warnings());
    return validity.warnings;
  }

  /** Those of a sweep, each with how often it is met and where first. */
  static List<String> warnings(List<WhatIf> points) {
    int some = (int) points.stream().filter(p -> !warnings(p).isEmpty()).count();
    return points.stream()
        .filter(p -> !warnings(p).isEmpty())
        .findFirst()
        .map(p ->
            List.of(
                Text.format(
                    "%d of %d points have warnings; the first, at MTTF %s and cost %s: %s",
                    some,
                    points.size(),
                    Times.words(p.situation().mttfSeconds()),
                    Times.words(p.situation().costSeconds()),
                    String.join("; ", warnings(p)))))
        .orElse(List.of());
  }

  private void costs() {
    double mttf = situation.mttfSeconds();
    String cost = "a checkpoint costs " + Times.words(situation.costSeconds());
    if (situation.costSeconds() >= mttf) {
      warnings.add(
          cost
              + ", no less than the MTTF of "
              + Times.words(mttf)
              + ": most checkpoints are cut short by a failure and almost all time is wasted, at"
              + " any interval; make the checkpoint cheaper or the job smaller");
    } else if (situation.costSeconds() >= mttf * FIRST_ORDER_RATIO_MAX) {
      warnings.add(
          cost
              + ", more than a tenth of the MTTF of "
              + Times.words(mttf)
              + ": the first-order formulas (Young, Wong-Franklin, Daly's first,"
              + " Herault-Robert) do not hold here; the exact optimum does");
    }
  }

  private void recovery() {
    double recovery = situation.downtimeSeconds() + situation.restartSeconds();
    if (recovery >= situation.mttfSeconds()) {
      warnings.add(
          "downtime and restart take "
              + Times.words(recovery)
              + ", no less than the MTTF of "
              + Times.words(situation.mttfSeconds())
              + ": most restarts are cut short by the next failure");
    }
    double h = answer.inputs().lostShare();
    if (h < LOST_SHARE_USUAL_MIN || h > LOST_SHARE_USUAL_MAX) {
      warnings.add(
          "--wf-h "
              + Times.plain(h)
              + ": failures at a constant rate lose 0.5 of an interval; use another h only if it"
              + " was measured");
    }
  }

  private void lengths() {
    if (answer.plan().isPresent() && answer.plan().get().segments() == 1) {
      warnings.add(
          "the best interval, "
              + Times.words(answer.setting().bestIntervalSeconds())
              + " of work, is about as long as the job or longer: a checkpoint would cost more"
              + " than it is expected to protect");
    }
    if (answer.best().makespanSeconds() == Double.POSITIVE_INFINITY) {
      warnings.add("the expected makespan is beyond all numbers: this job does not end");
    }
  }

  private void formulas() {
    List<String> empty = new ArrayList<>();
    List<String> beyond = new ArrayList<>();
    for (WhatIf.Choice choice : answer.others()) {
      if (!choice.meaningful()) {
        empty.add(choice.label());
      } else if (choice.model().isPresent()
          && !choice.is(IntervalModel.DALY)
          && choice.workIntervalSeconds().orElse(0) >= situation.mttfSeconds()) {
        beyond.add(choice.label());
      }
    }
    if (!empty.isEmpty()) {
      warnings.add(
          "no interval from "
              + String.join(", ", empty)
              + ": the formula has no meaning for these numbers");
    }
    if (!beyond.isEmpty()) {
      warnings.add(
          "the interval of "
              + String.join(", ", beyond)
              + " is no shorter than the MTTF, which is never right");
    }
  }

  /** What was assumed because nothing else was said. */
  static List<String> assumptions(WhatIf answer) {
    Inputs inputs = answer.inputs();
    List<String> assumed = new ArrayList<>();
    assumed.addAll(answer.setting().assumptions());
    if (inputs.given(Parameter.NODE_MTTF)) {
      assumed.add(
          Text.format(
              "the job fails with any of its nodes: MTTF %s / %s = %s",
              Times.words(inputs.orZero(Parameter.NODE_MTTF)),
              Times.plain(inputs.orZero(Parameter.NODES)),
              Times.words(inputs.mttfSeconds())));
    }
    if (inputs.given(Parameter.COST_SD)) {
      assumed.add(
          Text.format(
              "a checkpoint interrupted takes another time when tried again, gamma distributed: one"
                  + " of %s, sd %s, counts as %s",
              Times.words(inputs.orZero(Parameter.COST)),
              Times.words(inputs.orZero(Parameter.COST_SD)),
              Times.words(answer.situation().costSeconds())));
    }
    String zero =
        Stream.of(Parameter.RESTART, Parameter.DOWNTIME)
            .filter(p -> !inputs.given(p))
            .map(p -> "--" + p.word())
            .collect(Collectors.joining(", "));
    if (!zero.isEmpty()) {
      assumed.add(zero + " not given: 0");
    }
    if (inputs.workSeconds().isEmpty()) {
      assumed.add("--work not given: a job without end");
    }
    return assumed;
  }
}
