// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The supervisor with real commands. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Execution(ExecutionMode.CONCURRENT)
final class RunCommandTest {
  private static final String ENDLESS = "steps=100000000";
  private static final int HUP = 1;
  private static final int INT = 2;

  @TempDir private Path temp;

  private RunProcess start(List<String> command, Object... options) throws Exception {
    return RunProcess.start(temp, Map.of(), RunProcess.line(command, options));
  }

  private RunProcess sh(String script, Object... options) throws Exception {
    return start(List.of("sh", "-c", script), options);
  }

  private static String quoted(List<String> command) {
    return "'" + String.join("' '", command) + "'";
  }

  private long newestStep() {
    Store store = Store.open(temp.resolve("job.holdfast"), Disk.local());
    try (StoredVersion newest = store.newest().orElseThrow()) {
      return newest.info().state().step();
    }
  }

  // What is passed through ------------------------------------------------------------------------

  @Test
  void streams_ofCommand_passThroughByteForByte() throws Exception {
    byte[] input = new byte[300_000];
    new Random(7).nextBytes(input);
    Path in = Files.write(temp.resolve("in"), input);
    Path out = temp.resolve("out");
    ProcessBuilder run =
        Command.process(List.of(), "run", "--", "sh", "-c", "cat; echo from the command >&2");
    Process process =
        run.redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .directory(temp.toFile())
            .start();
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), err);
    assertArrayEquals(input, Files.readAllBytes(out));
    assertTrue(err.contains("from the command\n"), err);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 42, 64, 70, 75, 78, 126, 127, 143})
  void code_ofCommand_isPassedThrough(int code) throws Exception {
    try (RunProcess run = sh("exit " + code, "--retries", 0)) {
      assertEquals(code, run.exit(), run::toString);
      assertEquals("", run.out());
    }
  }

  @ParameterizedTest
  @CsvSource({"KILL, 137", "SEGV, 139", "TERM, 143"})
  void signal_thatEndsCommand_isCodeAsInAShell(String signal, int code) throws Exception {
    try (RunProcess run = sh("kill -s " + signal + " $$", "--retries", 0)) {
      assertEquals(code, run.exit(), run::toString);
    }
  }

  @Test
  void arguments_afterTheCommand_areItsOwn() throws Exception {
    try (RunProcess run =
        RunProcess.start(temp, Map.of(), "echo", "--store", "x", "-h", "--", "a  b")) {
      assertEquals(0, run.exit(), run::toString);
      assertEquals("--store x -h -- a  b\n", run.out());
    }
  }

  @Test
  void settings_onTheCommandLine_reachTheCommand() throws Exception {
    String script = "echo $HOLDFAST_STORE $HOLDFAST_MTTF $HOLDFAST_POLICY $HOLDFAST_WALLTIME";
    try (RunProcess run =
        sh(script, "--store", "a/b", "--mttf", "12h", "--policy", "daly", "--time-limit", "1h")) {
      assertEquals(0, run.exit(), run::toString);
      assertTrue(run.out().matches(temp.toRealPath() + "/a/b 12h daly 3[56]..s\n"), run::toString);
    }
  }

  @Test
  void signals_ofCommand_haveTheirDefaults() throws Exception {
    try (RunProcess run = sh("grep SigIgn /proc/self/status")) {
      assertEquals(0, run.exit(), run::toString);
      long ignored = Long.parseUnsignedLong(run.out().strip().split("\\s+", -1)[1], 16);
      assertEquals(0, ignored & (1L << 9 | 1L << 14 | 1L << 23), run::toString);
    }
  }

  // What cannot be run ----------------------------------------------------------------------------

  @Test
  void program_missing_is127InASentence() throws Exception {
    try (RunProcess run = start(List.of("no-such-program"))) {
      assertEquals(127, run.exit());
      assertEquals(1, run.err().lines().count(), run::toString);
      assertTrue(run.err().startsWith("holdfast: there is no program no-such-program"), run.err());
    }
    try (RunProcess run = start(List.of("./no-such-program"))) {
      assertEquals(127, run.exit());
    }
  }

  @Test
  void program_notExecutable_is126InASentence() throws Exception {
    Files.writeString(temp.resolve("data"), "1 2 3");
    try (RunProcess run = start(List.of("./data"))) {
      assertEquals(126, run.exit());
      assertEquals(1, run.err().lines().count(), run::toString);
      assertTrue(run.err().contains("chmod +x"), run.err());
    }
  }

  // Failures --------------------------------------------------------------------------------------

  @Test
  void command_failingByItself_isGivenUp() throws Exception {
    try (RunProcess run = sh("echo x; exit 9", "--retries", 1)) {
      assertEquals(9, run.exit());
      assertEquals("x\nx\n", run.out());
      assertTrue(
          run.err()
              .contains(
                  "no progress: 2 attempts in a row, none made a version; the command fails by"
                      + " itself; last exit code 9"),
          run::toString);
    }
  }

  @Test
  void code_thatIsFinal_isNotRetried() throws Exception {
    try (RunProcess run = sh("echo x; exit 66")) {
      assertEquals(66, run.exit());
      assertEquals("x\n", run.out());
    }
  }

  @Test
  void command_thatMakesVersions_isStartedAgainUntilItIsDone() throws Exception {
    List<String> job = RunProcess.job("steps=40", "every=5", "crash=12", "code=1");
    try (RunProcess run = start(job, "--retries", 1)) {
      assertEquals(0, run.exit(), run::toString);
      assertTrue(run.out().contains("sum 780.0"), run::toString);
      assertEquals(3, run.err().split("starting it again in 1.0 s", -1).length - 1, run::toString);
    }
  }

  @Test
  void command_killed_goesOnFromItsVersion() throws Exception {
    try (RunProcess run = start(RunProcess.job("steps=3000", "every=100"))) {
      run.awaitOut("step 400\n");
      RunProcess.signal("KILL", run.child());
      run.awaitErr("SIGKILL (exit code 137); starting it again");
      assertEquals(0, run.exit(), run::toString);
      assertTrue(run.out().contains("sum 4498500.0"), run::toString);
      assertTrue(run.err().contains("resuming version"), run::toString);
    }
  }

  // Stops -----------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "USR1", "XCPU", "HUP", "INT"})
  void signal_toSupervisor_stopsAtACheckpoint(String signal) throws Exception {
    assumeFalse(signal.equals("HUP") && SystemFacts.signalIgnored(HUP), "runs under nohup");
    assumeFalse(signal.equals("INT") && SystemFacts.signalIgnored(INT), "runs in the background");
    try (RunProcess run = start(RunProcess.job(ENDLESS))) {
      run.awaitOut("step 20\n");
      run.signal(signal);
      assertEquals(75, run.exit(), run::toString);
      assertTrue(newestStep() > 20);
    }
  }

  @Test
  void signal_withAShellBetween_reachesTheHolderOfTheStore() throws Exception {
    String script = quoted(RunProcess.job(ENDLESS)) + "; echo the shell goes on";
    try (RunProcess run = sh(script)) {
      run.awaitOut("step 20\n");
      run.signal("TERM");
      assertEquals(75, run.exit(), run::toString);
      assertTrue(run.out().contains("the shell goes on"), run::toString);
      assertTrue(newestStep() > 20);
    }
  }

  @Test
  void stopCode_said_replaces75() throws Exception {
    try (RunProcess run = start(RunProcess.job(ENDLESS), "--stop-code", 99)) {
      run.awaitOut("step 20\n");
      run.signal("TERM");
      assertEquals(99, run.exit(), run::toString);
    }
  }

  @Test
  void command_thatIgnoresTheSignal_isKilledAfterItsGrace() throws Exception {
    String script = "trap '' TERM; echo ready; while :; do sleep 1; done";
    try (RunProcess run = sh(script, "--grace", "200ms")) {
      run.awaitOut("ready");
      run.signal("TERM");
      assertEquals(137, run.exit(), run::toString);
      assertTrue(run.err().contains("within its grace"), run::toString);
    }
  }

  @Test
  void interrupt_twice_endsAtOnce() throws Exception {
    assumeFalse(SystemFacts.signalIgnored(INT), "runs in the background");
    String script = "trap '' TERM; echo ready; while :; do sleep 1; done";
    try (RunProcess run = sh(script)) {
      run.awaitOut("ready");
      run.signal("INT");
      run.awaitErr("stopping at a checkpoint (SIGINT)");
      run.signal("INT");
      assertEquals(130, run.exit(), run::toString);
    }
  }

  @Test
  void command_suspended_hearsTheSignalAllTheSame() throws Exception {
    try (RunProcess run = start(RunProcess.job(ENDLESS))) {
      run.awaitOut("step 20\n");
      RunProcess.signal("STOP", run.child());
      run.signal("TERM");
      assertEquals(75, run.exit(), run::toString);
    }
  }

  @Test
  void signal_whilePausing_endsWithoutAnotherStart() throws Exception {
    try (RunProcess run = sh("echo x; [ $(grep -c x out*.txt) -ge 4 ] && exit 9; exit 9")) {
      run.awaitErr("starting it again in 4.0 s");
      run.signal("TERM");
      assertEquals(143, run.exit(), run::toString);
      assertEquals("x\nx\nx\n", run.out());
    }
  }

  @Test
  void timeLimit_over_is124WithAVersion() throws Exception {
    try (RunProcess run = start(RunProcess.job(ENDLESS), "--time-limit", "15s")) {
      assertEquals(124, run.exit(), run::toString);
      assertTrue(newestStep() > 0);
    }
  }

  @Test
  void timeLimit_ofCommandWithoutCheckpoints_is124() throws Exception {
    try (RunProcess run = start(List.of("sleep", "1000"), "--time-limit", "500ms")) {
      assertEquals(124, run.exit(), run::toString);
    }
  }

  // Hangs -----------------------------------------------------------------------------------------

  @Test
  void command_thatHangs_isDiagnosedAndEnded() throws Exception {
    List<String> hanging = DrillPrograms.java("dev.holdfast.cli.planted.Hanging");
    try (RunProcess run = start(hanging, "--hang", "8s", "--retries", 0)) {
      assertEquals(137, run.exit(), run::toString);
      assertTrue(run.err().contains("the command hangs"), run::toString);
      assertTrue(run.err().contains("(java): state S"), run::toString);
      assertTrue(run.out().contains("dev.holdfast.cli.planted.Hanging.main"), run::toString);
    }
  }

  // One writer, and what is left behind -----------------------------------------------------------

  @Test
  void copy_ofARunningJob_endsWith5() throws Exception {
    try (RunProcess first = start(RunProcess.job(ENDLESS))) {
      first.awaitOut("step 20\n");
      try (RunProcess second = start(RunProcess.job(ENDLESS))) {
        assertEquals(5, second.exit(), second::toString);
        assertFalse(second.err().contains("starting it again"), second::toString);
      }
      first.signal("TERM");
      assertEquals(75, first.exit());
    }
  }

  @Test
  void supervisor_killed_leavesAStateThatTheNextStartGoesOnFrom() throws Exception {
    // With a shell between, so that the kernel ends only the shell with the supervisor.
    String script = quoted(RunProcess.job("steps=3000", "every=100")) + "; exit $?";
    long shell;
    try (RunProcess first = sh(script)) {
      first.awaitOut("step 400\n");
      shell = first.child();
      first.signal("KILL");
      assertEquals(137, first.exit());
    }
    try (RunProcess second = sh(script)) {
      assertEquals(0, second.exit(), second::toString);
      assertTrue(second.err().contains("left by a supervisor"), second::toString);
      assertTrue(second.out().contains("sum 4498500.0"), second::toString);
      assertTrue(second.err().contains("resuming version"), second::toString);
    }
    assertFalse(RunProcess.alive(shell));
    assertFalse(Files.exists(temp.resolve(".holdfast.run")), "the notes are gone");
  }

  @Test
  void processes_leftRunning_areToldAndEnded() throws Exception {
    String script =
        "i=0; while [ $i -lt 30 ]; do (trap '' TERM HUP; sleep 1000) & echo $!; i=$((i+1)); done";
    try (RunProcess run = sh(script)) {
      assertEquals(0, run.exit(), run::toString);
      List<String> pids = new ArrayList<>(run.out().lines().toList());
      assertEquals(30, pids.size());
      assertTrue(pids.stream().noneMatch(pid -> RunProcess.alive(Long.parseLong(pid))));
      assertTrue(run.err().contains("ending what it left running"), run::toString);
    }
  }

  @Test
  void store_ofACompleteJob_startsNothing() throws Exception {
    Path store = temp.resolve("job.holdfast");
    try (RunProcess run = start(RunProcess.job("steps=5"), "--store", store)) {
      assertEquals(0, run.exit(), run::toString);
    }
    try (RunProcess run = sh("echo started", "--store", store)) {
      assertEquals(0, run.exit(), run::toString);
      assertEquals("", run.out());
      assertTrue(run.err().contains("the job is complete"), run::toString);
    }
    try (Stream<Path> left = Files.list(temp)) {
      assertTrue(left.noneMatch(path -> path.toString().endsWith(".run")));
    }
  }
}
