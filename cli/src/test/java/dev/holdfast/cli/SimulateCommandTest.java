// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator as people call it. */
class SimulateCommandTest {
  private static final String JOB =
      "simulate --mttf 1h --cost 60s --restart 30s --work 12h --jobs 2000 --seed 7 ";

  @TempDir private Path temp;

  private record Said(int code, String out, String err) {}

  private static Said holdfast(String line) {
    return holdfast(line.strip().split("\\s+", -1));
  }

  private static Said holdfast(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(out, err, arguments);
    return new Said(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static double number(String json, String key) {
    Matcher matcher = Pattern.compile("\"" + key + "\": ([-0-9.E]+)").matcher(json);
    assertTrue(matcher.find(), key + " in " + json);
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void people_areToldTheTimeThePredictionAndWhereItWent() {
    Said said = holdfast(JOB + "--policies exact,15min");
    assertEquals(0, said.code, said.err);
    assertTrue(
        said.out.contains("2,000 jobs of 12 h of work each; failures: exponential, MTTF 1 h"));
    assertTrue(said.out.contains("every 15 min"), said.out);
    assertTrue(said.out.contains("Prediction and simulation agree."), said.out);
    assertTrue(said.out.contains("useful +"), said.out);
    assertEquals("", said.err);
  }

  @Test
  void json_hasItsSchemaAndItsParts() {
    Said said = holdfast(JOB + "--json");
    assertEquals(0, said.code, said.err);
    for (String key :
        List.of(
            "\"schema\": \"holdfast.simulate/1\"",
            "makespan_s",
            "stddev",
            "ci95",
            "p99",
            "waste",
            "failures",
            "breakdown",
            "useful_s",
            "rework_s",
            "checkpoint_s",
            "restart_s",
            "downtime_s",
            "\"jobs\": 2000",
            "\"seed\": 7",
            "predicted_makespan_s")) {
      assertTrue(said.out.contains(key), key);
    }
    String breakdown = said.out.substring(said.out.indexOf("\"breakdown\""));
    double parts =
        number(breakdown, "useful_s")
            + number(breakdown, "rework_s")
            + number(breakdown, "checkpoint_s")
            + number(breakdown, "restart_s")
            + number(breakdown, "downtime_s");
    assertEquals(number(said.out, "mean"), parts, 1e-6 * parts);
  }

  @Test
  void json_isTheSameForOneThreadAndTwo() {
    assertEquals(
        holdfast(JOB + "--threads 1 --json").out, holdfast(JOB + "--threads 2 --json").out);
  }

  @Test
  void csv_hasALineForEveryPolicy() {
    Said said = holdfast(JOB + "--csv --policies exact,young,adaptive");
    assertEquals(0, said.code, said.err);
    assertEquals(4, said.out.lines().count());
    assertTrue(said.out.startsWith("policy,work_interval_s,jobs,makespan_s,"), said.out);
  }

  @Test
  void sweep_hasALineForEveryValue_andItsDrawing() throws IOException {
    Path plot = temp.resolve("sweep.svg");
    Said said = holdfast(JOB + "--vary mttf=30min..1d:log:4 --plot " + plot);
    assertEquals(0, said.code, said.err);
    assertEquals(6, said.out.lines().count(), said.out);
    String svg = Files.readString(plot);
    assertTrue(svg.contains("exact, predicted"), "the prediction is drawn");
  }

  @Test
  void html_needsNothingElse() throws IOException {
    Path page = temp.resolve("report.html");
    assertEquals(0, holdfast(JOB + "--html " + page).code);
    String html = Files.readString(page);
    assertTrue(html.contains("<svg") && html.contains("--cost"));
    assertFalse(html.contains("http"), "an address in the page");
  }

  @Test
  void trace_isReplayedToTheSecond() throws IOException {
    Path log = temp.resolve("log.txt");
    Files.writeString(
        log,
        "2020-01-01T00:00:00Z\n2020-01-01T01:00:00Z\n2020-01-01T01:30:00Z\n2020-01-03T00:00:00Z\n");
    Said said =
        holdfast(
            "simulate --format timestamps --start 2020-01-01T00:00 --work 2h --cost 10min"
                + " --restart 10min --downtime 35min --interval 30min --json --trace "
                + log);
    assertEquals(0, said.code, said.err);
    // 30 min of work, checkpoint until 0:40, 20 min lost at 1:00; down until 1:35 (the failure of
    // 1:30 does not strike), restart until 1:45, then three times 30 min with two checkpoints.
    assertEquals(105 * 60 + 3 * 1800 + 2 * 600, number(said.out, "mean"));
    assertEquals(1, number(said.out, "failures"));
    assertEquals(20 * 60, number(said.out, "rework_s"));
  }

  @Test
  void trace_ofGaps_isReplayedFromItsBegin() throws IOException {
    Path log = temp.resolve("gaps.txt");
    Files.writeString(log, "1h\n30min\n2d+\n1h\n9d\n");
    Said said =
        holdfast(
            "simulate --format gaps --work 2h --cost 10min --restart 10min --downtime 35min"
                + " --interval 30min --json --trace "
                + log);
    assertEquals(0, said.code, said.err);
    // Failures at 1:00, 1:30 and days later: as the dated log above.
    assertEquals(105 * 60 + 3 * 1800 + 2 * 600, number(said.out, "mean"));
    assertEquals(1, number(said.out, "failures"));
  }

  /** The reference replay of the project, where the log is at hand. */
  @Test
  void trace_ofLosAlamos_isReplayedToTheMicrosecond() {
    Path log = Path.of("../../shared/data/failures/LA-UR-05-7318-failure-data-1996-2005.csv");
    Assumptions.assumeTrue(Files.isReadable(log), "the log is not here");
    Said said =
        holdfast(
            "simulate --format lanl --system 18 --start 2004-01-01T00:00 --work 1000h --cost 600s"
                + " --restart 600s --downtime 3510s --interval 5629.11351s --json --trace "
                + log);
    assertEquals(0, said.code, said.err);
    String breakdown = said.out.substring(said.out.indexOf("\"breakdown\""));
    assertEquals(4_962_844.69413, number(said.out, "mean"), 1e-6);
    assertEquals(138, number(breakdown, "failures"));
    assertEquals(409_519.48314, number(breakdown, "rework_s"), 1e-6);
    assertEquals(386_625.21099, number(breakdown, "checkpoint_s"), 1e-6);
    assertEquals(82_320, number(breakdown, "restart_s"), 1e-6);
    assertEquals(484_380, number(breakdown, "downtime_s"), 1e-6);
  }

  @Test
  void trace_thatEndsBeforeTheJob_isBadData() throws IOException {
    Path log = temp.resolve("log.txt");
    Files.writeString(log, "2020-01-01T00:00:00Z\n2020-01-01T01:00:00Z\n");
    Said said =
        holdfast(
            "simulate --format timestamps --work 20h --cost 10min --interval 30min --trace " + log);
    assertEquals(65, said.code);
    assertTrue(said.err.contains("the trace ends"), said.err);
  }

  static Stream<Path> scenarios() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("../examples/scenarios"))) {
      return files.filter(file -> file.toString().endsWith(".properties")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void scenario_ofTheGallery_runsAndTeaches(Path scenario) {
    Said said = holdfast("simulate", scenario.toString(), "--jobs", "20", "--seed", "3");
    assertEquals(0, said.code, said.err);
    assertTrue(said.out.lines().count() > 4, said.out);
    assertTrue(said.out.contains("20 jobs of"), "the command line wins: " + said.out);
    assertTrue(said.out.stripTrailing().endsWith("."), "a sentence on what it teaches");
  }

  @Test
  void gallery_hasAtLeastSix() throws IOException {
    assertTrue(scenarios().count() >= 6);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "simulate --mttf 1h --cost 60s | 2 | give --work",
        "simulate --mttf 1h --cost 60s --work 12 | 2 | 12 has no unit",
        "simulate --cost 60s --work 12h | 2 | give --mttf",
        "simulate --mttf 1h --cost 60s --work 12h --jobs 0 | 2 | --jobs 0: give 1 or more",
        "simulate --mttf 1h --cost 60s --work 12h --policy often | 2 | --policy: policy \"often\"",
        "simulate --mttf 1h --cost 60s --work 12h --precision 1 | 2 | write a percentage",
        "simulate --mttf 1h --cost 60s --work 12h --burst 1/1s | 2 | write PROBABILITY/TIME",
        "simulate --mttf 1h --cost 60s --work 12h --node-age 1d | 2 | needs the law of a node",
        "simulate --mttf 1h --mttf 2h --cost 60s --work 12h | 2 | --mttf is given twice",
        "simulate --mttf 1s --cost 1min --work 1h --jobs 1 | 2 | it would never end",
        "simulate --mttf 1h --cost 60s --work 12h --trace x --dist weibull:0.7 | 2 | give one",
        "simulate --cost 60s --work 12h --trace /no/such --format timestamps | 74 | no such file",
        "simulate /no/such.properties | 74 | there is no such file",
        "simulate --mttf 1h --cost 60s --work 12h --plot /no/such/x.svg --jobs 1 | 73 | cannot create"
      })
  void badInput_isToldWithItsRemedy(String line, int code, String message) {
    Said said = holdfast(line);
    assertEquals(code, said.code, said.err);
    assertTrue(said.err.contains(message), said.err);
    assertFalse(said.err.contains("\tat "), "a stack trace");
  }

  /** Options in groups: what the command line says must not make the file's others forgotten. */
  @Test
  void scenario_optionsOfTheCommandLine_replaceOnlyThemselves() throws IOException {
    Path file = temp.resolve("queue.properties");
    Files.writeString(
        file,
        """
        mttf = 24h
        cost = 8min
        restart = 6min
        work = 20h
        walltime = 4h
        queue-wait = 2h
        jobs = 50
        policies = walltime
        """);
    Said said =
        holdfast(
            "simulate", file.toString(), "-C", "4min", "--jobs", "20", "--seed", "3", "--json");
    assertEquals(0, said.code, said.err);
    assertTrue(said.out.contains("\"jobs\": 20"), said.out);
    assertEquals(240, number(said.out, "cost_s"));
    assertEquals(360, number(said.out, "restart_s"));
    String breakdown = said.out.substring(said.out.indexOf("\"breakdown\""));
    assertTrue(number(breakdown, "queue_s") > 0, "the queue wait of the file");
  }

  @Test
  void scenario_withAnUnknownName_isBadConfiguration() throws IOException {
    Path file = temp.resolve("odd.properties");
    Files.writeString(file, "mtff = 1h\ncost = 60s\nwork = 12h\n");
    Said said = holdfast("simulate", file.toString());
    assertEquals(78, said.code);
    assertTrue(said.err.contains("--mtff"), said.err);
  }
}
