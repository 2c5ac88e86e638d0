// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.cli.run.HangWatch.Finding;
import dev.holdfast.cli.run.HangWatch.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A look each minute. */
final class HangWatchTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final HangWatch watch = new HangWatch(Optional.of(Duration.ofMinutes(30)));
  private final List<Finding> found = new ArrayList<>();
  private long minute;
  private Seen seen = new Seen(1, 100, 5);

  private void look(int minutes, long gapNs) {
    for (int i = 0; i < minutes; i++) {
      found.add(watch.look(MINUTE * minute++, gapNs, seen));
    }
  }

  private long count(Finding finding) {
    return found.stream().filter(finding::equals).count();
  }

  @Test
  void standstill_isWarnedOfOnce_andEndedInTheEnd() {
    look(31, 0);
    assertEquals(Finding.WARN, found.get(10));
    assertEquals(1, count(Finding.WARN));
    assertEquals(Finding.KILL, found.get(30));
    assertEquals(1, count(Finding.KILL));
  }

  @Test
  void anySignOfLife_beginsTheCountAnew() {
    look(9, 0);
    seen = new Seen(2, 100, 5);
    look(9, 0);
    seen = new Seen(2, 101, 5);
    look(9, 0);
    seen = new Seen(2, 101, 6);
    look(9, 0);
    assertEquals(36, count(Finding.NOTHING));
  }

  @Test
  void timersOfAWaitingProcess_areNoWork() {
    for (int i = 0; i < 12; i++) {
      seen = new Seen(1, 100, seen.cpuSeconds() + 0.2); // of 60 s
      look(1, 0);
    }
    assertEquals(1, count(Finding.WARN));
  }

  @Test
  void suspension_isNoHang() {
    look(9, 0);
    look(60, MINUTE);
    assertEquals(69, count(Finding.NOTHING));
    look(2, 0);
    assertEquals(1, count(Finding.WARN), "what was quiet before counts");
  }

  @Test
  void ownMessages_areNoOutputOfTheCommand() {
    look(9, 0);
    watch.disregard(50);
    seen = new Seen(1, 150, 5);
    look(2, 0);
    assertEquals(1, count(Finding.WARN));
  }

  @Test
  void withoutLimit_nothingIsEnded() {
    HangWatch endless = new HangWatch(Optional.empty());
    for (int i = 0; i < 10_000; i++) {
      found.add(endless.look(MINUTE * i, 0, seen));
    }
    assertEquals(1, count(Finding.WARN));
    assertEquals(0, count(Finding.KILL));
  }
}
