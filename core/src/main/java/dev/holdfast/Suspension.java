// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.SystemFacts;
import dev.holdfast.storage.io.Time;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Notices that this process stood still as a whole: stopped by SIGSTOP, as gang scheduling and
 * preemption by suspension do. Such time is neither work nor the cost of anything.
 *
 * <p>The rule. A thread that rests, for a second at most, finds that at least four seconds more
 * have passed on the monotonic clock than it asked for, and the process has used hardly any CPU
 * time meanwhile: no more than one and a half times what it used in a rest of that length before,
 * and a tenth of the gap. A collection of garbage or a crowded processor makes a thread oversleep
 * too, but then CPU time is used; a process that gets none for so long stands still, whatever the
 * reason. Time in which the thread does not rest, such as in a file system that hangs, is not
 * judged.
 *
 * <p>How long it ran within the gap before it was stopped follows from the CPU time it used, so the
 * result is wrong by less than one rest.
 *
 * <p>One thread rests; any thread may {@link #look}, so that what it is about to account for does
 * not hold a gap that the other has not seen yet. Safe for use by several threads.
 */
final class Suspension {
  /** The longest rest that may be announced. */
  static final long REST_NS_MAX = 1_000_000_000L;

  private static final long BEYOND_NS = 4_000_000_000L;

  /** A shorter rest says too little about the use of CPU time, which is counted in ticks. */
  private static final long RATE_OVER_NS = 200_000_000L;

  private static final double MARGIN = 1.5;
  private static final double HARDLY_ANY = 0.1;

  private final LongSupplier nanoTime;
  private final Supplier<OptionalLong> cpuNs;
  private final LongConsumer stoodStill;
  private volatile boolean resting;
  private volatile long sinceNs;
  private volatile long askedNs;
  private long cpuAtRestNs;
  private double cpuPerTime = 1;

  /**
   * @param stoodStill called with the length of every suspension in nanoseconds, on the thread that
   *     has noticed it
   */
  Suspension(LongConsumer stoodStill) {
    this(Time.SYSTEM::nanoTime, SystemFacts::ownCpuTimeNs, stoodStill);
  }

  /**
   * @param nanoTime the monotonic clock
   * @param cpuNs CPU time of this process; where it is empty nothing is ever noticed
   */
  Suspension(LongSupplier nanoTime, Supplier<OptionalLong> cpuNs, LongConsumer stoodStill) {
    this.nanoTime = nanoTime;
    this.cpuNs = cpuNs;
    this.stoodStill = stoodStill;
  }

  /**
   * The calling thread is about to rest.
   *
   * @param ns for how long, at most {@link #REST_NS_MAX}
   */
  synchronized void rest(long ns) {
    cpuAtRestNs = cpuNs.get().orElse(-1);
    askedNs = ns;
    sinceNs = nanoTime.getAsLong();
    resting = cpuAtRestNs >= 0;
  }

  /** The thread that rested goes on. */
  synchronized void woke() {
    if (resting) {
      judge();
      resting = false;
    }
  }

  /** Looks whether the process stood still since the other thread began to rest. */
  void look() {
    if (resting && overslept(nanoTime.getAsLong() - sinceNs)) {
      synchronized (this) {
        if (resting) {
          judge();
        }
      }
    }
  }

  private boolean overslept(long gapNs) {
    return gapNs > askedNs + BEYOND_NS;
  }

  private void judge() {
    long nowNs = nanoTime.getAsLong();
    long gapNs = nowNs - sinceNs;
    if (gapNs < RATE_OVER_NS) {
      return;
    }
    OptionalLong cpuNow = cpuNs.get();
    if (cpuNow.isEmpty()) {
      return;
    }
    long usedNs = Math.max(0, cpuNow.getAsLong() - cpuAtRestNs);
    if (!overslept(gapNs)) {
      cpuPerTime = (double) usedNs / gapNs;
      return;
    }
    cpuAtRestNs = cpuNow.getAsLong();
    sinceNs = nowNs;
    if (usedNs <= MARGIN * cpuPerTime * (double) askedNs + HARDLY_ANY * (double) gapNs) {
      double ranNs = cpuPerTime > 0 ? (double) usedNs / cpuPerTime : (double) usedNs;
      stoodStill.accept(gapNs - Math.min(askedNs, (long) ranNs));
    }
  }
}
