// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Holdfast;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job is watched that makes three steps whenever the watcher waits. */
final class StatusWatchTest {
  private static final int STEPS = 9;

  @TempDir private Path temp;
  private final StringWriter out = new StringWriter();
  private int looks;

  private int watch(boolean terminal) {
    goOn();
    StatusWatch watch =
        new StatusWatch(
            this::look,
            to -> StatusText.print(to.out(), to.job()),
            new PrintWriter(out, true),
            terminal,
            new TimeOfTheJob());
    return watch.until(Duration.ofSeconds(5)).code();
  }

  private JobStatus look() {
    looks++;
    return JobStatus.read(Store.open(store(), Disk.local()), Time.SYSTEM.epochMs());
  }

  private Path store() {
    return temp.resolve("watched.holdfast");
  }

  /** Runs the job for three steps, which end it in the third call. */
  private void goOn() {
    try {
      Holdfast.job("watched")
          .store(store())
          .run(hf -> {
            double[] field = hf.protect("field", new double[100]);
            for (long step : hf.steps(STEPS)) {
              field[(int) step] = step;
              if (step % 3 == 2 && step + 1 < STEPS) {
                hf.stop();
              }
            }
          });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private final class TimeOfTheJob implements Time {
    private int pauses;

    @Override
    public long epochMs() {
      return Time.SYSTEM.epochMs();
    }

    @Override
    public long nanoTime() {
      return Time.SYSTEM.nanoTime();
    }

    @Override
    public void pause(Duration duration) {
      if (pauses++ % 2 == 1) { // in between nothing happens
        goOn();
      }
    }
  }

  @Test
  void watch_elsewhere_tellsEachChangeOnceUntilTheJobIsComplete() {
    assertEquals(0, watch(false));
    List<String> lines = out.toString().lines().toList();
    assertEquals(5, looks);
    assertEquals(3, lines.size(), out::toString);
    assertTrue(lines.get(0).contains("watched: stopped"), out::toString);
    assertTrue(lines.get(1).contains("6 of 9 (66.7 %)"), out::toString);
    assertTrue(lines.get(2).contains("watched: complete"), out::toString);
    assertFalse(out.toString().contains("\u001b"), out::toString);
  }

  @Test
  void watch_onATerminal_drawsInPlace() {
    assertEquals(0, watch(true));
    String[] drawings = out.toString().split("\u001b\\[\\d+A\u001b\\[J", -1);
    assertEquals(looks, drawings.length);
    for (String drawing : drawings) {
      assertTrue(drawing.startsWith("watched: "), out::toString);
    }
    assertTrue(drawings[drawings.length - 1].contains("9 of 9, done"), out::toString);
  }
}
