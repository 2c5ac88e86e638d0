// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.run.Limits.Allocation;
import dev.holdfast.cli.run.Stop.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a command is asked to stop, and how long it then has. Moments are in seconds here. */
final class LimitsTest {
  private static final long HOUR = 3600;

  private static Allocation until(long endSeconds, long killWaitSeconds) {
    return new Allocation() {
      @Override
      public OptionalLong endEpochMs() {
        return OptionalLong.of(endSeconds * 1000);
      }

      @Override
      public Duration killWait() {
        return Duration.ofSeconds(killWaitSeconds);
      }
    };
  }

  private static Limits allocation(long endSeconds) {
    return new Limits(0, Optional.empty(), Optional.empty(), until(endSeconds, 30));
  }

  @ParameterizedTest
  @CsvSource({
    "86400, 100, 86270", // a day: reserve and 30 s
    "86400,   0, 86310", // nothing measured: a minute and 30 s
    "  600, 100,   470",
    "  100,   0,    90", // short: a twentieth for each
    "  100,  10,    85",
    "  100, 500,    50", // no time for a checkpoint: half is worked all the same
  })
  void stop_isAskedFor_beforeTheEndByReserveAndMargin(long end, double reserve, long at) {
    Limits limits = allocation(end);
    assertEquals(Optional.empty(), limits.due(at * 1000 - 1, reserve));
    assertEquals(Optional.of(Stop.of(Cause.ALLOCATION)), limits.due(at * 1000, reserve));
  }

  @Test
  void stop_whenItWillBeAskedFor_isToldToWhoAsksTheScheduler() {
    List<Duration> told = new ArrayList<>();
    Allocation listening =
        new Allocation() {
          @Override
          public OptionalLong endEpochMs() {
            return OptionalLong.of(HOUR * 1000);
          }

          @Override
          public Duration killWait() {
            return Duration.ZERO;
          }

          @Override
          public void leadTime(Duration lead) {
            told.add(lead);
          }
        };
    Limits limits = new Limits(0, Optional.empty(), Optional.empty(), listening);
    assertEquals(Optional.empty(), limits.due(0, 100));
    assertEquals(List.of(Duration.ofSeconds(130)), told);
  }

  @Test
  void end_isTheEarlier_ofAllocationAndOwnLimit() {
    Limits both =
        new Limits(0, Optional.of(Duration.ofHours(2)), Optional.empty(), until(3 * HOUR, 30));
    assertEquals(OptionalLong.of(2 * HOUR * 1000), both.endEpochMs());
    assertEquals(Optional.of(Cause.TIME_LIMIT), both.due(2 * HOUR * 1000, 10).map(Stop::cause));
    Limits none = new Limits(0, Optional.empty(), Optional.empty(), Allocation.none());
    assertTrue(none.endEpochMs().isEmpty());
    assertEquals(Optional.empty(), none.due(Long.MAX_VALUE / 2, 10));
  }

  @ParameterizedTest
  @CsvSource({
    "ALLOCATION, '', 3540, 60", // until the end
    "SIGNAL, USR1, 3540, 88", // the scheduler's last signal: until its SIGKILL, less 2 s
    "SIGNAL, TERM, 3600, 28",
    "SIGNAL, TERM, 100, 600", // long before the end: ten minutes
    "SIGNAL, USR1, 3300, 300", // never beyond the end
    "REQUEST, '', 100, 600",
  })
  void grace_unlessSaid_isWhatTheNoticeAllows(Cause cause, String signal, long now, long seconds) {
    assertEquals(
        seconds * 1000, allocation(HOUR).graceMs(new Stop(cause, signal, false), now * 1000, 10));
  }

  @Test
  void grace_withoutEnd_isTenMinutesOrTwiceTheReserve() {
    Limits none = new Limits(0, Optional.empty(), Optional.empty(), Allocation.none());
    assertEquals(600_000, none.graceMs(Stop.bySignal("TERM", false), 0, 1));
    assertEquals(4_000_000, none.graceMs(Stop.bySignal("TERM", false), 0, 2000));
  }

  @Test
  void grace_said_isKept() {
    Limits said =
        new Limits(0, Optional.empty(), Optional.of(Duration.ofSeconds(7)), until(HOUR, 30));
    assertEquals(7_000, said.graceMs(Stop.bySignal("TERM", false), 0, 1));
  }
}
