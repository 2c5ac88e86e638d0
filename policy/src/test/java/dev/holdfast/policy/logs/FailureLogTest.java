// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.fit.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailureLogTest {
  private static final long SEED = 20050607;
  private static final double NONE = Double.NEGATIVE_INFINITY;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @Test
  void coalescing_ofChain_isMeasuredFromTheFirstOfEachGroup() throws IOException {
    FailureLog log = starts(0, 400, 600, 700, 1300, 1301, 5000);
    assertArrayEquals(
        new double[] {0, 700, 1301, 5000}, log.coalescedStarts(Duration.ofMinutes(10)));
    assertArrayEquals(
        new double[] {0, 400, 600, 700, 1300, 1301, 5000}, log.coalescedStarts(Duration.ZERO));
    assertArrayEquals(new double[] {0}, log.coalescedStarts(Duration.ofHours(2)));
    assertThrows(IllegalArgumentException.class, () -> log.coalescedStarts(Duration.ofSeconds(-1)));
  }

  @Test
  void coalescing_withWindowZero_dropsTheZeroGapsAndNothingElse() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 50; round++) {
      double[] starts = random.ints(200, 0, 300).mapToDouble(second -> second).toArray();
      double[] distinct = Arrays.stream(starts).sorted().distinct().toArray();
      FailureLog log = starts(starts);
      assertArrayEquals(distinct, log.coalescedStarts(Duration.ZERO), "seed=" + SEED);
      assertArrayEquals(distinct, log.startsAfter(NONE));
      assertEquals(distinct.length - 1, log.sample(Duration.ZERO).failures());
    }
  }

  @Test
  void coalescing_withAnyWindow_leavesGapsLongerThanIt() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 50; round++) {
      FailureLog log = starts(random.ints(200, 0, 20_000).mapToDouble(s -> s).toArray());
      long window = random.nextLong(1000);
      double[] groups = log.coalescedStarts(Duration.ofSeconds(window));
      for (int i = 1; i < groups.length; i++) {
        assertTrue(groups[i] - groups[i - 1] > window, "window=" + window + " seed=" + SEED);
      }
    }
  }

  @Test
  void startsAfter_anInstant_areDistinctAndLater() throws IOException {
    FailureLog log = starts(30, 10, 20, 20, 40);
    assertArrayEquals(new double[] {30, 40}, log.startsAfter(20));
    assertArrayEquals(new double[] {20, 30, 40}, log.startsAfter(19.5));
    assertArrayEquals(new double[] {}, log.startsAfter(40));
  }

  @Test
  void selection_ofSystemNodeAndTime_keepsWhatMatches() throws IOException {
    FailureLog log =
        text("time,system,node\n10,a,1\n20,a,2\n30,b,1\n40,a,1\n50,a,1\n", LogFormat.TIMESTAMPS);
    assertArrayEquals(
        new double[] {10, 20, 40, 50}, log.select(Selection.ofSystem("a")).startsAfter(NONE));
    Selection part = new Selection(Optional.of("a"), Optional.of("1"), 10, 50);
    assertArrayEquals(new double[] {10, 40}, log.select(part).startsAfter(NONE));
    assertEquals(5, log.select(part).report().rows());
  }

  @Test
  void selection_ofNothing_namesWhatThereIs() throws IOException {
    FailureLog log = text("time,system,node\n10,2,x\n20,10,y\n30,1,z\n", LogFormat.TIMESTAMPS);
    mustRefuse(log, Selection.ofSystem("3"), "no system \"3\"; it has the systems 1, 2, 10");
    Selection node =
        new Selection(Optional.of("2"), Optional.of("y"), NONE, Double.POSITIVE_INFINITY);
    mustRefuse(log, node, "no node \"y\" there; it has the nodes x");
    Selection late = new Selection(Optional.empty(), Optional.empty(), 99, 100);
    mustRefuse(log, late, "nothing is left in that time range");
    assertThrows(
        IllegalArgumentException.class,
        () -> new Selection(Optional.empty(), Optional.empty(), 5, 5));
  }

  @Test
  void selection_thatAFormatCannotTell_isRefused() throws IOException {
    FailureLog gaps = text("1h\n2h\n", LogFormat.GAPS);
    mustRefuse(gaps, new Selection(Optional.empty(), Optional.empty(), 0, 1), "gaps have no dates");
    mustRefuse(
        gaps,
        new Selection(Optional.empty(), Optional.of("n"), NONE, Double.POSITIVE_INFINITY),
        "names no failed node");
  }

  @Test
  void sample_withTooFewFailures_saysWhatCanBeSaid() throws IOException {
    FailureLog one = starts(10, 10);
    assertTrue(
        message(() -> one.sample(Duration.ZERO)).contains("only 1 failure is left"), "events");
    FailureLog none = text("10h+\n20h+\n", LogFormat.GAPS);
    assertTrue(
        message(() -> none.sample(Duration.ZERO)).contains("above 10 h 1 min (with 95 %"),
        () -> message(() -> none.sample(Duration.ZERO)));
  }

  @Test
  void sample_ofExposures_keepsFailuresAndCensoredApart() throws IOException {
    Sample sample = text("1h\n2h+\n3h\n", LogFormat.GAPS).sample(FailureLog.WINDOW);
    assertEquals(2, sample.failures());
    assertEquals(1, sample.censored());
    assertEquals(6 * 3600, sample.totalSeconds());
    assertEquals(3 * 3600, sample.meanSeconds());
  }

  /**
   * Replays a job of 1000 hours over the instants of system 18: two programs that agree on them and
   * on the rules agree to the last digit. The reference was computed by another.
   */
  @Test
  void lanlSystem18_replayed_hasTheReferenceMakespan() throws IOException {
    FailureLog log =
        FailureLog.read(SharedData.lanl(), LogFormat.LANL).select(Selection.ofSystem("18"));
    double start = Moments.isoEpochSeconds("2004-01-01");
    double[] failures = log.startsAfter(start);
    double work = 3_600_000;
    double cost = 600;
    double time = start;
    double done = 0;
    int hits = 0;
    while (done < work) {
      double segment = Math.min(5629.11351, work - done);
      double end = time + segment + (done + segment < work ? cost : 0);
      if (end <= next(failures, time)) {
        time = end;
        done += segment;
        continue;
      }
      double restarted = time;
      do { // a failure during the restart of 600 s begins again with the downtime of 3510 s
        hits++;
        time = next(failures, restarted) + 3510;
        restarted = time;
        time += 600;
      } while (next(failures, restarted) < time);
    }
    assertEquals(138, hits);
    assertEquals(4_962_844.69, time - start, 0.005);
  }

  private static double next(double[] failures, double after) {
    return Arrays.stream(failures).filter(f -> f > after).findFirst().orElseThrow();
  }

  private static void mustRefuse(FailureLog log, Selection selection, String words) {
    String message = message(() -> log.select(selection));
    assertTrue(message.contains(words), message);
  }

  private static String message(Runnable refused) {
    return String.valueOf(assertThrows(FailureLogException.class, refused::run).getMessage());
  }

  private FailureLog starts(double... epochSeconds) throws IOException {
    String lines =
        Arrays.stream(epochSeconds).mapToObj(String::valueOf).collect(Collectors.joining("\n"));
    return text(lines, LogFormat.TIMESTAMPS);
  }

  private FailureLog text(String content, LogFormat format) throws IOException {
    return FailureLog.read(Files.writeString(folder.resolve("log.txt"), content), format);
  }
}
