// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.StopRequest;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The supervisor around a program that writes its own restart files: a shell script here. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Execution(ExecutionMode.CONCURRENT)
final class RunFilesTest {
  /** Counts to its argument; writes its state when that is due, on USR1, and at the end. */
  private static final String PROGRAM =
      """
      #!/bin/bash
      n=0
      [ -z "$HOLDFAST_RESTART" ] || n=$(cat "$HOLDFAST_RESTART")
      echo "begin $n"
      state() { echo $n > chk.dat; echo $n > chk.ok; }
      trap state USR1
      while [ $n -lt $1 ]; do
        n=$((n + 1)); echo "at $n"; sleep 0.02
        if [ -e "$HOLDFAST_DUE" ] && [ ! -e deaf ]; then
          touch "$HOLDFAST_DUE"; mv "$HOLDFAST_DUE" "$HOLDFAST_DIR/writing"
          state
          mv "$HOLDFAST_DIR/writing" "$HOLDFAST_DIR/written"
        fi
        if [ -e crash ]; then rm crash; exit 1; fi
      done
      state
      echo "end $n"
      """;

  @TempDir private Path temp;

  @BeforeEach
  void writeProgram() throws IOException {
    Path program = temp.resolve("count");
    Files.writeString(program, PROGRAM);
    assertTrue(program.toFile().setExecutable(true));
  }

  private RunProcess start(int to, Object... options) throws Exception {
    Object[] all = new Object[options.length + 4];
    System.arraycopy(options, 0, all, 4, options.length);
    all[0] = "--state";
    all[1] = "chk.dat";
    all[2] = "--done";
    all[3] = "chk.ok";
    List<String> command = List.of("./count", Integer.toString(to));
    return RunProcess.start(temp, Map.of(), RunProcess.line(command, all));
  }

  private boolean hasVersion() {
    try {
      return Store.open(temp.resolve("count.holdfast"), Disk.local()).heads(0).stream()
          .anyMatch(head -> head.type() == RecordType.VERSION);
    } catch (StoreException e) {
      return false; // there is no store yet
    }
  }

  private String lastEnd() {
    StoreRecord last = Store.open(temp.resolve("count.holdfast"), Disk.local()).records().getLast();
    return last instanceof EndRecord end ? end.ended().cause().toString() : last.toString();
  }

  @Test
  void stop_ofAProgramThatLooksAtTheFlag_isACheckpoint() throws Exception {
    try (RunProcess run = start(1_000_000)) {
      run.awaitOut("at 20\n");
      run.signal("TERM");
      assertEquals(75, run.exit(), run::toString);
      assertTrue(run.err().contains("is the newest"), run::toString);
      assertEquals("STOPPED", lastEnd());
    }
    Files.delete(temp.resolve("chk.dat"));
    Files.delete(temp.resolve("chk.ok"));
    try (RunProcess run = start(1_000_000)) {
      run.awaitOut("begin ");
      assertFalse(run.out().startsWith("begin 0\n"), run::toString);
      run.signal("TERM");
      assertEquals(75, run.exit(), run::toString);
    }
  }

  @Test
  void stop_ofAProgramThatCheckpointsOnASignal_isACheckpoint() throws Exception {
    Files.createFile(temp.resolve("deaf"));
    try (RunProcess run = start(1_000_000, "--signal-checkpoint", "USR1")) {
      run.awaitOut("at 20\n");
      run.signal("TERM");
      assertEquals(75, run.exit(), run::toString);
      assertTrue(run.err().contains("is the newest"), run::toString);
    }
  }

  @Test
  void request_toStop_endsWith75WithoutRequeue() throws Exception {
    try (RunProcess run = start(1_000_000, "--requeue")) {
      run.awaitOut("at 20\n");
      Store store = Store.open(temp.resolve("count.holdfast"), Disk.local());
      long attempt = store.heads(0).getLast().attempt();
      new StopRequest(attempt, "a test").leave(store.root(), Disk.local());
      assertEquals(75, run.exit(), run::toString);
      assertTrue(run.err().contains("not requeued: holdfast stop has ended it"), run::toString);
      assertEquals("STOPPED", lastEnd());
    }
  }

  @Test
  void program_thatFails_goesOnFromItsFiles() throws Exception {
    try (RunProcess run = start(400, "--policy", "1s")) {
      run.await("a version", this::hasVersion);
      Files.createFile(temp.resolve("crash"));
      assertEquals(0, run.exit(), run::toString);
      assertTrue(run.out().contains("end 400\n"), run::toString);
      assertTrue(run.err().contains("starting it again in 1.0 s"), run::toString);
      assertTrue(run.out().lastIndexOf("begin 0\n") == 0, run::toString);
      assertEquals("COMPLETE", lastEnd());
    }
    try (RunProcess again = start(400)) {
      assertEquals(0, again.exit(), again::toString);
      assertEquals("", again.out(), "a complete job is not started");
    }
  }

  @Test
  void supervisor_killed_goesOnFromTheFiles() throws Exception {
    try (RunProcess run = start(1_000_000, "--policy", "1s")) {
      run.await("a version", this::hasVersion);
      int line = run.out().length();
      run.await("more", () -> run.out().length() > line + 500);
      run.signal("KILL");
      assertEquals(137, run.exit());
    }
    try (RunProcess run = start(1_000_000)) {
      run.awaitOut("begin ");
      assertFalse(run.out().startsWith("begin 0\n"), run::toString);
      run.signal("TERM");
      assertEquals(75, run.exit(), run::toString);
    }
  }

  @Test
  void copy_ofARunningJob_endsWith5() throws Exception {
    try (RunProcess first = start(1_000_000)) {
      first.awaitOut("at 5\n");
      try (RunProcess second = start(1_000_000)) {
        assertEquals(5, second.exit(), second::toString);
        assertEquals("", second.out());
      }
      first.signal("TERM");
      assertEquals(75, first.exit(), first::toString);
    }
  }

  @Test
  void pattern_thatMatchesNothing_isToldAndTheCodeStays() throws Exception {
    try (RunProcess run =
        RunProcess.start(
            temp,
            Map.of(),
            RunProcess.line(
                List.of("sh", "-c", "exit 7"), "--state", "none*.h5", "--retries", 0))) {
      assertEquals(7, run.exit(), run::toString);
      assertTrue(run.err().contains("nothing was kept of --state none*.h5 in "), run::toString);
      assertTrue(run.err().contains(temp.toRealPath().toString()), run::toString);
    }
  }

  @Test
  void store_thatCannotBeMade_isASentence() throws Exception {
    try (RunProcess run = start(10, "--store", "no/such/folder/x.holdfast")) {
      int code = run.exit();
      assertTrue(code == 4 || code == 74, run::toString);
      assertEquals("", run.out());
      assertFalse(run.err().contains("\tat "), run::toString);
    }
  }
}
