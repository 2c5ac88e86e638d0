// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holdfast script writes is right for the scheduler, and for every command. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ScriptCommandTest {
  /** Words that shells, and those who write quotes for them, trip over. */
  private static final List<String> AWKWARD =
      List.of(
          "a b",
          "",
          "it's",
          "say \"x\"",
          "$HOME",
          "`id`",
          "a\\b",
          "end\\",
          "~/x",
          "-x=$y",
          "*.h5",
          "{a,b}",
          "a;b & c | d > e",
          "#x",
          "!x",
          "ü λ 漢",
          "’quoted“",
          "two\nlines",
          "tab\tx",
          "no\u00a0break",
          "(x)",
          "[ab]",
          "A=b",
          "%j",
          "é\u200b1",
          "'",
          "''",
          "$(x)",
          "\u0001");

  @TempDir private Path temp;

  static List<List<String>> matrix() {
    List<List<String>> all = new ArrayList<>();
    for (String scheduler : List.of("slurm", "pbs", "lsf", "sge")) {
      String pe = scheduler.equals("sge") ? " --pe mpi" : "";
      String nodes = scheduler.equals("sge") ? "" : " --nodes 2 --cpus-per-task 4";
      for (String options :
          List.of(
              "",
              "--time 24:00:00 --cost 5min --step 20s --queue long --account p1 --job-name wave",
              "--time 1-12:00:00 --chain 5",
              "--array 1-20 --chain 3 --state chk-{task}*.h5 --done chk-{task}*.ok",
              "--ntasks 8" + pe + nodes + " --state chk*.h5 --hang 2h --mttf 12h --keep 3",
              "--ntasks 8" + pe + " --no-starter --max-requeues 0 --policy 15min --latest 2",
              scheduler.equals("pbs") ? "" : "--array 1-8:2%4 --time 90min")) {
        List<String> words = new ArrayList<>(List.of("script", scheduler));
        options
            .lines()
            .flatMap(l -> List.of(l.split(" ")).stream())
            .filter(w -> !w.isEmpty())
            .forEach(words::add);
        if (words.contains("--latest")) {
          words.addAll(List.of("--state", "out put/*.$x"));
        }
        words.addAll(List.of("--chdir", "/data/me", "--"));
        words.add("./program {task}");
        words.addAll(AWKWARD);
        all.add(words);
      }
    }
    return all;
  }

  @Test
  void script_ofAnyOptionsAndCommand_passesShellcheck() throws Exception {
    assumeTrue(onPath("shellcheck"), "there is no shellcheck: install it to run this test");
    List<String> shellcheck = new ArrayList<>(List.of("shellcheck"));
    for (List<String> words : matrix()) {
      Command.Result result = Command.run(words.toArray());
      result.mustBeDone();
      Path file = temp.resolve("script-" + shellcheck.size() + ".sh");
      Files.writeString(file, result.out());
      shellcheck.add(file.toString());
    }
    Process process = new ProcessBuilder(shellcheck).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  @Test
  void command_ofAwkwardWords_reachesRunAsItWas() throws Exception {
    Path store = temp.resolve("it's a $store/x.holdfast");
    List<String> command = new ArrayList<>(List.of("./program"));
    command.addAll(AWKWARD);
    List<String> words =
        new ArrayList<>(
            List.of("script", "slurm", "--store", store.toString(), "--chdir", temp.toString()));
    words.addAll(List.of("--launcher", recorder().toString(), "--state", "a b*$x.h5", "--"));
    words.addAll(command);
    List<String> given = runInJob(words, Map.of("SLURM_JOB_ID", "7", "SLURM_JOB_NODELIST", "n1"));
    assertEquals(command, given.subList(given.indexOf("--") + 1, given.size()));
    assertEquals(
        List.of("run", "--store", store.toString(), "--requeue", "--resubmit"),
        given.subList(0, 5));
    assertTrue(given.containsAll(List.of("--state", "a b*$x.h5")), given::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "slurm, SLURM_JOB_ID, SLURM_ARRAY_TASK_ID",
    "pbs, PBS_JOBID, PBS_ARRAY_INDEX",
    "lsf, LSB_JOBID, LSB_JOBINDEX",
    "sge, JOB_ID, SGE_TASK_ID"
  })
  void task_ofAnArray_hasStoreAndWordsOfItsOwn(String scheduler, String job, String task)
      throws Exception {
    List<String> words =
        List.of(
            "script",
            scheduler,
            "--array",
            "1-4",
            "--chain",
            "2",
            "--store",
            "/data/w.holdfast",
            "--launcher",
            recorder().toString(),
            "--state",
            "c{task}*.h5",
            "--",
            "./a",
            "x{task}y");
    List<String> given = runInJob(words, Map.of(job, "7", task, "3", "SLURM_JOB_NODELIST", "n1"));
    assertEquals("/data/w-3.holdfast", given.get(given.indexOf("--store") + 1));
    assertEquals("c3*.h5", given.get(given.indexOf("--state") + 1));
    assertEquals("x3y", given.getLast());
  }

  /** The shells of the cluster are stood in for by files that print what they are asked. */
  @ParameterizedTest
  @CsvSource({
    "slurm, sbatch, 11;cluster, --parsable --dependency=afterany:11 ",
    "pbs, qsub, 11.server, -W depend=afterany:11.server ",
    "lsf, bsub, Job <11> is submitted to queue <normal>., -w ended(11)",
    "sge, qsub, 11.1-4:1, -terse -hold_jid 11 "
  })
  void chain_runByHand_submitsJobsThatWaitForEachOther(
      String scheduler, String submit, String answer, String second) throws Exception {
    Path log = temp.resolve("log");
    Path bin = Files.createDirectory(temp.resolve("bin"));
    executable(bin.resolve(submit), "echo \"$*\" >>'" + log + "'; echo '" + answer + "'");
    Path script = temp.resolve("chain.sh");
    Command.run("script", scheduler, "--chain", "3", "-o", script, "--", "a").mustBeDone();
    ProcessBuilder builder = new ProcessBuilder(script.toString()).redirectErrorStream(true);
    builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
    builder.environment().keySet().removeIf(name -> name.matches("(SLURM|PBS|LSB)_.*|JOB_ID"));
    Command.Result result = Command.finish(builder.start());
    result.mustBeDone();
    result.mustSay("1 of 3: job 11", "3 of 3: job 11");
    List<String> calls = Files.readAllLines(log);
    assertEquals(3, calls.size());
    assertFalse(calls.getFirst().replace(script.toString(), "").contains("11"), calls::toString);
    assertTrue((calls.get(1) + " ").startsWith(second.stripLeading()), calls::toString);
    assertEquals(calls.get(1), calls.get(2));
  }

  @Test
  void signal_comesEarlierByTheCostOfACheckpoint() {
    assertTrue(slurm("--cost", "5min").contains("#SBATCH --signal=B:USR1@630\n"));
    assertTrue(slurm("--cost", "1s", "--step", "7s").contains("#SBATCH --signal=B:USR1@39\n"));
    String soft = Command.run("script", "sge", "-t", "2h", "-C", "5min", "--", "a").out();
    assertTrue(soft.contains("#$ -l h_rt=02:00:00\n#$ -l s_rt=01:49:30\n"), soft);
    String action = Command.run("script", "lsf", "-t", "2h", "-C", "5min", "--", "a").out();
    assertTrue(action.contains("#BSUB -wa USR1 -wt 11\n"), action);
  }

  @ParameterizedTest
  @CsvSource({
    "24:00:00, 1-00:00:00", "36h, 1-12:00:00", "1d12h, 1-12:00:00", "30:00, 00:30:00",
    "1-6, 1-06:00:00", "2-03:30, 2-03:30:00", "100:00:00, 4-04:00:00", "90m, 01:30:00",
    "PT90M, 01:30:00", "0:20:01, 00:21:00"
  })
  void time_asSlurmOrPeopleWriteIt_isTheSameLimit(String given, String written) {
    String script = slurm("--cost", "1s", "--time", given);
    assertTrue(script.contains("#SBATCH --time=" + written + "\n"), script);
  }

  @Test
  void parallelProgram_isStartedOnceAndToldOfTheStop() {
    assertTrue(
        slurm("-n", "4").contains("--stop-signal USR1 \\\n  -- srun --kill-on-bad-exit=1 a"));
    String own = Command.run("script", "slurm", "-n", "4", "--", "mpirun", "a").out();
    assertTrue(own.contains("--stop-signal USR1 \\\n  -- mpirun a\n"), own);
    String files = slurm("-n", "4", "--state", "x*");
    assertFalse(files.contains("--stop-signal"), files);
  }

  @Test
  void output_fileThatExists_staysUnlessForced() throws Exception {
    Path file = Files.writeString(temp.resolve("job.sh"), "precious");
    Command.run("script", "slurm", "-o", file, "--", "a")
        .mustFail(ExitCode.CANNOT_CREATE, "job.sh exists: name another file, or add --force");
    assertEquals("precious", Files.readString(file));
    Command.run("script", "slurm", "-o", file, "--force", "--", "a", "-o", "x").mustBeDone();
    assertTrue(Files.isExecutable(file));
    String script = Files.readString(file);
    assertTrue(script.contains("# Written by: holdfast script slurm -- a -o x\n"), script);
    Command.run("script", "slurm", "-o", temp.resolve("none/job.sh"), "--", "a")
        .mustFail(ExitCode.CANNOT_CREATE, "cannot create");
  }

  private static String slurm(String... options) {
    List<Object> words = new ArrayList<>(List.of("script", "slurm"));
    words.addAll(List.of(options));
    words.addAll(List.of("--", "a"));
    Command.Result result = Command.run(words.toArray());
    result.mustBeDone();
    return result.out();
  }

  /** Stands in for the holdfast command: writes its arguments into a file, NUL after each. */
  private Path recorder() throws Exception {
    return executable(
        temp.resolve("holdfast"), "printf '%s\\0' \"$@\" >'" + temp.resolve("given") + "'");
  }

  private List<String> runInJob(List<String> words, Map<String, String> job) throws Exception {
    Command.Result written = Command.run(words.toArray());
    written.mustBeDone();
    Path script = Files.writeString(temp.resolve("job.sh"), written.out());
    ProcessBuilder builder = new ProcessBuilder("bash", script.toString());
    builder.environment().keySet().removeIf(name -> name.matches("(SLURM|PBS|LSB|SGE)_.*|JOB_ID"));
    builder.environment().putAll(job);
    Command.finish(builder.start()).mustBeDone();
    String given = Files.readString(temp.resolve("given"));
    return List.of(given.split("\0", -1))
        .subList(0, (int) given.chars().filter(c -> c == 0).count());
  }

  private static Path executable(Path file, String body) throws Exception {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertTrue(file.toFile().setExecutable(true));
    return file;
  }

  private static boolean onPath(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
