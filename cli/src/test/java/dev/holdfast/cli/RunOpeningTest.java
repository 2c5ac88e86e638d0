// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.FileSession;
import dev.holdfast.RestartFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that may have to share their store with one on another host. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RunOpeningTest {
  @TempDir private Path temp;
  private Path store;

  @BeforeEach
  void name() {
    store = temp.resolve("job.holdfast");
  }

  /** {@code holdfast run} around a command that writes its own restart file. */
  private RunProcess run(Map<String, String> environment, String script) throws Exception {
    List<String> command = List.of("sh", "-c", script);
    return RunProcess.start(
        temp, environment, RunProcess.line(command, "--state", "chk", "--store", store));
  }

  private void makeVersion() throws Exception {
    try (RunProcess first = run(Map.of(), "echo one > chk")) {
      assertEquals(0, first.exit(), first::toString);
    }
    FarHolder.open(store);
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130", "USR1, 75"})
  void signal_whileTheStoreIsWaitedFor_endsAtOnceAndLeavesNothing(String signal, int code)
      throws Exception {
    makeVersion();
    List<Path> before = FarHolder.records(store);
    try (RunProcess run = run(Map.of(), "echo began")) {
      run.awaitErr("waiting up to 150 s for a sign of life");
      run.signal(signal);
      assertEquals(code, run.exit(), run::toString);
      assertTrue(
          run.err().contains("given up (SIG" + signal + ") while waiting for " + store),
          run::toString);
      assertTrue(
          code == 75 || run.err().contains("before the command was started; exit code " + code),
          run::toString);
      assertEquals("", run.out());
    }
    assertEquals(before, FarHolder.records(store));
    assertFalse(Files.exists(temp.resolve("job.holdfast.run")));
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "USR1, 138"})
  void signal_whileAJobWaitsForItsStore_endsItAtOnceAndLeavesNothing(String signal, int code)
      throws Exception {
    try (RunProcess first =
        RunProcess.start(temp, Map.of(), RunProcess.line(RunProcess.job("steps=3")))) {
      assertEquals(0, first.exit(), first::toString);
    }
    FarHolder.open(store);
    List<Path> before = FarHolder.records(store);
    Path err = temp.resolve("job.err");
    Process job =
        new ProcessBuilder(RunProcess.job("steps=9"))
            .directory(temp.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      awaitText(err, "waiting up to 150 s for a sign of life");
      RunProcess.signal(signal, job.pid());
      assertTrue(job.waitFor(60, TimeUnit.SECONDS));
      String told = Files.readString(err);
      assertEquals(code, job.exitValue(), told);
      assertTrue(told.contains("given up (SIG" + signal + ") while waiting for "), told);
      assertFalse(told.contains("\tat "), told);
      assertEquals(before, FarHolder.records(store));
    } finally {
      job.destroyForcibly();
    }
  }

  private static void awaitText(Path file, String text) throws Exception {
    long begin = System.nanoTime();
    while (!Files.readString(file).contains(text)) {
      assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(60), text + " never came");
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Test
  void store_takenOverBeforeTheCommandEnds_is5NotDone() throws Exception {
    try (RunProcess run = run(Map.of(), "echo began; until [ -e go ]; do sleep 0.05; done")) {
      run.awaitOut("began");
      try (FileSession _ =
          FileSession.open(
              "job",
              RestartFiles.of(temp, "chk"),
              Map.of("HOLDFAST_STORE", store.toString(), "HOLDFAST_BREAK_LOCK", "1"))) {
        Files.createFile(temp.resolve("go"));
        assertEquals(5, run.exit(), run::toString);
        assertTrue(run.err().contains("was taken over by "), run::toString);
      }
    }
  }

  @Test
  void settingThatCannotWork_ends78_andStartsNothing(@TempDir Path folder) throws Exception {
    Path begun = folder.resolve("begun");
    ProcessBuilder run =
        Command.process(
            List.of(),
            "run",
            "--store",
            folder.resolve("a.holdfast"),
            "--state",
            "q*",
            "--",
            "touch",
            begun);
    run.directory(folder.toFile()).environment().put("HOLDFAST_MTTF", "abc");
    Command.finish(run.start()).mustFail(ExitCode.BAD_CONFIGURATION, "HOLDFAST_MTTF \"abc\"");
    assertFalse(Files.exists(begun));
  }
}
