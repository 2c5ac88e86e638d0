// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.VersionInfo.Phase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The counters of a job's loops, one after another. */
final class Phases {
  private final Map<String, Counter> counters = new LinkedHashMap<>();
  private @Nullable Counter current;

  /** One loop's counter. */
  static final class Counter {
    private final String name;
    private long done;
    private long total;
    private boolean finished;
    private boolean begun;

    private Counter(String name) {
      this.name = name;
    }

    long done() {
      return done;
    }

    void count() {
      done++;
    }

    void finish() {
      finished = true;
    }

    /** Whether the loop has nothing to do, because it ended in an earlier attempt. */
    boolean finished() {
      return finished;
    }
  }

  /** Takes the counters of the version that was restored. */
  void restore(List<Phase> stored) {
    counters.clear();
    for (Phase phase : stored) {
      Counter counter = new Counter(phase.name());
      counter.done = phase.done();
      counter.total = phase.total();
      counter.finished = phase.finished();
      counters.put(phase.name(), counter);
    }
  }

  /**
   * A loop begins, or goes on from an earlier attempt. The loop before it has ended.
   *
   * @param total steps wanted
   */
  Counter begin(String name, long total) {
    if (total < 0) {
      throw new HoldfastException("steps(" + total + "): the number of steps is 0 or more");
    }
    Counter counter = counters.computeIfAbsent(name, Counter::new);
    if (counter.begun) {
      throw new HoldfastException(
          "the loop \""
              + name
              + "\" begins twice; give every loop its own name: steps(\"name\", n)");
    }
    Counter before = current;
    if (before != null) {
      before.finish();
    }
    boolean endedByCount = counter.done == counter.total;
    if (counter.finished && endedByCount && total > counter.done) {
      counter.finished = false; // more steps are wanted than the last time
    }
    counter.begun = true;
    counter.total = total;
    current = counter;
    return counter;
  }

  /**
   * The job is complete: its last loop has ended.
   *
   * @return whether the program left that loop before its last step
   */
  boolean finishCurrent() {
    boolean left = current != null && !current.finished();
    if (current != null) {
      current.finish();
    }
    return left;
  }

  List<Phase> toList() {
    List<Phase> list = new ArrayList<>();
    for (Counter counter : counters.values()) {
      list.add(new Phase(counter.name, counter.done, counter.total, counter.finished));
    }
    return list;
  }
}
