// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.AttemptStatus.Spent;
import dev.holdfast.cli.Chart.Axis;
import dev.holdfast.cli.Chart.Bar;
import dev.holdfast.cli.Chart.Bars;
import dev.holdfast.cli.Chart.Layer;
import dev.holdfast.cli.Chart.Scale;
import dev.holdfast.cli.Chart.Tick;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Where a job's time went, as a drawing: one bar for each attempt, from the begin of the job. What
 * an attempt did is drawn in the order of the lanes, since the store tells how long, not when; the
 * wait before an attempt stands in front of its bar.
 */
final class Timeline {
  private static final int TICKS_MAX = 12;

  private Timeline() {}

  /** What time is spent on, in the order in which a bar shows it. */
  private enum Lane {
    USEFUL("useful"),
    CHECKPOINT("checkpoint"),
    REWORK("rework"),
    RESTART("restart"),
    QUEUE_WAIT("queue wait"),
    DOWN("down"),
    SUSPENDED("suspended");

    private final String title;

    Lane(String title) {
      this.title = title;
    }
  }

  static Chart chart(JobStatus job) {
    Map<Lane, List<Bar>> lanes = new EnumMap<>(Lane.class);
    long first = job.attempts().isEmpty() ? 0 : job.attempts().getFirst().begunEpochMs();
    double length = job.ledger().makespanNs() * 1e-9;
    Times.Unit unit = Times.Unit.fitting(length);
    for (int i = 0; i < job.attempts().size(); i++) {
      AttemptStatus attempt = job.attempts().get(i);
      double begun = (attempt.begunEpochMs() - first) / 1e3;
      new Row(lanes, i + 1, unit.seconds()).add(attempt, begun);
    }
    List<Layer> layers = new ArrayList<>();
    lanes.forEach((lane, bars) -> layers.add(new Bars(lane.title, bars)));
    return new Chart(
        job.job() + ": " + StatusText.state(job),
        "Waste "
            + Times.percent(job.ledger().waste())
            + "; the parts of an attempt by kind, not by time",
        Axis.linear("time since the first start, " + unit.name()),
        new Axis("attempt", Scale.LINEAR, ticks(job.attempts())),
        layers);
  }

  private static List<Tick> ticks(List<AttemptStatus> attempts) {
    List<Tick> ticks = new ArrayList<>();
    int every = Math.max(1, Math.ceilDiv(attempts.size(), TICKS_MAX));
    for (int i = 0; i < attempts.size(); i += every) {
      ticks.add(new Tick(i + 1, Long.toString(attempts.get(i).ordinal())));
    }
    return ticks;
  }

  /** The bar of one attempt. */
  private record Row(Map<Lane, List<Bar>> lanes, double y, double unitSeconds) {
    void add(AttemptStatus attempt, double begunSeconds) {
      AttemptStatus.Gap gap = attempt.before();
      Lane waiting = gap.queued() ? Lane.QUEUE_WAIT : Lane.DOWN;
      add(waiting, begunSeconds - gap.seconds(), gap.seconds());
      Spent spent = attempt.spent();
      double at = begunSeconds;
      at = add(Lane.RESTART, at, spent.restartSeconds());
      at = add(Lane.USEFUL, at, spent.usefulSeconds());
      at = add(Lane.CHECKPOINT, at, spent.checkpointSeconds());
      at = add(Lane.SUSPENDED, at, spent.suspendedSeconds());
      add(Lane.REWORK, at, spent.reworkSeconds());
    }

    /** Returns where the piece ends. */
    private double add(Lane lane, double from, double length) {
      if (length > 0) {
        lanes
            .computeIfAbsent(lane, none -> new ArrayList<>())
            .add(new Bar(y, from / unitSeconds, (from + length) / unitSeconds));
      }
      return from + Math.max(0, length);
    }
  }
}
