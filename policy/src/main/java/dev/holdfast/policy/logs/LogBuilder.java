// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects what a reader finds. A reader calls {@link #row} once for every row. */
final class LogBuilder {
  private static final int VALUE_LENGTH_MAX = 60;

  private final String source;
  private final LogFormat format;
  private final List<FailureEvent> events = new ArrayList<>();
  private final List<Exposure> exposures = new ArrayList<>();
  private final Map<String, Long> passedOver = new LinkedHashMap<>();
  private final Map<String, Long> rejected = new LinkedHashMap<>();
  private final List<ReadReport.RejectedRow> firstRejected = new ArrayList<>();

  /** A log names the same few systems, nodes and causes in millions of rows. */
  private final Map<String, String> shared = new HashMap<>();

  private long rows;

  LogBuilder(String source, LogFormat format) {
    this.source = source;
    this.format = format;
  }

  void row() {
    rows++;
  }

  void event(double start, double end, String system, String node, String cause) {
    events.add(new FailureEvent(start, end, share(system), share(node), share(cause)));
  }

  void exposure(
      double start, double seconds, boolean failed, long nodes, String system, String cause) {
    exposures.add(new Exposure(start, seconds, failed, nodes, share(system), share(cause)));
  }

  private String share(String text) {
    return shared.computeIfAbsent(text, same -> same);
  }

  /** The place of the event added last. */
  int lastEvent() {
    return events.size() - 1;
  }

  void endEvent(int index, double endEpochSeconds) {
    FailureEvent e = events.get(index);
    events.set(
        index,
        new FailureEvent(e.startEpochSeconds(), endEpochSeconds, e.system(), e.node(), e.cause()));
  }

  void passOver(String reason) {
    passedOver.merge(reason, 1L, Long::sum);
  }

  void reject(long line, String reason, String value) {
    rejected.merge(reason, 1L, Long::sum);
    if (firstRejected.size() < ReadReport.NAMED_MAX) {
      String part =
          value.length() > VALUE_LENGTH_MAX ? value.substring(0, VALUE_LENGTH_MAX) : value;
      firstRejected.add(new ReadReport.RejectedRow(line, reason, part));
    }
  }

  FailureLogException unusable(String why) {
    return new FailureLogException(source, why);
  }

  FailureLog build() {
    if (events.isEmpty() && exposures.isEmpty()) {
      throw unusable(nothingUsable());
    }
    events.sort(Comparator.comparingDouble(FailureEvent::startEpochSeconds));
    ReadReport report =
        new ReadReport(
            rows,
            rows - sum(passedOver) - sum(rejected),
            Map.copyOf(passedOver),
            Map.copyOf(rejected),
            List.copyOf(firstRejected));
    return new FailureLog(source, format, events, exposures, report);
  }

  private String nothingUsable() {
    if (rows == 0) {
      return "there is no row in it; a log of format " + format.id() + " has " + format.shape();
    }
    StringBuilder why = new StringBuilder();
    why.append("none of its ").append(rows).append(" rows tells of a failure or a run: ");
    Map<String, Long> reasons = new LinkedHashMap<>(rejected);
    passedOver.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    why.append(
        reasons.entrySet().stream()
            .map(entry -> entry.getValue() + " times " + entry.getKey())
            .collect(Collectors.joining(", ")));
    if (!firstRejected.isEmpty()) {
      ReadReport.RejectedRow first = firstRejected.getFirst();
      why.append(" (first in line ").append(first.line());
      why.append(": \"").append(first.value()).append("\")");
    }
    return why.append("; a log of format ")
        .append(format.id())
        .append(" has ")
        .append(format.shape())
        .toString();
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
