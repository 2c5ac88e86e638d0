// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IntervalCommandTest {
  private static final long SEED = 20_240_707;
  private static final String SKETCH = "interval --mttf 24h --cost 5min --work 500h";

  private static Command.Result run(String line) {
    return Command.run((Object[]) line.split(" "));
  }

  private static Command.Result done(String line) {
    Command.Result result = run(line);
    result.mustBeDone();
    return result;
  }

  private static double number(String json, Object... path) {
    return ((Number) StrictJson.at(json, path)).doubleValue();
  }

  @Test
  void text_ofTheWellKnownJob_isAnswerTableSplitAndAssumptions() {
    Command.Result result = done(SKETCH);
    assertEquals(
        """
        Checkpoint after every 1 h 57 min of work. 500 h of work take 544 h (sd 5.7 h): 8.1 % waste.
          model          work interval  makespan    waste  extra
          exact          1 h 56 m 43 s  544.00 h   8.09 %      -  <- 257 segments, period 2 h 01 m 43 s
          Daly           1 h 56 m 41 s  544.08 h   8.10 %  5 min
          Young, W-F .5  2 h 00 m 00 s  544.02 h   8.09 %  1 min
          habit: 15 min  0 h 15 m 00 s  671.23 h  25.51 %  127 h
          habit: 6 h     6 h 00 m 00 s  576.76 h  13.31 %   33 h
        544 h = 500.0 useful + 22.6 rework + 21.4 checkpoints; 22.7 failures expected
        If the MTTF is really 12 h or 48 h, this choice costs 0.8 % or 0.4 % more than the best.
        Assumed: exponential failures of the whole job; --restart, --downtime not given: 0.
        """,
        result.out());
    assertEquals("", result.err());
  }

  @Test
  void text_all_hasEveryModelAndWhatThePrintedFormCosts() {
    Command.Result result = done(SKETCH + " --all");
    result.mustSay("Daly, first order", "Herault-Robert", "W-F .5  ", "W-F .5 as printed");
    result.mustSay("1.41 times too long", "6.1 % more waste", "never chosen");
  }

  @Test
  void text_withoutWork_tellsWhat100HoursTake() {
    done("interval -M 24h -C 5min")
        .mustSay(
            "Checkpoint after every 1 h 57 min of work. 100 h of work take 109 h", "100 h take");
  }

  @Test
  void text_jobShorterThanInterval_saysNotToCheckpoint() {
    done("interval -M 24h -C 5min -W 1h")
        .mustSay("Do not checkpoint. 60 min of work take 61.", "1 segment, no checkpoint");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-M 24h -C 5min | 7001.404",
        "-M 24h -C 5min -W 500h | 7002.724",
        "-M 24h -C 5min -R 10min -D 1h | 7001.404",
        "--mtbf 1min -C 30s | 41.89743",
        "--nodes 1000 --node-mttf 5y -C 5min | 9527.701",
        "-M 10y -C 1ms | 794.1782",
        "-M 24h -C 5min -W 1h | 3600"
      })
  void quiet_anyJob_isOneBareNumberOfSeconds(String options, String seconds) {
    Command.Result result = done("what-if -q " + options);
    assertEquals(seconds + "\n", result.out());
  }

  /** Row E15 of the reference. */
  @Test
  void json_ofReferenceJob_hasItsNumbers() {
    String json = done("interval -M 60s -C 30s -R 10s -D 5s -W 1h --json").out();
    assertEquals("holdfast.interval/1", StrictJson.at(json, "schema"));
    assertEquals("exact", StrictJson.at(json, "recommended"));
    List<?> models = (List<?>) StrictJson.at(json, "models");
    assertEquals(
        List.of(
            "exact",
            "daly",
            "daly-first",
            "young",
            "wong-franklin",
            "wong-franklin-printed",
            "herault-robert"),
        models.stream().map(m -> ((Map<?, ?>) m).get("model")).toList());
    assertEquals(41.8974, number(json, "models", 0, "work_interval_s"), 5e-5);
    assertEquals(71.8974, number(json, "models", 0, "period_s"), 5e-5);
    assertEquals(42, number(json, "models", 0, "segment_work_s"), 1e-9);
    assertEquals(85, number(json, "models", 0, "segments"));
    assertEquals(15143.4, number(json, "models", 0, "makespan_s"), 0.05);
    assertEquals(0.762273, number(json, "models", 0, "waste"), 5e-7);
    assertEquals(15224.7, number(json, "models", 1, "makespan_s"), 0.05);
    assertEquals(34.8074, number(json, "models", 2, "work_interval_s"), 5e-5);
    assertEquals(60, number(json, "models", 3, "work_interval_s"), 1e-9);
    assertEquals(51.9615, number(json, "models", 6, "period_s"), 5e-5);
    double sum = 0;
    for (String part : List.of("useful_s", "rework_s", "checkpoint_s", "restart_s", "downtime_s")) {
      sum += number(json, "models", 0, "breakdown", part);
    }
    assertEquals(number(json, "models", 0, "makespan_s"), sum, 1e-9 * sum);
    assertTrue(number(json, "models", 0, "breakdown", "failures") > 200);
    assertTrue(number(json, "models", 0, "stddev_s") > 1000);
    assertEquals(2, ((List<?>) StrictJson.at(json, "warnings")).size());
  }

  @Test
  void json_ofFormulaWithoutMeaning_isNullAndWarned() {
    String json = done("interval -M 100s -C 400s -R 20s -D 10s -W 1000s --json").out();
    assertEquals(StrictJson.NULL, StrictJson.at(json, "models", 2, "work_interval_s"));
    assertEquals(StrictJson.NULL, StrictJson.at(json, "models", 2, "makespan_s"));
    assertEquals(118834, number(json, "models", 0, "makespan_s"), 0.5);
    assertTrue(StrictJson.at(json, "warnings", 0).toString().contains("no less than the MTTF"));
  }

  @Test
  void csv_oneJob_isOneLineForEachModelAndHabit() {
    List<String> lines = done(SKETCH + " --csv").out().lines().toList();
    assertEquals(
        "model,work_interval_s,segment_work_s,period_s,waste,makespan_s", lines.getFirst());
    assertEquals(10, lines.size());
    assertTrue(lines.get(1).startsWith("exact,7001.40"), lines.get(1));
    assertTrue(lines.stream().allMatch(line -> line.split(",", -1).length == 6));
  }

  @Test
  void sweep_ofTwoParameters_hasEveryPointInEveryForm() {
    String line = "interval --vary mttf=1h..4h:log:3 --vary cost=1min,5min -W 10h";
    List<String> text = done(line).out().lines().toList();
    assertEquals(1 + 6 + 1, text.size(), text.toString());
    assertTrue(text.get(3).contains("2 h") && text.get(3).contains("1 min"), text.get(3));
    List<String> csv = done(line + " --csv").out().lines().toList();
    assertEquals(1 + 6 * 9, csv.size());
    assertTrue(csv.getFirst().startsWith("mttf_s,cost_s,model,"), csv.getFirst());
    assertTrue(csv.get(1).startsWith("3600.0,60.0,exact,"), csv.get(1));
    String json = done(line + " --json").out();
    assertEquals(6, ((List<?>) StrictJson.at(json, "points")).size());
    assertEquals(14400, number(json, "points", -1, "inputs", "mttf_s"));
    assertEquals(List.of("mttf_s", "cost_s"), StrictJson.at(json, "vary"));
  }

  /** A sweep says at each point what the single answer says there. */
  @Test
  void sweep_atAnyPoint_agreesWithTheSingleAnswer() {
    String json = done("interval -C 5min --vary mttf=1h..7d:log:5 --json").out();
    for (int i = 0; i < 5; i++) {
      double mttf = number(json, "points", i, "inputs", "mttf_s");
      String single = done(Text.format("interval -C 5min -M %.9fs --json", mttf)).out();
      assertEquals(
          number(single, "models", 0, "waste"),
          number(json, "points", i, "models", 0, "waste"),
          1e-9);
    }
  }

  @Test
  void plot_ofSweep_isDrawingThatNamesEveryChoice(@TempDir Path folder) throws Exception {
    Path plot = folder.resolve("out.svg");
    Command.Result result =
        Command.run(
            "interval", "-C", "5min", "--vary", "mttf=1h..7d:log:5", "--plot", plot, "--csv");
    result.mustBeDone();
    assertEquals("", result.err());
    SvgText svg = SvgText.of(Files.readString(plot));
    svg.mustSay("Waste against the work interval", "Waste against mttf", "cost 5 min");
    svg.mustSay("exact", "Young", "habit: 15 min", "habit: 6 h", "1 d");
  }

  @Test
  void html_ofAnyAnswer_needsNothingButItself(@TempDir Path folder) throws Exception {
    Path page = folder.resolve("report.html");
    Command.run(
            "interval",
            "-M",
            "1h",
            "-C",
            "10min",
            "-W",
            "20h",
            "--html",
            page,
            "--vary",
            "cost=1min,10min")
        .mustBeDone();
    String html = Files.readString(page);
    assertFalse(html.contains("http"), html);
    assertFalse(html.contains("src="), html);
    for (String word :
        List.of(
            "Checkpoint after every",
            "--mttf",
            "exponential failures",
            "more than a tenth of the MTTF",
            "<svg",
            "Waste against cost",
            "waste: exact")) {
      assertTrue(html.contains(word), word);
    }
    assertEquals(html.split("<table>", -1).length, html.split("</table>", -1).length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-M 24h | how long does a checkpoint block the job? give --cost",
        "-C 5min | how often does the job fail? give --mttf",
        "-M 24 -C 5min | --mttf 24 has no unit: write 24s, 24min or 24h",
        "-M 24h -C 300 | --cost 300 has no unit",
        "-M NaN -C 5min | --mttf \"NaN\": give a duration greater than 0, such as 90s",
        "-M 24h -C -5min | --cost \"-5min\": give a duration greater than 0",
        "-M 24h -C 0s | --cost \"0s\": give a duration greater than 0",
        "-M 24h -C 5min -R -1s | --restart \"-1s\": give a duration, 0s or more",
        "-M 24h -C 5min -D x | --downtime \"x\": give a duration, 0s or more",
        "-M 24h -C 5min -W 0h | --work \"0h\": give a duration greater than 0",
        "-M 24h -C 5min -R 1min -M 12h | --mttf is given twice: say it once",
        "--levels 1s/1s/1h,2s/2s/1d --vary mttf=1h,2h | the levels have each their own",
        "--levels 1s/1s/1h,2s/2s/1d --walltime 4h | --walltime is planned for plain checkpoints",
        "-M 24h -C 5min --wf-h 0 | --wf-h \"0\": give a number greater than 0 and at most 1",
        "-M 24h -C 5min --wf-h 1.1 | --wf-h \"1.1\": give a number",
        "-M 24h -C 5min --wf-h NaN | --wf-h \"NaN\": give a number",
        "-M 24h -C 5min --nodes 10 | --nodes needs the mean time to failure of a node",
        "--node-mttf 5y -C 5min | --node-mttf needs the number of nodes",
        "-M 24h --nodes 9 --node-mttf 5y -C 5min | give one of them",
        "--nodes 1.5 --node-mttf 5y -C 5min | --nodes \"1.5\": give a whole number, 1 to 1000000000",
        "-M 24h -C 5min -q --json | give one of them at most",
        "-M 24h -C 5min --vary mtf=1h,2h | there is no parameter \"mtf\"; parameters: mttf, cost",
        "-C 5min --vary mttf | write PARAMETER=FROM..TO:log:COUNT",
        "-C 5min --vary mttf=1h..2h | write PARAMETER=FROM..TO:log:COUNT",
        "-C 5min --vary mttf=1h..2h:log:1 | choose 2 to 1000 values",
        "-C 5min --vary mttf=1h..2:log:3 | --vary mttf 2 has no unit",
        "-C 5min --vary mttf=1h,,2h | --vary mttf \"\": give a duration",
        "-M 1h -C 5min --vary restart=0s..1h:log:3 | a log sweep cannot reach 0; use lin",
        "-C 5min --vary mttf=1h --vary mttf=2h | mttf is swept twice",
        "-M 1h -C 5min --vary restart=0s,1h -q | -q prints one number",
        "-M 1h -C 5min --plot x.png | --plot \"x.png\": name a file that ends in .svg",
        "-M 1h -C 5min --html x.svg | --html \"x.svg\": name a file that ends in .html"
      })
  void usage_wrong_namesOptionValueAndForm(String options, String words) {
    run("interval " + options).mustFail(ExitCode.USAGE, "holdfast: ", words);
  }

  @Test
  void plot_intoFolderThatIsNotThere_exits73(@TempDir Path folder) {
    Path plot = folder.resolve("no").resolve("out.svg");
    Command.run("interval", "-M", "1h", "-C", "5min", "--plot", plot)
        .mustFail(ExitCode.CANNOT_CREATE, "cannot create " + plot);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-q", "--csv"})
  void warnings_beforeDataForScripts_goToStandardError(String form) {
    Command.Result result = done("interval -M 1h -C 2h " + form);
    assertTrue(result.err().contains("no less than the MTTF of 1 h"), result.err());
    assertFalse(result.out().contains("MTTF"), result.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-M 1h -C 10min | first-order formulas",
        "-M 1h -C 1min -R 50min -D 10min | downtime and restart take 1 h",
        "-M 1h -C 1min --wf-h 0.9 | use another h only if it was measured",
        "-M 1h -C 1min -W 100000d -R 800h | this job does not end"
      })
  void warnings_outsideTheUsual_areInWords(String options, String words) {
    done("interval " + options).mustSay("Warning: ", words);
  }

  /** The two-level case of the reference numbers. */
  @Test
  void levels_ofReferenceCase_hasItsPattern() {
    String json = done("interval --levels 10s/10s/4h,5min/5min/1d --json").out();
    assertEquals(13, number(json, "scheme", "level1_checkpoints_per_pattern"));
    assertEquals(524.287, number(json, "models", 0, "work_interval_s"), 5e-4);
    assertEquals(534.287, number(json, "models", 0, "period_s"), 5e-4);
    double overhead = 0.135021;
    assertEquals(overhead / (1 + overhead), number(json, "models", 0, "waste"), 5e-7);
    done("interval --levels 10s/10s/4h,5min/5min/1d")
        .mustSay("8 min 44 s of work to level 1, after each 13 of them one to level 2");
  }

  /** The walltime case of the reference numbers. */
  @Test
  void walltime_ofReferenceCase_storesWhatItSays() {
    String line = "interval -M 4h -C 15min -R 10min -D 1min --walltime 4h -W 100h";
    String json = done(line + " --json").out();
    assertEquals(9343.34, number(json, "walltime", "stored_work_s"), 5);
    assertEquals(7349.49, number(json, "walltime", "stored_work_periodic_s"), 5);
    assertEquals(3900, number(json, "walltime", "work_interval_s"), 1e-9);
    assertEquals(3, number(json, "walltime", "checkpoints"));
    done(line)
        .mustSay("In allocations of 4 h: 3 checkpoints", "The work takes about 41 allocations");
    assertEquals("3900\n", done(line + " -q").out());
  }

  @Test
  void latency_longerThanBest_isAllTheIntervalThereIs() {
    Command.Result result = done("interval -M 4h -C 1s -W 100h --latency 10min");
    result.mustSay("Checkpoint after every 9 min 59 s of work", "as short as the latency allows");
  }

  /** Blocking is the asynchronous checkpoint that is usable when it lets the job go on. */
  @Test
  void latency_ofTheCost_isBlocking() {
    String options = "interval -M 4h -C 1min -R 10min -W 100h --json";
    String blocking = done(options).out();
    String same = done(options + " --latency 1min").out();
    assertEquals(
        number(blocking, "models", 0, "makespan_s"), number(same, "models", 0, "makespan_s"), 1e-3);
  }

  @Test
  void incremental_cheaperThanFull_wastesLess() {
    String options = "interval -M 1d -C 5min -R 5min --json";
    String full = done(options).out();
    String json = done(options + " --incremental 20s/10s").out();
    assertTrue(number(json, "scheme", "incrementals") > 1, json);
    assertTrue(number(json, "models", 0, "waste") < number(full, "models", 0, "waste") / 2, json);
    assertEquals(number(full, "models", 3, "waste"), number(json, "models", 3, "waste"), 1e-12);
    done("interval -M 1d -C 5min --incremental 20s").mustSay("give what each adds to a restart");
  }

  @Test
  void preemption_withNoticeLongEnough_allowsLongerIntervals() {
    double noticed =
        number(
            done("interval -M 7d -C 5min --preemption 6h --notice 10min --json").out(),
            "models",
            0,
            "work_interval_s");
    double unnoticed =
        number(
            done("interval -M 7d -C 5min --preemption 6h --json").out(),
            "models",
            0,
            "work_interval_s");
    assertTrue(noticed > 4 * unnoticed, noticed + " " + unnoticed);
  }

  @Test
  void costDeviation_drawnAnewAtEveryTry_countsAsALittleLessCost() {
    assertEquals("7001.404\n", done("interval -q -M 24h -C 5min --cost-sd 0s").out());
    double interval =
        Double.parseDouble(done("interval -q -M 24h -C 5min --cost-sd 5min").out().strip());
    assertTrue(interval > 6990 && interval < 7001, Double.toString(interval));
  }

  /** Row W02 of the reference: Weibull of shape 0.5. */
  @Test
  void dist_ofReferenceJob_hasItsNumbers() {
    String json = done("interval -M 24h -C 10min -R 10min -D 1min --dist weibull:0.5 --json").out();
    assertEquals(11493, number(json, "models", 0, "work_interval_s"), 1);
    assertEquals(0.10801, number(json, "models", 0, "waste"), 5e-6);
    assertEquals(10182.3, number(json, "models", 3, "work_interval_s"), 0.05);
    assertEquals("weibull", StrictJson.at(json, "scheme", "law"));
    String finite =
        done("interval -M 24h -C 10min -R 10min -D 1min --dist weibull:0.5 -W 192h --json").out();
    assertEquals(783825, number(finite, "models", 1, "makespan_s"), 1);
    assertTrue(number(finite, "models", 0, "makespan_s") < 784384, finite);
    done("interval -M 24h -C 5min --dist weibull:0.4").mustSay("a Weibull shape of 0.4, below 0.5");
  }

  @Test
  void dist_ofNodes_isExponentialForOldOnesAndWarnsOfNewOnes() {
    String nodes = "interval --nodes 1000 --node-mttf 5y -C 5min -W 500h";
    Command.Result result = done(nodes + " --dist weibull:0.7");
    assertEquals(
        done(nodes).out().lines().limit(2).toList(), result.out().lines().limit(2).toList());
    result.mustSay("time to failure of a node is Weibull of shape 0.7, mean 5 y");
    result.mustSay("Warning: if all nodes are new, the job fails", "plan with --mttf");
    assertFalse(done(nodes + " --dist exponential").out().contains("all nodes are new"));
  }

  @Test
  void dist_exponential_isThePlainAnswer() {
    assertEquals(done(SKETCH).out(), done(SKETCH + " --dist exponential").out());
  }

  @Test
  void fit_ofLog_givesMttfAndLaw(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("gaps.txt");
    StringBuilder gaps = new StringBuilder();
    for (int i = 0; i < 400; i++) { // quantiles of a Weibull of shape 0.6
      double gap = Math.pow(-Math.log((i + 0.5) / 400), 1 / 0.6) * 36_000;
      gaps.append(Text.format("%.3fs\n", gap));
    }
    Files.writeString(log, gaps);
    Command.Result result =
        Command.run("interval", "-C", "5min", "--fit", log, "--format", "gaps", "--json");
    result.mustBeDone();
    assertEquals("weibull", StrictJson.at(result.out(), "scheme", "law"));
    assertEquals(0.6, number(result.out(), "scheme", "law_shape"), 0.03);
    assertTrue(
        StrictJson.at(result.out(), "assumptions", 0)
            .toString()
            .contains("fitted to 400 times to failure in gaps.txt"));
    Command.run("interval", "-C", "5min", "--fit", log, "--dist", "weibull:1", "--format", "gaps")
        .mustFail(ExitCode.USAGE, "give one of them");
    Command.run("interval", "-C", "5min", "--fit", log).mustFail(ExitCode.USAGE, "--format");
    Command.run("interval", "-C", "5min", "--fit", folder.resolve("no"), "--format", "gaps")
        .mustFail(ExitCode.IO_ERROR, "there is no such file");
  }

  @Test
  void plot_ofScheme_comparesItWithPlainCheckpoints(@TempDir Path folder) throws Exception {
    Path plot = folder.resolve("levels.svg");
    Command.run("interval", "--levels", "10s/10s/4h,5min/5min/1d", "--plot", plot).mustBeDone();
    SvgText.of(Files.readString(plot)).mustSay("as asked", "plain checkpoints, exponential");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-M 1d -C 5min --levels 1s/1s/1h,2s/2s/1d | leave --cost out",
        "--levels 1s/1s/1h | write COST/RESTART/MTTF of both levels",
        "--levels 1s/1s,2s/2s/1d | write COST/RESTART/MTTF of both levels",
        "--levels 1s/1s/0h,2s/2s/1d | --levels \"0h\": give a duration greater than 0",
        "-M 1d -C 5min --latency 1min | give 5 min or more",
        "-M 1d -C 5min --incremental 1s/2s/3s | write COST or COST/RESTART",
        "-M 1d -C 5min --incremental 5 | --incremental 5 has no unit",
        "-M 1d -C 5min --notice 2min | give --preemption",
        "-M 1d -C 5min --latency 9min --dist weibull:0.7 | there is no model of these together",
        "-M 1d -C 5min --dist weibull | use exponential, weibull:SHAPE",
        "-M 1d -C 5min --dist weibull:0.01 | --dist",
        "--nodes 9 --node-mttf 5y -C 5min --fit x --format gaps | leave --nodes",
        "-M 1d -C 5min --walltime 4min | --walltime 4 min: a restart and the last checkpoint alone"
      })
  void schemes_wrong_nameOptionValueAndForm(String options, String words) {
    run("interval " + options).mustFail(ExitCode.USAGE, "holdfast: ", words);
  }

  /**
   * Costs from a thousand-billionth of the MTTF to a hundred times it, in every form and scheme.
   */
  @Test
  void answers_ofRandomJobs_areNumbersInTheirRanges() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 80; i++) {
      String job = randomJob(random);
      String all = done("interval " + job + " --json").out();
      double best = number(all, "models", 0, "waste");
      assertTrue(best >= 0 && best <= 1, job);
      assertTrue(number(all, "models", 0, "work_interval_s") > 0, job);
      for (int model = 1; model < 7; model++) {
        Object waste = StrictJson.at(all, "models", model, "waste");
        boolean none =
            StrictJson.NULL.equals(StrictJson.at(all, "models", model, "work_interval_s"));
        assertEquals(none, StrictJson.NULL.equals(waste), job);
        if (!none) {
          double other = ((Number) waste).doubleValue();
          assertTrue(other >= best * (1 - 1e-9) && other <= 1, job + ": " + other + " " + best);
        }
      }
      String text = done("interval --all " + job).out();
      assertFalse(text.contains("NaN") || text.contains("Infinity"), () -> job + "\n" + text);
      double quiet = Double.parseDouble(done("interval -q " + job).out().strip());
      assertTrue(quiet > 0, job);
    }
  }

  private static String randomJob(SplittableRandom random) {
    double mttf = Math.pow(10, random.nextDouble(2, 7));
    double cost = Math.max(1e-8, mttf * Math.pow(10, random.nextDouble(-12, 2)));
    double work = mttf * Math.pow(10, random.nextDouble(-3, 2));
    String job = Text.format("-M %.9fs -C %.9fs", mttf, cost);
    if (random.nextBoolean()) {
      job += Text.format(" -R %.3fs -D %.3fs", mttf * random.nextDouble(), cost);
    }
    return random.nextBoolean() ? job + Text.format(" -W %.6fs", work) : job;
  }
}
