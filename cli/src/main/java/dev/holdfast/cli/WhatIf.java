// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.IntervalModel;
import dev.holdfast.policy.Situation;
import dev.holdfast.policy.WongFranklin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The answer of the calculator: what each model would choose, what each choice costs, and which is
 * recommended. Only numbers; how they are said is another's work.
 *
 * @param inputs what was asked
 * @param situation what the models were given
 * @param setting what the choices are judged by
 * @param best the recommendation, the first of the choices
 * @param others what people and other models choose
 * @param plan the best schedule of the finite job; empty without --work
 * @param walltime what an allocation changes; empty without --walltime
 */
record WhatIf(
    Inputs inputs,
    Situation situation,
    Setting setting,
    Choice best,
    List<Choice> others,
    Optional<Setting.Plan> plan,
    Optional<WalltimeAnswer> walltime) {

  /** Of these only --all has something to say. */
  private static final Set<IntervalModel> MORE =
      Set.of(
          IntervalModel.DALY_FIRST,
          IntervalModel.WONG_FRANKLIN_PRINTED,
          IntervalModel.HERAULT_ROBERT);

  /** Intervals people come with, seconds. */
  private static final List<Double> HABITS = List.of(900.0, 21_600.0);

  /**
   * An interval and what it costs.
   *
   * @param id a model's, or that of a habit
   * @param label for people
   * @param model the model; empty for a habit
   * @param workIntervalSeconds w of an endless job; empty where the model has no answer
   * @param segmentWorkSeconds work of each segment of this job but the last
   * @param waste of this job, or of an endless one without --work; NaN where there is no interval
   * @param makespanSeconds of this job; NaN where there is no interval or no --work
   */
  record Choice(
      String id,
      String label,
      Optional<IntervalModel> model,
      OptionalDouble workIntervalSeconds,
      OptionalDouble segmentWorkSeconds,
      double waste,
      double makespanSeconds) {

    boolean meaningful() {
      return workIntervalSeconds.isPresent();
    }

    private Choice named(String otherLabel) {
      return new Choice(
          id, otherLabel, model, workIntervalSeconds, segmentWorkSeconds, waste, makespanSeconds);
    }

    boolean is(IntervalModel which) {
      return model.isPresent() && model.get() == which;
    }

    /** What the job itself uses: the segment's work if the job is finite, else the interval. */
    double usedSeconds() {
      return segmentWorkSeconds.orElse(workIntervalSeconds.orElse(Double.NaN));
    }
  }

  /** Judges every model and habit. */
  static WhatIf of(Inputs inputs, Setting setting) {
    Situation situation = inputs.situation();
    List<Choice> others = new ArrayList<>();
    for (IntervalModel model : IntervalModel.values()) {
      if (model != IntervalModel.EXACT) {
        OptionalDouble interval = model.workIntervalSeconds(situation, inputs.lostShare());
        others.add(
            choice(
                model.id(),
                label(model, inputs),
                Optional.of(model),
                interval,
                inputs,
                setting.forModels()));
      }
    }
    for (double habit : HABITS) {
      String name = Times.words(habit);
      others.add(
          choice(
              "habit " + name,
              "habit: " + name,
              Optional.empty(),
              OptionalDouble.of(habit),
              inputs,
              setting.forModels()));
    }
    Optional<Setting.Plan> plan =
        inputs.workSeconds().isPresent()
            ? Optional.of(setting.bestPlan(inputs.workSeconds().getAsDouble()))
            : Optional.empty();
    Optional<WalltimeAnswer> walltime =
        inputs.given(Parameter.WALLTIME)
            ? Optional.of(WalltimeAnswer.of(inputs))
            : Optional.empty();
    Choice best = best(setting, plan, inputs);
    return new WhatIf(inputs, situation, setting, best, others, plan, walltime);
  }

  private static Choice best(Setting setting, Optional<Setting.Plan> plan, Inputs inputs) {
    double interval = setting.bestIntervalSeconds();
    Choice endless =
        choice(
            IntervalModel.EXACT.id(),
            "exact",
            Optional.of(IntervalModel.EXACT),
            OptionalDouble.of(interval),
            inputs,
            setting);
    return plan.isEmpty() ? endless : with(endless, plan.get(), inputs);
  }

  private static Choice with(Choice endless, Setting.Plan plan, Inputs inputs) {
    double makespan = plan.outcome().makespanSeconds();
    return new Choice(
        endless.id(),
        endless.label(),
        endless.model(),
        endless.workIntervalSeconds(),
        OptionalDouble.of(plan.segmentWorkSeconds()),
        waste(inputs.orZero(Parameter.WORK), plan.outcome()),
        makespan);
  }

  private static Choice choice(
      String id,
      String label,
      Optional<IntervalModel> model,
      OptionalDouble interval,
      Inputs inputs,
      Setting setting) {
    OptionalDouble work = inputs.workSeconds();
    if (interval.isEmpty() || work.isEmpty()) {
      double waste = interval.isEmpty() ? Double.NaN : setting.waste(interval.getAsDouble());
      return new Choice(id, label, model, interval, OptionalDouble.empty(), waste, Double.NaN);
    }
    Setting.Outcome outcome = setting.job(work.getAsDouble(), interval.getAsDouble());
    return new Choice(
        id,
        label,
        model,
        interval,
        OptionalDouble.of(Math.min(interval.getAsDouble(), work.getAsDouble())),
        waste(work.getAsDouble(), outcome),
        outcome.makespanSeconds());
  }

  /** By the breakdown where there is one: 1 - work/makespan loses the digits of a small waste. */
  private static double waste(double workSeconds, Setting.Outcome outcome) {
    return outcome
        .breakdown()
        .map(b -> b.waste())
        .orElse(
            outcome.makespanSeconds() == Double.POSITIVE_INFINITY
                ? 1
                : 1 - workSeconds / outcome.makespanSeconds());
  }

  private static String label(IntervalModel model, Inputs inputs) {
    String h = Times.plain(inputs.lostShare()).replaceFirst("^0", "");
    return switch (model) {
      case EXACT -> "exact";
      case DALY -> "Daly";
      case DALY_FIRST -> "Daly, first order";
      case YOUNG -> "Young";
      case WONG_FRANKLIN -> "W-F " + h;
      case WONG_FRANKLIN_PRINTED -> "W-F " + h + " as printed";
      case HERAULT_ROBERT -> "Herault-Robert";
    };
  }

  /** Cost of a checkpoint of this choice. */
  double costSeconds(Choice choice) {
    double cost = situation.costSeconds();
    return choice.equals(best) ? setting.ownCostSeconds().orElse(cost) : cost;
  }

  /** The recommendation first, then the others. */
  List<Choice> choices() {
    List<Choice> all = new ArrayList<>(List.of(best));
    all.addAll(others);
    return all;
  }

  /**
   * What people are shown beside the recommendation: without {@code all} neither the models that
   * nobody should use nor Wong-Franklin where it is Young.
   */
  List<Choice> shown(boolean all) {
    if (all) {
      return others;
    }
    boolean sameAsYoung = inputs.lostShare() == WongFranklin.DEFAULT_LOST_SHARE;
    List<Choice> shown = new ArrayList<>();
    for (Choice choice : others) {
      boolean left =
          choice.model().filter(MORE::contains).isPresent()
              || (sameAsYoung && choice.is(IntervalModel.WONG_FRANKLIN));
      if (!left) {
        shown.add(
            sameAsYoung && choice.is(IntervalModel.YOUNG) ? choice.named("Young, W-F .5") : choice);
      }
    }
    return shown;
  }

  Choice of(IntervalModel model) {
    return choices().stream().filter(c -> c.is(model)).findFirst().orElseThrow();
  }

  /** The choice of the same model or habit as that of another answer. */
  Choice like(Choice other) {
    return choices().stream().filter(c -> c.id().equals(other.id())).findFirst().orElseThrow();
  }

  /**
   * How much longer the choice takes than the best if failures are this many times rarer.
   *
   * @return 0.008 for 0.8 %
   */
  double regret(double mttfFactor) {
    Setting truth = setting.withMttfTimes(mttfFactor);
    Setting known = setting.bestWithMttfTimes(mttfFactor);
    double chosen = best.usedSeconds();
    OptionalDouble work = inputs.workSeconds();
    if (work.isPresent()) {
      double least = known.bestPlan(work.getAsDouble()).outcome().makespanSeconds();
      return truth.job(work.getAsDouble(), chosen).makespanSeconds() / least - 1;
    }
    return (1 - known.waste(known.bestIntervalSeconds())) / (1 - truth.waste(chosen)) - 1;
  }
}
