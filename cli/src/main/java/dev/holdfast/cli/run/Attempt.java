// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.cli.run.Stop.Cause;
import dev.holdfast.policy.Durations;
import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of the command: from its start until no process of it is left. The supervisor's thread
 * waits for a signal, the end of the child or news of its work, and looks around now and then: each
 * wake-up is taken from the command's processor time.
 */
final class Attempt {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  /** While the command is being ended. */
  private static final Duration PURSUE_EVERY = Duration.ofSeconds(1);

  private static final Duration LOOK_OFTEN = Duration.ofMillis(50);

  /** Children of the command often end a moment after it. */
  private static final long QUIET_NS = Duration.ofSeconds(1).toNanos();

  /** For what the command leaves running when it ends by itself. */
  private static final long LEFTOVER_GRACE_NS = Duration.ofSeconds(5).toNanos();

  private static final long NS_PER_MS = 1_000_000;

  private final Child child;
  private final Work work;
  private final Limits limits;
  private final Inbox inbox;
  private final Time time;
  private final String stopSignal;
  private final Consumer<String> tell;
  private final Health health;

  private @Nullable Stop asked;
  private boolean signalled;
  private boolean forced;
  private boolean killed;
  private boolean hung;
  private long hungEndNs;
  private long graceNs;
  private long killAtNs;
  private @Nullable String fencedBy;
  private OptionalInt code = OptionalInt.empty();

  /** How it ended; what the store says is for others to ask. */
  record Result(
      int code, Optional<Stop> asked, boolean forced, boolean hung, Optional<String> fencedBy) {}

  Attempt(
      Child child,
      Work work,
      Limits limits,
      Inbox inbox,
      Time time,
      Health health,
      String stopSignal,
      Consumer<String> tell) {
    this.child = child;
    this.work = work;
    this.limits = limits;
    this.inbox = inbox;
    this.time = time;
    this.health = health;
    this.stopSignal = stopSignal;
    this.tell = tell;
  }

  /** Waits for its end, and until no process of it is left. */
  Result run() throws InterruptedException {
    while (code.isEmpty()) {
      Duration rest = untilNextLook();
      health.rest(rest);
      takeEvents(rest);
      if (code.isEmpty()) {
        lookAround();
      }
    }
    awaitOthers();
    return new Result(
        code.getAsInt(), Optional.ofNullable(asked), forced, hung, Optional.ofNullable(fencedBy));
  }

  /** Some seconds, or less when something is to be done before they are over. */
  private Duration untilNextLook() {
    long now = time.nanoTime();
    long ns = Math.min(LOOK_EVERY.toNanos(), health.lookEveryNs());
    if (asked != null) {
      ns = Math.min(PURSUE_EVERY.toNanos(), killAtNs - now);
    } else {
      long dueMs = limits.untilDueMs(time.epochMs(), work.reserveSeconds());
      ns = Math.min(ns, dueMs >= LOOK_EVERY.toMillis() ? ns : dueMs * NS_PER_MS);
    }
    if (hung) {
      ns = Math.min(ns, hungEndNs - now);
    }
    return Duration.ofNanos(Math.max(1, ns));
  }

  private void takeEvents(Duration patience) throws InterruptedException {
    Optional<Inbox.Event> event = inbox.await(patience);
    while (event.isPresent()) {
      take(event.get());
      event = inbox.await(Duration.ZERO);
    }
  }

  private void take(Inbox.Event event) throws InterruptedException {
    switch (event) {
      case Inbox.Heard(String signal) -> hear(signal);
      case Inbox.Ended(long pid, int ended) -> {
        if (pid == child.pid()) {
          code = OptionalInt.of(ended);
        }
      }
      case Inbox.News() -> {
        // The look that follows sees it.
      }
    }
  }

  private void hear(String signal) throws InterruptedException {
    boolean again = asked != null && asked.signal().equals("INT") && signal.equals("INT");
    if (again) {
      tell.accept("second Ctrl-C: ending the command at once");
      forced = true;
      kill();
    } else if (asked == null) {
      ask(Stop.bySignal(signal, limits.nearEndOfAllocation(time.epochMs())));
    }
  }

  // Looking around --------------------------------------------------------------------------------

  private void lookAround() throws InterruptedException {
    work.look();
    Optional<String> by = work.fencedBy();
    if (by.isPresent() && fencedBy == null) {
      fencedBy = by.get();
      kill();
      return;
    }
    if (endHanging()) {
      return;
    }
    Optional<Stop> wish = asked == null ? wishOfOthers() : Optional.empty();
    if (wish.isPresent()) {
      ask(wish.get());
    } else if (asked != null) {
      pursue(asked);
    }
  }

  /** Whether the command hangs; it is ended when it has had the time to say where. */
  private boolean endHanging() throws InterruptedException {
    if (!hung) {
      Optional<Duration> patience = health.look();
      if (patience.isEmpty()) {
        return false;
      }
      hung = true;
      hungEndNs = time.nanoTime() + patience.get().toNanos();
    }
    if (!killed && time.nanoTime() - hungEndNs >= 0) {
      kill();
    }
    return true;
  }

  private Optional<Stop> wishOfOthers() {
    return work.stopRequested()
        ? Optional.of(Stop.of(Cause.REQUEST))
        : limits.due(time.epochMs(), work.reserveSeconds());
  }

  private void ask(Stop stop) throws InterruptedException {
    asked = stop;
    work.prepareStop();
    long graceMs = limits.graceMs(stop, time.epochMs(), work.reserveSeconds());
    graceNs = graceMs * NS_PER_MS;
    killAtNs = time.nanoTime() + graceNs;
    tell.accept(
        "stopping at a checkpoint ("
            + stop.inWords()
            + "); the command has "
            + Durations.human(graceMs / 1e3));
    pursue(stop);
  }

  private void pursue(Stop stop) throws InterruptedException {
    if (!signalled && !work.holdsBack(killAtNs - time.nanoTime(), graceNs)) {
      signalled = true;
      OptionalLong target = work.target(child);
      Child.signal(stopSignal, List.of(target.orElse(child.pid())));
    }
    if (!killed && time.nanoTime() - killAtNs >= 0) {
      tell.accept(
          "the command has not stopped within its grace ("
              + stop.inWords()
              + "): ending it with SIGKILL");
      kill();
    }
  }

  private void kill() throws InterruptedException {
    killed = true;
    List<Long> stuck = child.kill();
    if (!stuck.isEmpty()) {
      tell.accept("processes " + stuck + " cannot be killed: they hang in the kernel");
      if (stuck.contains(child.pid())) {
        code = OptionalInt.of(Code.KILLED); // its end may never come
      }
    }
  }

  // After the command itself ----------------------------------------------------------------------

  private void awaitOthers() throws InterruptedException {
    long endedNs = time.nanoTime();
    boolean told = false;
    List<Long> left = child.members();
    while (!left.isEmpty() && !killed) {
      takeEvents(LOOK_OFTEN);
      long sinceNs = time.nanoTime() - endedNs;
      if (!told && sinceNs >= QUIET_NS) {
        told = true;
        tell.accept("the command has ended; ending what it left running: processes " + left);
        Child.signal(stopSignal, left);
        killAtNs = asked == null ? endedNs + QUIET_NS + LEFTOVER_GRACE_NS : killAtNs;
      }
      if (told && time.nanoTime() - killAtNs >= 0) {
        kill();
      }
      left = child.members();
    }
  }
}
