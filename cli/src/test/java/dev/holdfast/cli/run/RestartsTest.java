// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RestartsTest {
  @Test
  void pauses_withoutProgress_doubleToFiveMinutes() {
    Restarts restarts = new Restarts(100);
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      seconds.add(restarts.afterFailure(false).orElseThrow().toSeconds());
    }
    assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L), seconds);
  }

  @Test
  void retries_usedUpWithoutProgress_end() {
    Restarts restarts = new Restarts(2);
    assertEquals(Optional.of(Duration.ofSeconds(1)), restarts.afterFailure(false));
    assertEquals(Optional.of(Duration.ofSeconds(2)), restarts.afterFailure(false));
    assertEquals(Optional.empty(), restarts.afterFailure(false));
    assertEquals(3, restarts.failuresInARow());
  }

  @Test
  void version_made_forgivesWhatWasBefore() {
    Restarts restarts = new Restarts(2);
    for (int i = 0; i < 20; i++) {
      assertEquals(Optional.of(Duration.ofSeconds(2)), twice(restarts));
    }
  }

  private static Optional<Duration> twice(Restarts restarts) {
    assertEquals(Optional.of(Duration.ofSeconds(1)), restarts.afterFailure(true));
    return restarts.afterFailure(false);
  }

  @Test
  void noRetries_evenWithProgress_end() {
    assertEquals(Optional.empty(), new Restarts(0).afterFailure(true));
  }
}
