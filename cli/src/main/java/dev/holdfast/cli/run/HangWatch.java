// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether a command has come to a standstill: no new version, no byte of output, and hardly any
 * processor time for a long time. Each alone means nothing: a long step writes nothing, and a
 * process that waits in a loop for a dead neighbour computes all the time. What is suspended does
 * not hang, and neither does anything hang while the supervisor itself stands still.
 */
final class HangWatch {
  private static final long WARN_AFTER_NS = Duration.ofMinutes(10).toNanos();

  /** A process that only waits, with its timers and collectors, uses less than this share. */
  private static final double BUSY = 0.005;

  private final long killAfterNs;
  private boolean begun;
  private long lastNs;
  private long quietNs;
  private Seen last = new Seen(0, 0, 0);
  private boolean warned;

  /** What there is to do. */
  enum Finding {
    NOTHING,
    WARN,
    KILL
  }

  /**
   * What can be seen of the command.
   *
   * @param version the newest version
   * @param outputBytes the length of its output, 0 where that cannot be told
   * @param cpuSeconds processor time of all its processes
   */
  record Seen(long version, long outputBytes, double cpuSeconds) {}

  /**
   * @param killAfter after so long a command is to be killed; empty for never
   */
  HangWatch(Optional<Duration> killAfter) {
    this.killAfterNs = killAfter.map(Duration::toNanos).orElse(Long.MAX_VALUE);
  }

  /**
   * Takes note.
   *
   * @param nowNs monotonic
   * @param gapNs how long of the time since the last look the command or the supervisor stood still
   */
  Finding look(long nowNs, long gapNs, Seen seen) {
    long passedNs = begun ? Math.max(0, nowNs - lastNs - gapNs) : 0;
    boolean busy = seen.cpuSeconds() - last.cpuSeconds() > BUSY * passedNs * 1e-9;
    boolean changed = seen.version() != last.version() || seen.outputBytes() != last.outputBytes();
    quietNs = !begun || busy || changed ? 0 : quietNs + passedNs;
    warned &= quietNs > 0;
    begun = true;
    lastNs = nowNs;
    last = seen;
    if (quietNs >= killAfterNs) {
      return Finding.KILL;
    }
    if (!warned && quietNs >= Math.min(WARN_AFTER_NS, killAfterNs / 2)) {
      warned = true;
      return Finding.WARN;
    }
    return Finding.NOTHING;
  }

  /** Output of so many bytes was not the command's. */
  void disregard(long outputBytes) {
    last = new Seen(last.version(), last.outputBytes() + outputBytes, last.cpuSeconds());
  }

  /** How long nothing has happened. */
  Duration quiet() {
    return Duration.ofNanos(quietNs);
  }
}
