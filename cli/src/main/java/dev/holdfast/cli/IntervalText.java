// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.Times.Unit;
import dev.holdfast.cli.WhatIf.Choice;
import dev.holdfast.policy.Breakdown;
import dev.holdfast.policy.IntervalModel;
import dev.holdfast.policy.WongFranklin;
import java.io.PrintWriter;
import java.util.List;

/** The answer for people: what to do first, then why. */
final class IntervalText {
  /** A job without end is told by what this much of its work takes. */
  private static final double SAMPLE_SECONDS = 100 * 3600;

  private final WhatIf answer;
  private final boolean all;
  private final double workSeconds;
  private final Unit unit;

  IntervalText(WhatIf answer, boolean all) {
    this.answer = answer;
    this.all = all;
    this.workSeconds = answer.inputs().workSeconds().orElse(SAMPLE_SECONDS);
    this.unit = Unit.fitting(takes(answer.best()));
  }

  /** What the work, or the sample of it, takes with this choice; NaN where there is none. */
  private double takes(Choice choice) {
    return answer.plan().isPresent()
        ? choice.makespanSeconds()
        : workSeconds / (1 - choice.waste());
  }

  void print(PrintWriter out) {
    walltime().forEach(out::println);
    out.println((walltime().isEmpty() ? "" : "Without such an end: ") + headline());
    table().print(out, "  ");
    split().forEach(out::println);
    out.println(sensitivity());
    if (all) {
      out.println(printed());
    }
    out.println("Assumed: " + String.join("; ", Validity.assumptions(answer)) + ".");
    Validity.warnings(answer).forEach(warning -> out.println("Warning: " + warning + "."));
  }

  /** What to do, and what it comes to. */
  String headline() {
    Choice best = answer.best();
    String what =
        answer.plan().isPresent() && answer.plan().get().segments() == 1
            ? "Do not checkpoint."
            : "Checkpoint after every "
                + Times.words(best.usedSeconds())
                + " of work"
                + answer.setting().scheme()
                + ".";
    String takes =
        Double.isFinite(takes(best))
            ? Text.format(
                " %s of work take %s%s: %s waste.",
                unit.shortly(workSeconds), unit.shortly(takes(best)), deviation(), waste(best))
            : " " + unit.shortly(workSeconds) + " of work never end.";
    return what + takes;
  }

  private static String waste(Choice choice) {
    double percent = 100 * choice.waste();
    return percent >= 0.1 && percent < 99.95
        ? Text.format("%.1f %%", percent)
        : Times.percent(choice.waste());
  }

  private String deviation() {
    if (answer.plan().isEmpty() || answer.plan().get().outcome().deviationSeconds().isEmpty()) {
      return "";
    }
    double seconds = answer.plan().get().outcome().deviationSeconds().getAsDouble();
    double value = seconds / unit.seconds();
    return Text.format(" (sd %s)", unit.format(seconds, value >= 100 ? 0 : value >= 1 ? 1 : 2));
  }

  Text.Table table() {
    String takes = answer.plan().isPresent() ? "makespan" : unit.shortly(workSeconds) + " take";
    Text.Table table =
        new Text.Table("lrrrrl", "model", "work interval", takes, "waste", "extra", "");
    table.row(cells(answer.best(), note()));
    answer.shown(all).forEach(choice -> table.row(cells(choice, "")));
    return table;
  }

  private String[] cells(Choice choice, String note) {
    if (!choice.meaningful()) {
      return new String[] {choice.label(), "none", "-", "-", "-", note};
    }
    return new String[] {
      choice.label(),
      Times.clock(answer.plan().isPresent() ? choice.usedSeconds() : interval(choice)),
      unit.format(takes(choice), 2),
      Times.percent(choice.waste()),
      choice.equals(answer.best()) ? "-" : Times.extra(takes(choice) - takes(answer.best())),
      note
    };
  }

  private static double interval(Choice choice) {
    return choice.workIntervalSeconds().orElse(Double.NaN);
  }

  private String note() {
    double period = answer.best().usedSeconds() + answer.costSeconds(answer.best());
    String text = "<- ";
    if (answer.plan().isPresent()) {
      long segments = answer.plan().get().segments();
      if (segments == 1) {
        return "<- 1 segment, no checkpoint";
      }
      text += Text.count(segments) + " segments, ";
    }
    return text + "period " + Times.clock(period);
  }

  /** Where the time goes. */
  List<String> split() {
    if (answer.plan().isEmpty() || answer.plan().get().outcome().breakdown().isEmpty()) {
      return List.of();
    }
    Breakdown time = answer.plan().get().outcome().breakdown().get();
    if (!(time.makespanSeconds() / unit.seconds() < 1e7)) {
      return List.of(); // a row of zeros tells nobody anything
    }
    StringBuilder line = new StringBuilder(unit.shortly(time.makespanSeconds()) + " = ");
    line.append(part(time.usefulSeconds())).append(" useful + ");
    line.append(part(time.reworkSeconds())).append(" rework + ");
    line.append(part(time.checkpointSeconds())).append(" checkpoints");
    if (time.restartSeconds() > 0) {
      line.append(" + ").append(part(time.restartSeconds())).append(" restart");
    }
    if (time.downSeconds() > 0) {
      line.append(" + ").append(part(time.downSeconds())).append(" down");
    }
    line.append("; ").append(failures(time.failures())).append(" failures expected");
    return List.of(line.toString());
  }

  private String part(double seconds) {
    double value = seconds / unit.seconds();
    return value == 0 || value >= 0.05
        ? Text.format("%.1f", value)
        : Times.plain(Times.rounded(value, 2));
  }

  private static String failures(double failures) {
    return failures >= 1
        ? Text.format(failures < 1000 ? "%.1f" : "%,.0f", failures)
        : Times.plain(Times.rounded(failures, 2));
  }

  /** What an allocation changes; nothing without --walltime. */
  List<String> walltime() {
    return answer.walltime().isPresent()
        ? answer.walltime().get().text(answer.inputs().workSeconds())
        : List.of();
  }

  /** What it costs to have the MTTF wrong by a factor of two. */
  String sensitivity() {
    double mttf = answer.situation().mttfSeconds();
    return Text.format(
        "If the MTTF is really %s or %s, this choice costs %s or %s more than the best.",
        Times.words(mttf / 2), Times.words(mttf * 2), regret(0.5), regret(2));
  }

  private String regret(double factor) {
    double regret = 100 * Math.max(0, answer.regret(factor));
    return Double.isFinite(regret)
        ? Text.format(regret >= 0.095 ? "%.1f %%" : "%.2f %%", regret)
        : "beyond all bounds";
  }

  /** What the printed form of Wong and Franklin's formula costs. */
  private String printed() {
    double h = answer.inputs().lostShare();
    Choice printed = answer.of(IntervalModel.WONG_FRANKLIN_PRINTED);
    return Text.format(
        "W-F as printed, sqrt(M C)/h instead of sqrt(M C/h), is %.2f times too long: %.1f %% more"
            + " waste\nto first order, here %s longer than the best. It is shown to be compared,"
            + " never chosen.",
        1 / Math.sqrt(h),
        100 * (WongFranklin.printedPenalty(h) - 1),
        Times.extra(takes(printed) - takes(answer.best())));
  }
}
