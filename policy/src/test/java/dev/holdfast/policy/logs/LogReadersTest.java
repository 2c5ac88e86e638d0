// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each format on a small file of our own, dirty rows included. */
class LogReadersTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @Test
  void lanl_withDirtyRows_keepsTheGoodOnesAndNamesTheOthers() throws IOException {
    FailureLog log = resource("lanl.csv", LogFormat.LANL);
    assertEquals(
        List.of(
            new FailureEvent(
                at("2002-12-31T23:59:00Z"),
                at("2003-01-01T00:10:00Z"),
                "7",
                "1",
                "Facilities: Power, \"UPS\""),
            new FailureEvent(
                at("2003-01-02T09:05:00Z"),
                at("2003-01-02T10:00:00Z"),
                "7",
                "0",
                "Hardware: Memory Dimm"),
            new FailureEvent(
                at("2003-01-02T09:05:00Z"),
                at("2003-01-02T09:30:00Z"),
                "7",
                "1",
                "Software: Other Software"),
            new FailureEvent(at("2004-02-29T00:00:00Z"), Double.NaN, "8", "4", "Undetermined")),
        log.events());
    assertEquals(List.of("7", "8"), List.copyOf(log.systems()));
    ReadReport report = log.report();
    assertEquals(10, report.rows());
    assertEquals(4, report.accepted());
    assertEquals(
        Map.of(
            "Prob Started is not m/d/yyyy H:MM", 4L,
            "System is empty", 1L,
            "a quote is not closed", 1L),
        report.rejected());
    assertEquals(6, report.rejectedRows());
    assertEquals(ReadReport.NAMED_MAX, report.firstRejected().size());
    assertEquals(
        new ReadReport.RejectedRow(6, "Prob Started is not m/d/yyyy H:MM", "2/30/2003 1:00"),
        report.firstRejected().getFirst());
    assertEquals(10, report.firstRejected().get(3).line()); // the blank line has a number too
  }

  @Test
  void fta_withNamesAndAvailability_takesUnavailabilityForFailures() throws IOException {
    FailureLog log = resource("fta.tab", LogFormat.FTA);
    assertEquals(
        List.of(
            new FailureEvent(1500, Double.NaN, "5", "101", "NULL"),
            new FailureEvent(2000, 2600.5, "5", "n100", "6"),
            new FailureEvent(9000, Double.NaN, "6", "n101", "3")),
        log.events());
    assertEquals(Map.of("a time of availability", 1L), log.report().passedOver());
    assertEquals(2, log.report().rejectedRows());
  }

  @Test
  void fta_withoutNames_readsTheOrderOfTheArchive() throws IOException {
    FailureLog log = text("1\t2\t3\t4\tn\t0\t100\t200\t9\n", LogFormat.FTA);
    assertEquals(List.of(new FailureEvent(100, 200, "4", "n", "9")), log.events());
  }

  @Test
  void infiniteHbd_withOddElements_pairsStartsAndEnds() throws IOException {
    FailureLog log = resource("infinitehbd.json", LogFormat.INFINITEHBD);
    double begin = at("2024-03-30T00:00:00Z");
    assertEquals(
        List.of(
            new FailureEvent(begin + 21600, Double.NaN, "", "b", ": NIC: "),
            new FailureEvent(
                begin + 129600, begin + 172800, "", "a", "Hardware Failure: GPU: xid A\n")),
        log.events());
    assertEquals(7, log.report().rows());
    assertEquals(3, log.report().accepted());
    assertEquals(1, log.report().passedOverRows());
    assertEquals(
        List.of(8L, 9L, 10L),
        log.report().firstRejected().stream().map(ReadReport.RejectedRow::line).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"node_id\": \"a\" | line 1, column 17: the file ends where ',' should be",
        "[{\"node_id\": a}] | line 1, column 15: \"a\" is no JSON",
        "{} | line 1, column 1: there is '{' where '[' should be",
        "[] [] | line 1, column 4: there is '[' where the end of the file should be",
        "[{\"a\": \"\\x\"}] | an escape that JSON has not",
        "[1,] | there is ']' where a value should be",
        "[{\"a\": \"b | the end of the file inside a string"
      })
  void infiniteHbd_thatIsNoJson_isRefusedWithPlace(String json, String words) {
    mustRefuse(json, LogFormat.INFINITEHBD, words);
  }

  @Test
  void infiniteHbd_nestedWithoutEnd_isRefusedBeforeTheStackEnds() {
    mustRefuse("[".repeat(1_000_000), LogFormat.INFINITEHBD, "nesting of more than 100 levels");
  }

  @Test
  void sacct_ofARealSlurm_hasEveryRunOfEveryJob() throws IOException {
    FailureLog log = resource("sacct-slurm-22.05.8.txt", LogFormat.SACCT);
    double start = at("2026-11-21T01:30:00Z");
    assertEquals(
        List.of(
            new Exposure(start + 20, 5, false, 1, "holdfast", "COMPLETED"),
            new Exposure(start + 20, 3, false, 1, "holdfast", "FAILED"),
            new Exposure(start + 20, 7, false, 1, "holdfast", "CANCELLED"),
            new Exposure(start + 20, 27, false, 1, "holdfast", "TIMEOUT"),
            new Exposure(start + 27, 6, false, 1, "holdfast", "REQUEUED"),
            new Exposure(start + 27, 4, false, 1, "holdfast", "REQUEUED"),
            new Exposure(start + 37, 4, true, 1, "holdfast", "NODE_FAIL"),
            new Exposure(start + 36, 5, true, 1, "holdfast", "NODE_FAIL"),
            new Exposure(start + 33, 34, true, 1, "holdfast", "NODE_FAIL"),
            new Exposure(start + 42, 3, false, 1, "holdfast", "COMPLETED"),
            new Exposure(start + 48, 4, false, 1, "holdfast", "COMPLETED"),
            new Exposure(start + 82, 20, false, 2, "holdfast", "PREEMPTED"),
            new Exposure(start + 106, 10, false, 2, "holdfast", "COMPLETED"),
            new Exposure(start + 116, 3, false, 1, "holdfast", "COMPLETED"),
            new Exposure(start + 116, 3, false, 1, "holdfast", "COMPLETED"),
            new Exposure(start + 120, 3, false, 2, "holdfast", "COMPLETED")),
        log.exposures());
    assertEquals(Map.of(), log.report().rejected());
    assertEquals(
        Map.of("a step of a job", 17L, "a job that is PENDING", 1L), log.report().passedOver());
    assertEquals(3, log.sample(Duration.ZERO).failures());
  }

  @Test
  void sacct_states_areFailuresCensoredOrPassedOver() throws IOException {
    FailureLog log = resource("sacct.txt", LogFormat.SACCT);
    double start = at("2024-03-01T00:00:00Z");
    assertEquals(
        List.of(
            new Exposure(start, 36000, true, 4, "batch", "NODE_FAIL"),
            new Exposure(start, 3600, false, 2, "batch", "COMPLETED"),
            new Exposure(start, 1800, false, 1, "long", "CANCELLED"),
            new Exposure(start, 60, true, 1, "batch", "BOOT_FAIL"),
            new Exposure(start, 86400, false, 1, "batch", "TIMEOUT"),
            new Exposure(start, 7200, false, 1, "batch", "PREEMPTED")),
        log.exposures());
    assertEquals(
        Map.of(
            "a step of a job", 1L,
            "a job that never started", 1L,
            "a job that is RUNNING", 1L,
            "a job that is PENDING", 1L,
            "a job that ran for no time", 1L),
        log.report().passedOver());
    assertEquals(
        Map.of(
            "State is none that Slurm has", 2L, "End is before Start", 1L, "Start is no time", 1L),
        log.report().rejected());
    assertEquals(2, log.sample(Duration.ZERO).failures());
    assertEquals(4, log.sample(Duration.ZERO).censored());
  }

  @Test
  void gaps_withUnits_areReadAndPlusCensors() throws IOException {
    FailureLog log = resource("gaps.txt", LogFormat.GAPS);
    assertEquals(
        List.of(90.0, 5400.0, 9000.0, 2700.0),
        log.exposures().stream().map(Exposure::durationSeconds).toList());
    assertEquals(
        List.of(true, true, false, true), log.exposures().stream().map(Exposure::failed).toList());
    assertEquals(Map.of("a length of 0", 1L), log.report().passedOver());
    assertEquals(Map.of("not a length of time", 2L), log.report().rejected());
  }

  @Test
  void gaps_inNamedColumn_takeUnitFromItsName() throws IOException {
    FailureLog log = resource("gaps.csv", LogFormat.GAPS);
    assertEquals(
        List.of(45000.0, 10800.0, 14400.0),
        log.exposures().stream().map(Exposure::durationSeconds).toList());
    assertEquals(
        List.of(true, false, false), log.exposures().stream().map(Exposure::failed).toList());
    assertEquals(1, log.report().rejectedRows());
  }

  @Test
  void gaps_withUnitColumn_takeUnitFromEachRow() throws IOException {
    FailureLog log = text("gap,unit\n2,h\n3,min\n4,fortnight\n", LogFormat.GAPS);
    assertEquals(
        List.of(7200.0, 180.0), log.exposures().stream().map(Exposure::durationSeconds).toList());
    assertEquals(1, log.report().rejectedRows());
  }

  @Test
  void gaps_withoutUnit_areAnErrorUnlessTheCallerSaysIt() throws IOException {
    mustRefuse("12\n", LogFormat.GAPS, "line 1: 12 has no unit; write 12s, 12min or 12h");
    Path file = write("12\n0.5+\n");
    FailureLog log = FailureLog.read(file, LogFormat.GAPS, Duration.ofHours(1));
    assertEquals(
        List.of(43200.0, 1800.0), log.exposures().stream().map(Exposure::durationSeconds).toList());
  }

  @Test
  void timestamps_ofAllForms_areOneScale() throws IOException {
    FailureLog log = resource("timestamps.csv", LogFormat.TIMESTAMPS);
    double noon = at("2004-01-31T12:00:00Z");
    assertEquals(
        List.of(noon - 43200, noon, noon, noon + 0.5),
        log.events().stream().map(FailureEvent::startEpochSeconds).toList());
    assertEquals("power", log.events().get(1).cause());
    assertEquals(
        List.of("2004-02-30", "1075550400000"),
        log.report().firstRejected().stream().map(ReadReport.RejectedRow::value).toList());
  }

  @Test
  void timestamps_withByteOrderMarkAndWindowsLines_areRead() throws IOException {
    FailureLog log = text("\ufeff2004-01-31\r\n\r\n2004-02-01\r\n", LogFormat.TIMESTAMPS);
    assertEquals(2, log.events().size());
    assertEquals(0, log.report().rejectedRows());
  }

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void file_withNothingUsable_isAnErrorNamingItAndWhatWouldBe(LogFormat format) {
    for (String nothing : new String[] {"", "\n\n", "[]", "what is this\nno log\n", "a|b\n"}) {
      FailureLogException refused =
          assertThrows(FailureLogException.class, () -> text(nothing, format), nothing);
      assertTrue(String.valueOf(refused.getMessage()).contains("log.txt: "), refused::toString);
    }
    assertThrows(NoSuchFileException.class, () -> FailureLog.read(folder.resolve("none"), format));
  }

  @Test
  void file_ofRejectedRowsOnly_tellsWhy() {
    mustRefuse(
        "System,Prob Started\n1,today\n2,tomorrow\n",
        LogFormat.LANL,
        "none of its 2 rows tells of a failure or a run: 2 times Prob Started is not m/d/yyyy H:MM"
            + " (first in line 2: \"today\")");
    mustRefuse("a,b\n", LogFormat.LANL, "no column \"System\"");
    mustRefuse("JobID|State|Start\n", LogFormat.SACCT, "no column \"End\"");
  }

  /** Random bytes are no log of any format, and never anything but a refusal. */
  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void file_ofNoise_isRefusedOrRead(LogFormat format) throws IOException {
    long seed = 7318;
    SplittableRandom random = new SplittableRandom(seed);
    String letters = "0123456789,|\t\n\"/:-+ .TZ[]{}ehs#";
    for (int i = 0; i < 300; i++) {
      StringBuilder noise = new StringBuilder();
      for (int j = random.nextInt(200); j > 0; j--) {
        noise.append(letters.charAt(random.nextInt(letters.length())));
      }
      try {
        ReadReport report = text(noise.toString(), format).report();
        assertEquals(
            report.rows(),
            report.accepted() + report.passedOverRows() + report.rejectedRows(),
            "seed=" + seed + " i=" + i);
      } catch (FailureLogException expected) {
        assertTrue(String.valueOf(expected.getMessage()).length() > 20);
      }
    }
  }

  @Test
  void lanlAndInfiniteHbd_asPublished_areReadWithoutLoss() throws IOException {
    FailureLog lanl = FailureLog.read(SharedData.lanl(), LogFormat.LANL);
    assertEquals(23_739, lanl.report().accepted());
    assertEquals(0, lanl.report().rejectedRows());
    assertEquals(23, lanl.systems().size());
    FailureLog hbd = FailureLog.read(SharedData.infiniteHbd(), LogFormat.INFINITEHBD);
    assertEquals(584, hbd.events().size());
    assertEquals(1168, hbd.report().accepted() + hbd.report().passedOverRows());
    assertEquals(0, hbd.report().rejectedRows());
  }

  private void mustRefuse(String content, LogFormat format, String words) {
    FailureLogException refused =
        assertThrows(FailureLogException.class, () -> text(content, format));
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::toString);
  }

  private FailureLog text(String content, LogFormat format) throws IOException {
    return FailureLog.read(write(content), format);
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("log.txt"), content, StandardCharsets.UTF_8);
  }

  private static FailureLog resource(String name, LogFormat format) throws IOException {
    try {
      return FailureLog.read(
          Path.of(Objects.requireNonNull(LogReadersTest.class.getResource(name)).toURI()), format);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double at(String iso) {
    return Instant.parse(iso).getEpochSecond();
  }
}
