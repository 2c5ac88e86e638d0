// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FitCommandTest {
  private static final long SEED = 18;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  /** Bursts: most gaps are minutes, some are days. */
  private Path bursts() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    StringBuilder lines = new StringBuilder("timestamp,system,node\n");
    double time = 1.1e9;
    for (int i = 0; i < 400; i++) {
      time += 20_000 * Math.pow(-Math.log(1 - random.nextDouble()), 2);
      lines.append(Math.round(time)).append(i % 4 == 0 ? ",b" : ",a").append(",n1\n");
    }
    lines.append("yesterday,a,n1\n");
    return write("bursts.csv", lines.toString());
  }

  private Path leukaemia() throws IOException {
    return write(
        "weeks.txt",
        "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".replace(' ', '\n'));
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  @Test
  void fit_ofEvents_answersFirstThenTellsWhatItRead() throws IOException {
    Command.Result result = Command.run("fit", bursts(), "--format", "timestamps");
    result.mustBeDone();
    assertTrue(result.out().startsWith("MTTF "), result.out());
    assertTrue(result.out().lines().findFirst().orElseThrow().contains(", law "), result.out());
    result.mustSay(
        "The rate of failures falls the longer there was none",
        "401 rows, of which 400 accepted, 0 passed over, 1 rejected",
        "line 402: not a time in ISO 8601 or seconds since 1970: \"yesterday\"",
        "2 systems are taken together here; --system picks one of a, b",
        "used here",
        "60 min");
    assertTrue(result.out().lines().allMatch(line -> line.length() <= 120), result.out());
  }

  @Test
  void fit_ofFewTimes_saysThatTheyDoNotDistinguishTheLaws() throws IOException {
    Command.Result result =
        Command.run("fit", leukaemia(), "--format", "gaps", "--unit", "h", "--bootstrap", "50");
    result.mustBeDone();
    result.mustSay(
        "MTTF 39.9 h",
        "law exponential, a constant rate",
        "The data do not distinguish the laws",
        "9 failures are few",
        "9 failures in 14 d 23 h under risk, and 12 times without one (censored)");
  }

  @Test
  void json_ofCensoredTimes_hasTheTextbookNumbersAndUnits() throws IOException {
    Map<?, ?> json = json(leukaemia(), "--format=gaps", "--unit=h", "--bootstrap=20", "--seed=3");
    assertEquals("holdfast.fit/1", json.get("schema"));
    assertEquals("exponential", json.get("recommended_law"));
    assertEquals(39.888889 * 3600, number(json, "mttf_s"), 0.01);
    Map<?, ?> sample = map(json, "sample");
    assertEquals(9, number(sample, "failures"));
    assertEquals(12, number(sample, "censored"));
    assertEquals(359 * 3600, number(sample, "total_s"), 1e-6);
    assertEquals("h", json.get("likelihood_time_unit"));
    Map<?, ?> weibull = law(json, "weibull");
    assertEquals(1.3537345, number(weibull, "shape"), 1e-7);
    assertEquals(33.765151 * 3600, number(weibull, "scale_s"), 0.01);
    assertEquals(-41.6586785, number(weibull, "log_likelihood"), 1e-7);
    assertTrue(number(weibull, "shape_low") < 1 && number(weibull, "shape_high") > 2);
    assertTrue(number(weibull, "p_value") > 0.05);
    Map<?, ?> lognormal = law(json, "lognormal");
    assertEquals(3.2030677 + Math.log(3600), number(lognormal, "mu_ln_s"), 1e-6);
    assertEquals(0, number(lognormal, "aic_difference"));
    assertEquals(List.of(), json.get("sensitivity"));
  }

  @Test
  void json_ofSelection_countsOnlyThatAndShowsEveryWindow() throws IOException {
    Path log = bursts();
    Map<?, ?> json =
        json(log, "--format=timestamps", "--system=b", "--coalesce=5min", "--bootstrap=0");
    assertEquals(100, number(json, "events"));
    assertEquals(300, number(json, "coalescing_window_s"));
    assertEquals(Map.of("system", "b"), json.get("selection"));
    List<?> windows = list(json, "sensitivity");
    assertEquals(
        List.of(0.0, 60.0, 300.0, 600.0, 3600.0),
        windows.stream().map(w -> number((Map<?, ?>) w, "window_s")).toList());
    Map<?, ?> read = map(json, "read");
    assertEquals(401, number(read, "rows"));
    assertEquals(Map.of("not a time in ISO 8601 or seconds since 1970", 1L), map(read, "rejected"));
  }

  @Test
  void fit_ofTheSameSeed_isTheSameAnswer() throws IOException {
    Path log = bursts();
    Object[] line = {"fit", log, "--format", "timestamps", "--bootstrap", "50", "--seed", "4"};
    assertEquals(Command.run(line).out(), Command.run(line).out());
  }

  @Test
  void dropZeros_isCoalesceZero() throws IOException {
    Path log = bursts();
    String zeros =
        Command.run("fit", log, "--format", "timestamps", "--drop-zeros", "--bootstrap=0").out();
    String window =
        Command.run("fit", log, "--format", "timestamps", "--coalesce=0min", "--bootstrap=0").out();
    assertEquals(window, zeros);
  }

  @Test
  void plot_ofFit_isOneSvgWithBothDrawings() throws Exception {
    Path svg = folder.resolve("fit.svg");
    Command.run("fit", bursts(), "--format=timestamps", "--bootstrap=0", "--plot", svg)
        .mustBeDone();
    SvgText.of(Files.readString(svg))
        .mustSay(
            "Time to failure: seen, and by each law (solid: the one to use)",
            "Weibull probability paper: a Weibull law is a straight line",
            "weibull",
            "exponential",
            "the log");
    Command.run("fit", leukaemia(), "--format=gaps", "--unit=d", "--bootstrap=0", "--plot", svg)
        .mustBeDone();
    SvgText.of(Files.readString(svg))
        .mustSay("time to failure, d", "9 failures, 12 times without one");
  }

  @Test
  void plot_ofOneTimeOnly_isDrawnToo() throws Exception {
    Path svg = folder.resolve("one.svg");
    Path log = write("one.txt", "5h\n5h\n7h+\n");
    Command.run("fit", log, "--format=gaps", "--plot", svg).mustBeDone();
    SvgText.of(Files.readString(svg)).mustSay("exponential");
  }

  @Test
  void fit_ofSacct_tellsTheRateOfJobsAndOfNodes() throws IOException {
    Path log =
        write(
            "sacct.txt",
            """
            JobID|State|Start|End|NNodes
            1|NODE_FAIL|2024-01-01T00:00:00|2024-01-01T10:00:00|4
            2|COMPLETED|2024-01-01T00:00:00|2024-01-01T20:00:00|2
            3|BOOT_FAIL|2024-01-01T00:00:00|2024-01-01T00:30:00|1
            4|RUNNING|2024-01-01T00:00:00|Unknown|1
            """);
    Map<?, ?> json = json(log, "--format=sacct");
    assertEquals(30.5 * 3600 / 2, number(json, "mttf_s"), 1e-6);
    assertEquals(80.5 * 3600 / 2, number(json, "node_mttf_s"), 1e-6);
    Command.run("fit", log, "--format", "sacct")
        .mustSay("per node one failure in 40 h 15 min", "passed over: 1 x a job that is RUNNING");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fit | Missing required parameter: 'FILE'",
        "fit LOG | say what the log is with --format: lanl, fta, infinitehbd",
        "fit LOG --format csv | there is no format \"csv\"; choose one of lanl, fta",
        "fit LOG --format gaps --coalesce 10min | leave --coalesce and --drop-zeros out",
        "fit LOG --format gaps --unit y | --unit \"y\": choose s, min, h or d",
        "fit LOG --format lanl --unit h | --unit is for the format gaps",
        "fit LOG --format lanl --coalesce 10 | 10 has no unit; write 10s, 10min or 10h",
        "fit LOG --format lanl --coalesce 5min --drop-zeros | choose one of them",
        "fit LOG --format lanl --from 1/2/2004 | --from \"1/2/2004\": write a date such as",
        "fit LOG --format lanl --from 2004-01-02 --to 2004-01-01 | must be later than --from",
        "fit LOG --format lanl --bootstrap -1 | --bootstrap -1: choose 0 to 1000000",
        "fit LOG --format lanl --bootstrap x | '--bootstrap': 'x' is not an int",
        "fit LOG --format gaps --plot out.png | name a file that ends in .svg"
      })
  void usage_wrong_exits2WithHint(String line, String words) {
    Command.run((Object[]) line.split(" ", -1)).mustFail(ExitCode.USAGE, "holdfast: ", words);
  }

  @Test
  void file_unusable_exits65WithReasonAndRemedy() throws IOException {
    Path log = write("log", "System,Prob Started\n1,never\n");
    mustFail(ExitCode.BAD_DATA, log, "lanl", "none of its 1 rows tells of a failure");
    mustFail(ExitCode.BAD_DATA, log, "infinitehbd", "line 1, column 1");
    mustFail(ExitCode.BAD_DATA, write("bare", "12\n"), "gaps", "line 1: 12 has no unit");
    mustFail(ExitCode.BAD_DATA, write("none", "12h+\n"), "gaps", "with 95 % confidence");
    mustFail(ExitCode.BAD_DATA, write("one", "2004-01-01\n"), "timestamps", "a gap needs two");
    Command.run("fit", bursts(), "--format=timestamps", "--system=c")
        .mustFail(ExitCode.BAD_DATA, "it has no system \"c\"; it has the systems a, b");
  }

  @Test
  void file_unreadable_exits74() {
    mustFail(ExitCode.IO_ERROR, folder.resolve("none"), "lanl", "there is no such file");
    mustFail(ExitCode.IO_ERROR, folder, "lanl", "it is a folder");
  }

  private static void mustFail(int code, Path file, String format, String words) {
    Command.run("fit", file, "--format", format).mustFail(code, file.toString(), words);
  }

  private static Map<?, ?> json(Path file, String... options) {
    Object[] line = new Object[options.length + 3];
    line[0] = "fit";
    line[1] = file;
    line[2] = "--json";
    System.arraycopy(options, 0, line, 3, options.length);
    Command.Result result = Command.run(line);
    result.mustBeDone();
    return assertInstanceOf(Map.class, StrictJson.parse(result.out()));
  }

  private static Map<?, ?> law(Map<?, ?> json, String id) {
    return list(json, "laws").stream()
        .map(law -> (Map<?, ?>) law)
        .filter(law -> id.equals(law.get("law")))
        .findFirst()
        .orElseThrow();
  }

  private static Map<?, ?> map(Map<?, ?> json, String key) {
    return assertInstanceOf(Map.class, json.get(key), key);
  }

  private static List<?> list(Map<?, ?> json, String key) {
    return assertInstanceOf(List.class, json.get(key), key);
  }

  private static double number(Map<?, ?> json, String key) {
    return assertInstanceOf(Number.class, json.get(key), key).doubleValue();
  }
}
