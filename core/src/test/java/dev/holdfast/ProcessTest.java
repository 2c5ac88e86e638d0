// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.holdfast.storage.Holding;
import dev.holdfast.storage.Liveness;
import dev.holdfast.storage.StopRequest;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.SystemFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only a process of its own can show: environment, signals and exit codes. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ProcessTest {
  private static final Map<String, String> RESTARTED =
      Map.of("SLURM_JOB_ID", "12", "SLURM_RESTART_COUNT", "1");

  @TempDir private Path temp;
  private SoakJob job;

  @BeforeEach
  void makeJob() {
    job = new SoakJob(temp, "steps", new SoakReference());
  }

  private void runTo(long target) throws IOException {
    try (ChildJvm child = job.start(Map.of(), "target=" + target)) {
      assertEquals(0, child.awaitExit(job::heard), child.errors());
    }
  }

  /** A signal that is ignored since before this JVM's start is ignored by its children too. */
  private static void assumeHeard(int signal) {
    assumeFalse(SystemFacts.signalIgnored(signal), "signal " + signal + " is ignored here");
  }

  @ParameterizedTest
  @CsvSource({"TERM, 15", "USR1, 10", "XCPU, 24", "HUP, 1", "INT, 2"})
  void signal_any_stopsAtABoundaryWithVersion(String signal, int number) throws Exception {
    assumeHeard(number);
    try (ChildJvm child = job.start(Map.of())) {
      job.heard(child.expect("ACK", job::heard));
      child.signal(signal);
      assertEquals(75, child.awaitExit(job::heard), child.errors());
      String told = child.errors();
      assertTrue(
          told.contains("stopping after this step (SIG" + signal + "); last version "), told);
      assertTrue(told.contains("durable; run again to go on"), told);
    }
    runTo(job.acknowledgedStep());
    job.checkFile();
  }

  @Test
  void request_leftInTheStore_stopsAtABoundaryWithVersion() throws Exception {
    String by = "ada on n007 with holdfast stop";
    try (ChildJvm child = job.start(Map.of(), "target=100000000")) {
      job.heard(child.expect("ACK", job::heard));
      Store store = Store.open(job.store(), Disk.local());
      Holding holding = store.holding().orElseThrow();
      assertEquals(child.pid(), holding.holder().pid());
      assertEquals(Liveness.ALIVE, holding.liveness());
      new StopRequest(holding.attempt(), by).leave(store.root(), Disk.local());
      assertEquals(75, child.awaitExit(job::heard), child.errors());
      assertTrue(child.errors().contains("stopping after this step (asked by " + by + ")"));
      assertEquals(Optional.empty(), StopRequest.find(store.root(), Disk.local()));
      assertEquals(Optional.empty(), store.holding());
      EndRecord end = (EndRecord) store.records().getLast();
      assertEquals(EndCause.STOPPED, end.ended().cause());
      assertEquals("asked by " + by, end.ended().message());
      new StopRequest(holding.attempt(), by).leave(store.root(), Disk.local());
    }
    runTo(job.acknowledgedStep() + 10);
    assertFalse(Files.exists(job.store().resolve("STOP")), "one that came too late is taken away");
    job.checkFile();
  }

  /** As gang scheduling does; the machine may be slow, so only a lower bound is certain. */
  @Test
  void suspension_ofTheProcess_isItsOwnPartOfTheLedger() throws Exception {
    try (ChildJvm child = job.start(Map.of(), "interval=20")) {
      for (int i = 0; i < 5; i++) {
        job.heard(child.expect("ACK", job::heard));
      }
      child.awaitError("every "); // the timer runs from here on
      child.signal("STOP");
      long stopped = awaitStopped(child.pid());
      while (System.nanoTime() - stopped < 8_000_000_000L) {
        assertEquals("T", state(child.pid()));
        LockSupport.parkNanos(50_000_000);
      }
      child.signal("CONT");
      child.awaitError("stood still for ");
      for (int i = 0; i < 5; i++) {
        job.heard(child.expect("ACK", job::heard));
      }
      child.signal("TERM");
      assertEquals(75, child.awaitExit(job::heard), child.errors());
      assertTrue(child.errors().contains(" + suspended "), child.errors());
    }
    EndRecord end = (EndRecord) Store.open(job.store(), Disk.local()).records().getLast();
    Ledger ledger = end.ended().ledger();
    assertTrue(ledger.suspendedNs() >= 7_000_000_000L, ledger.toString());
    long makespanMs = ledger.atEpochMs() - ledger.firstStartEpochMs();
    assertEquals((double) makespanMs, ledger.makespanNs() / 1e6, 100, "the parts add up");
    runTo(job.acknowledgedStep());
    job.checkFile();
  }

  private static long awaitStopped(long pid) throws IOException {
    long patience = System.nanoTime() + 60_000_000_000L;
    while (!state(pid).equals("T")) {
      assertTrue(System.nanoTime() - patience < 0, "never stopped");
      LockSupport.parkNanos(1_000_000);
    }
    return System.nanoTime();
  }

  private static String state(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  }

  @Test
  void hangup_ignoredSinceTheStart_isIgnored() throws Exception {
    try (ChildJvm child = job.startUnder(List.of("nohup"), Map.of())) {
      job.heard(child.expect("ACK", job::heard));
      child.signal("HUP");
      for (int i = 0; i < 5; i++) {
        job.heard(child.expect("ACK", job::heard));
      }
      assertFalse(child.errors().contains("SIGHUP"), child.errors());
      child.signal("TERM");
      assertEquals(75, child.awaitExit(job::heard), child.errors());
    }
  }

  @Test
  void interrupt_twice_endsAtOnce() throws Exception {
    assumeHeard(2);
    try (ChildJvm child = job.start(Map.of(), "point=version.sync.before:3")) {
      child.expect("AT", job::heard); // from here on no version gets done
      child.signal("INT");
      child.awaitError("stopping after this step (SIGINT)");
      child.signal("INT");
      assertEquals(130, child.awaitExit(job::heard), child.errors());
    }
    runTo(40);
    job.checkFile();
  }

  @Test
  void restartedByScheduler_withoutStore_endsWithCode4() throws Exception {
    try (ChildJvm child = job.start(RESTARTED)) {
      assertEquals(4, child.awaitExit(job::heard), child.errors());
      assertTrue(child.errors().contains("HOLDFAST_FRESH=1"), child.errors());
    }
    assertFalse(Files.exists(job.store()));
  }

  @Test
  void endOfTheAllocation_bySlurm_isTold() throws Exception {
    long inAnHour = System.currentTimeMillis() / 1000 + 3600;
    Map<String, String> environment =
        Map.of("SLURM_JOB_ID", "12", "SLURM_JOB_END_TIME", Long.toString(inAnHour));
    try (ChildJvm child = job.start(environment, "target=10")) {
      assertEquals(0, child.awaitExit(job::heard), child.errors());
      assertTrue(child.errors().contains(", as the scheduler says"), child.errors());
    }
  }

  @Test
  void restartedByScheduler_freshOnPurpose_begins() throws Exception {
    Map<String, String> environment =
        Map.of("SLURM_JOB_ID", "12", "SLURM_RESTART_COUNT", "1", "HOLDFAST_FRESH", "1");
    try (ChildJvm child = job.start(environment, "target=10")) {
      assertEquals(0, child.awaitExit(job::heard), child.errors());
    }
  }

  @Test
  void fresh_existingStore_isSetAsideWhole() throws Exception {
    runTo(20);
    long before = job.acknowledgedStep();
    try (ChildJvm child =
        new SoakJob(temp, "steps", new SoakReference())
            .start(Map.of("HOLDFAST_FRESH", "1"), "target=5")) {
      List<String> said = new ArrayList<>();
      assertEquals(0, child.awaitExit(said::add), child.errors());
      assertTrue(said.getFirst().startsWith("RESTORED 0 "), said::toString);
    }
    assertTrue(before > 0);
    Files.move(job.store(), temp.resolve("newer"));
    Files.move(temp.resolve("store.old-1"), job.store());
    Files.move(temp.resolve("out.csv.old-1"), temp.resolve("out.csv"), REPLACE_EXISTING);
    runTo(30);
    assertTrue(job.restoredStep() >= before);
    job.checkFile();
  }

  @Test
  void setting_unclear_endsWithOneSentence() throws Exception {
    try (ChildJvm child = job.start(Map.of("HOLDFAST_MTTF", "90"))) {
      assertEquals(78, child.awaitExit(job::heard));
      String told = "holdfast: HOLDFAST_MTTF \"90\": 90 has no unit; write 90s, 90min or 90h\n";
      assertEquals(told, child.errors());
    }
    assertFalse(Files.exists(job.store()));
  }

  @Test
  void off_hasNoStoreNoThreadAndNoSignalHandler() throws Exception {
    try (ChildJvm child = job.start(Map.of("HOLDFAST", "off"), "target=6", "wait=end")) {
      child.expect("WAITING end", line -> {});
      Set<String> threads = threads(child.pid());
      assertTrue(
          threads.stream().noneMatch(name -> name.startsWith("holdfast")), threads::toString);
      child.signal("TERM");
      assertEquals(128 + 15, child.awaitExit(line -> {}), child.errors());
      assertEquals("", child.errors());
    }
    assertFalse(Files.exists(job.store()));
  }

  /** The names of a process's threads, as far as the system tells them. */
  private static Set<String> threads(long pid) throws IOException {
    Path tasks = Path.of("/proc/" + pid + "/task");
    Set<String> names = new TreeSet<>();
    if (Files.isDirectory(tasks)) {
      try (Stream<Path> all = Files.list(tasks)) {
        for (Path task : all.toList()) {
          names.add(Files.readString(task.resolve("comm")).strip());
        }
      }
    }
    return names;
  }

  @Test
  void littleMemory_warnsOnceAndKeepsTheBits() throws Exception {
    Map<String, String> environment = Map.of("HOLDFAST_MEMORY", "100KiB");
    for (int run = 0; run < 3; run++) {
      try (ChildJvm child = job.start(environment)) {
        for (int i = 0; i < 4; i++) {
          job.heard(child.expect("ACK", job::heard));
        }
        child.kill(job::heard);
        String told = child.errors();
        assertEquals(2, told.split("does not fit into 100 KiB", -1).length, told);
      }
    }
    runTo(job.acknowledgedStep() + 10); // and back again, with memory enough
    job.checkFile();
  }

  /** A code that the README explains, and a sentence; never a stack trace. */
  @ParameterizedTest
  @CsvSource({"log lost, 4", "not a store, 4", "setting, 78", "key, 78", "log is a file, 74"})
  void refusal_any_endsWithItsCode(String what, int code) throws Exception {
    runTo(3);
    Path log = job.store().resolve("log");
    Map<String, String> environment = Map.of();
    switch (what) {
      case "log lost" -> Files.move(log, temp.resolve("away"));
      case "not a store" -> {
        Files.move(job.store(), temp.resolve("away"));
        Files.createDirectory(job.store());
        Files.writeString(job.store().resolve("mine.txt"), "text");
      }
      case "setting" -> environment = Map.of("HOLDFAST_MTTF", "soon");
      case "key" -> environment = Map.of("HOLDFAST_KEY_FILE", temp.resolve("none").toString());
      default -> {
        Files.move(log, temp.resolve("away"));
        Files.writeString(log, "text");
      }
    }
    try (ChildJvm child = job.start(environment, "target=5")) {
      assertEquals(code, child.awaitExit(job::heard), child.errors());
      assertFalse(child.errors().contains("\tat "), child.errors());
      assertTrue(child.errors().contains("holdfast: "), child.errors());
    }
  }
}
