// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;

/**
 * The fault trace of a cluster of GPU servers published with InfiniteHBD: a JSON array of objects
 * with {@code node_id}, {@code event_time} in days since 2024-03-30, {@code event_type} ({@code
 * fault_start} or {@code fault_end}) and {@code fault_type} with {@code Level}, {@code Class} and
 * {@code Desc}, which make the cause. A failure is a fault_start; the next fault_end of the same
 * node and cause is its end. The trace names no system.
 *
 * <p>C. Shou et al., "InfiniteHBD: building datacenter-scale high-bandwidth domain for LLM with
 * optical circuit switching transceivers", SIGCOMM 2025; data at github.com/stepfun-ai.
 */
final class InfiniteHbdReader {
  private static final double SECONDS_PER_DAY = 86_400;
  private static final double BEGIN_EPOCH_SECONDS =
      LocalDate.of(2024, 3, 30).toEpochDay() * SECONDS_PER_DAY;

  private final JsonReader json;
  private final LogBuilder log;

  /** Failures without an end yet, by node and cause. */
  private final Map<String, Integer> open = new HashMap<>();

  private String node = "";
  private String type = "";
  private double days;
  private String level = "";
  private String kind = "";
  private String description = "";

  InfiniteHbdReader(BufferedReader in, LogBuilder log) throws IOException {
    this.json = new JsonReader(in, log);
    this.log = log;
  }

  void read() throws IOException {
    json.open('[');
    for (boolean first = true; json.more(']', first); first = false) {
      json.peek();
      long line = json.line();
      log.row();
      if (json.peek() == '{') {
        readMembers();
        addEvent(line);
      } else {
        json.skip();
        log.reject(line, "not an object", "");
      }
    }
    json.end();
  }

  private void readMembers() throws IOException {
    node = "";
    type = "";
    days = Double.NaN;
    level = "";
    kind = "";
    description = "";
    json.open('{');
    for (boolean first = true; json.more('}', first); first = false) {
      String name = json.name();
      int begin = json.peek();
      if (name.equals("fault_type") && begin == '{') {
        readFaultType();
      } else if (name.equals("event_time") && begin != '"' && begin != '{' && begin != '[') {
        days = json.number();
      } else if (name.equals("node_id") && begin == '"') {
        node = json.string();
      } else if (name.equals("event_type") && begin == '"') {
        type = json.string();
      } else {
        json.skip();
      }
    }
  }

  private void readFaultType() throws IOException {
    json.open('{');
    for (boolean first = true; json.more('}', first); first = false) {
      String name = json.name();
      if (json.peek() != '"') {
        json.skip();
        continue;
      }
      String value = json.string();
      switch (name) {
        case "Level" -> level = value;
        case "Class" -> kind = value;
        case "Desc" -> description = value;
        default -> {}
      }
    }
  }

  private void addEvent(long line) {
    double epochSeconds = BEGIN_EPOCH_SECONDS + days * SECONDS_PER_DAY;
    String cause = level + ": " + kind + ": " + description;
    String fault = node + "\n" + cause;
    if (!Double.isFinite(epochSeconds)) {
      log.reject(line, "event_time is missing or no number of days", type);
    } else if (type.equals("fault_start")) {
      log.event(epochSeconds, Double.NaN, "", node, cause);
      open.put(fault, log.lastEvent());
    } else if (type.equals("fault_end")) {
      Integer started = open.remove(fault);
      if (started == null) {
        log.passOver("the end of a fault whose start is not in the file");
      } else {
        log.endEvent(started, epochSeconds);
      }
    } else {
      log.reject(line, "event_type is neither fault_start nor fault_end", type);
    }
  }
}
