// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.policy.Durations;
import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Watches over a running command: tells when it is suspended, when this machine stood still, when
 * it seems to hang, and what it does then.
 */
final class Health {
  /** To look at every process costs a millisecond or more where there are many. */
  private static final long LOOK_EVERY_NS = Duration.ofSeconds(60).toNanos();

  /** When the supervisor wakes so much later than it meant to, it was suspended or the machine. */
  private static final long GAP_NS = Duration.ofSeconds(10).toNanos();

  private static final long SUSPENSION_EVERY_NS = Duration.ofSeconds(5).toNanos();

  private static final Duration TO_PRINT = Duration.ofSeconds(3);

  private final Child child;
  private final Work work;
  private final Time time;
  private final Consumer<String> tell;
  private final HangWatch hang;
  private final long lookEveryNs;
  private long wokeNs;
  private long restNs;
  private long askedNs;
  private long lookedNs;
  private long stillNs;
  private boolean toldSuspended;

  Health(Child child, Work work, Optional<Duration> hang, Time time, Consumer<String> tell) {
    this.child = child;
    this.work = work;
    this.time = time;
    this.tell = tell;
    this.hang = new HangWatch(hang);
    // A short patience, as for a test, needs more frequent looks.
    this.lookEveryNs =
        hang.map(limit -> Math.min(LOOK_EVERY_NS, limit.toNanos() / 4)).orElse(LOOK_EVERY_NS);
    this.wokeNs = time.nanoTime();
    this.askedNs = wokeNs;
    this.lookedNs = wokeNs;
  }

  /** How often it wants to look. */
  long lookEveryNs() {
    return lookEveryNs;
  }

  /** The supervisor means to rest for so long. */
  void rest(Duration length) {
    restNs = length.toNanos();
  }

  /**
   * To be called after each rest.
   *
   * @return how long a command that hangs is left to print its threads; empty when it does not hang
   */
  Optional<Duration> look() throws InterruptedException {
    long now = time.nanoTime();
    long lateNs = now - wokeNs - restNs;
    wokeNs = now;
    if (lateNs > GAP_NS) {
      long gapNs = lateNs + restNs / 2; // it began at any moment of the rest
      stillNs += gapNs;
      work.suspended(gapNs);
      tell.accept(
          "nothing ran here for "
              + Durations.human(gapNs * 1e-9)
              + " (suspended?); that counts neither as work nor as a hang");
      askedNs = now;
    } else if (now - askedNs >= SUSPENSION_EVERY_NS) {
      lookAtSuspension(now - askedNs);
      askedNs = now;
    }
    return now - lookedNs >= lookEveryNs ? lookClosely(now) : Optional.empty();
  }

  private void lookAtSuspension(long passedNs) {
    if (Sighting.suspended(child.pid())) {
      stillNs += passedNs;
      work.suspended(passedNs); // at once: files that nobody can write now must not seem settled
      if (!toldSuspended) {
        toldSuspended = true;
        tell.accept("the command is suspended (SIGSTOP); it is not taken to hang");
      }
    }
  }

  private Optional<Duration> lookClosely(long now) throws InterruptedException {
    List<Long> members = child.members();
    if (members.stream().anyMatch(Sighting::suspended)) {
      stillNs = now - lookedNs;
    }
    lookedNs = now;
    HangWatch.Seen seen =
        new HangWatch.Seen(
            work.newestVersion(), Sighting.outputBytes(), Sighting.cpuSeconds(members));
    HangWatch.Finding finding = hang.look(now, stillNs, seen);
    stillNs = 0;
    String quiet = Durations.human(hang.quiet().toNanos() * 1e-9);
    return switch (finding) {
      case NOTHING -> Optional.empty();
      case WARN -> {
        tell.accept(
            "for "
                + quiet
                + " no new version, no output and hardly any processor time: the command may hang"
                + " (--hang 2h ends and restarts it)");
        Sighting.describe(members).forEach(tell);
        hang.disregard(Sighting.outputBytes() - seen.outputBytes());
        yield Optional.empty();
      }
      case KILL -> Optional.of(diagnose(members, quiet));
    };
  }

  private Duration diagnose(List<Long> members, String quiet) throws InterruptedException {
    tell.accept("the command hangs: for " + quiet + " no version, no output, no processor time");
    Sighting.describe(members).forEach(tell);
    List<Long> jvms = members.stream().filter(Sighting::isJvm).toList();
    if (jvms.isEmpty()) {
      return Duration.ZERO;
    }
    tell.accept("asking for the threads of the JVMs " + jvms + "; they print them themselves");
    Child.signal("QUIT", jvms);
    return TO_PRINT;
  }
}
