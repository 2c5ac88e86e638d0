// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is put together by hand, against what the JDK formats. */
final class TextTest {
  private static final long SEED = 20_260_801;

  private final Random random = new Random(SEED);

  /** Numbers of every length. */
  private long number() {
    return random.nextLong() >>> (1 + random.nextInt(62));
  }

  @Test
  void counts_areGroupedByThousands() {
    for (int i = 0; i < 10_000; i++) {
      long value = random.nextBoolean() ? number() : -number();
      assertEquals(String.format(Locale.ROOT, "%,d", value), Text.count(value), "seed " + SEED);
    }
  }

  private static String sizeByFormat(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    String digits = unit == 0 || value >= 100 ? "%.0f %s" : value >= 10 ? "%.1f %s" : "%.2f %s";
    return String.format(Locale.ROOT, digits, value, units[unit]);
  }

  @Test
  void sizes_haveThreeDigits() {
    assertEquals("999 B", Text.size(999));
    assertEquals("0.98 KiB", Text.size(1000));
    assertEquals("1.50 KiB", Text.size(1536));
    assertEquals("15.3 MiB", Text.size(16_000_000));
    for (int i = 0; i < 10_000; i++) {
      long bytes = number() >>> 10; // beyond 2^53 a double has not all of its digits
      assertEquals(sizeByFormat(bytes), Text.size(bytes), bytes + " bytes, seed " + SEED);
    }
  }

  @Test
  void moments_areOfTheTimeZone() {
    DateTimeFormatter format =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
            .withZone(ZoneId.systemDefault());
    for (int i = 0; i < 10_000; i++) {
      long epochMs = random.nextLong(-50_000_000_000_000L, 300_000_000_000_000L);
      assertEquals(
          format.format(Instant.ofEpochMilli(epochMs)),
          Text.moment(epochMs),
          epochMs + " ms, seed " + SEED);
    }
  }
}
