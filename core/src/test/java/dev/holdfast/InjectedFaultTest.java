// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernel refuses system calls of the thread that writes versions, in a real process, from a
 * certain moment on: the tracer is attached to that thread alone while it waits before its second
 * version. The program goes on; what fails is told; nothing acknowledged is lost; the versions of
 * the next attempt hold.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class InjectedFaultTest {
  private static final String MOMENT = "version.create.before:2";

  @TempDir private Path temp;
  private final SoakReference reference = new SoakReference();
  private int failed;

  @BeforeAll
  static void needStrace() throws IOException {
    boolean works;
    try {
      Process child = new ProcessBuilder("sleep", "60").start();
      Process strace = strace(child.pid(), "inject=close:error=EIO");
      works = awaitTraced(child.pid(), child.pid(), strace);
      child.destroyForcibly();
      strace.destroy();
    } catch (IOException e) {
      works = false;
    }
    assumeTrue(works, "skipped: no strace here that may be attached to a process");
  }

  private static Process strace(long thread, String inject) throws IOException {
    String calls = inject.substring("inject=".length(), inject.indexOf(':'));
    return new ProcessBuilder(
            "strace",
            "-qq",
            "-o",
            "/dev/null",
            "-p",
            Long.toString(thread),
            "-e",
            "trace=" + calls,
            "-e",
            inject)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Waits until a thread is traced; false when the tracer gives up. */
  private static boolean awaitTraced(long pid, long thread, Process strace) throws IOException {
    Path status = Path.of("/proc/" + pid + "/task/" + thread + "/status");
    while (strace.isAlive()) {
      if (Files.readAllLines(status).stream().anyMatch(l -> l.matches("TracerPid:\\s+[1-9].*"))) {
        return true;
      }
      LockSupport.parkNanos(2_000_000);
    }
    return false;
  }

  private static long writerThread(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).strip().equals("holdfast-writer")) {
          return Long.parseLong(thread.getFileName().toString());
        }
      }
    }
    throw new AssertionError("no thread of that name");
  }

  /**
   * Each is a system call with errors; the first with every error once, the second as often as the
   * second try needs too, the third for ever.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pwrite64: EIO,1 ENOSPC,1 EDQUOT,1..2 EROFS,1+",
        "fdatasync: EIO,1 ENOSPC,1 EDQUOT,1..3+2 EROFS,1+",
        "fsync: EIO,1 ENOSPC,1..2 EROFS,1+",
        "?link,linkat: EIO,1 EDQUOT,1 ENOSPC,1..2 EROFS,1+",
        "close: EIO,1 EDQUOT,1",
        "openat: EMFILE,1 EACCES,1 ESTALE,2",
        "getdents64: EIO,1 ESTALE,1..2",
      })
  void systemCalls_refused_theJobGoesOnAndNothingAcknowledgedIsLost(String faults)
      throws Exception {
    SoakJob job = new SoakJob(temp, "tick", reference);
    String calls = faults.substring(0, faults.indexOf(':'));
    for (String fault : faults.substring(calls.length() + 2).split(" ", -1)) {
      String[] parts = fault.split(",", -1);
      boolean forEver = parts[1].endsWith("+");
      failed = 0;
      String told = run(job, calls, parts[0], parts[1], forEver ? 1 : 0);
      String how = calls + " " + fault + ": " + told;
      assertEquals(failed > 0, told.contains("version of step "), how);
      assertTrue(failed > 0 || !forEver, how);
    }
    assertHolds(job);
  }

  /** Signals interrupt every second call. */
  @ParameterizedTest
  @ValueSource(strings = {"pwrite64,fdatasync,fsync"})
  void systemCalls_interruptedAllTheTime_areRepeated(String calls) throws Exception {
    SoakJob job = new SoakJob(temp, "tick", reference);
    String told = run(job, calls, "EINTR", "1+2", 0);
    assertEquals(0, failed, told);
    assertHolds(job);
  }

  /** What cannot be tidied up costs no version; the next attempt sweeps. */
  @ParameterizedTest
  @ValueSource(strings = {"EIO", "EROFS"})
  void deletions_refusedForEver_costNoVersion(String errno) throws Exception {
    SoakJob job = new SoakJob(temp, "tick", reference);
    String told = run(job, "?unlink,unlinkat,?rename,renameat,renameat2", errno, "1+", 0);
    assertEquals(0, failed, told);
    assertHolds(job);
  }

  /** Runs the job on for a while, with refused calls, and returns what it told. */
  private String run(SoakJob job, String calls, String errno, String when, int exitCode)
      throws Exception {
    long target = job.acknowledgedStep() + 60;
    try (ChildJvm child =
        job.start(Map.of(), "target=" + target, "interval=3600000", "point=" + MOMENT)) {
      child.expect("AT", job::heard);
      long thread = writerThread(child.pid());
      Process strace = strace(thread, "inject=" + calls + ":error=" + errno + ":when=" + when);
      try {
        assertTrue(awaitTraced(child.pid(), thread, strace), "the tracer ended");
        child.send("go on");
        int code = child.awaitExit(line -> heard(job, line));
        assertEquals(exitCode, code, () -> calls + " " + errno + "," + when + child.errors());
      } finally {
        strace.destroy();
      }
      return child.errors();
    }
  }

  private void heard(SoakJob job, String line) {
    if (line.startsWith("FAILED ")) {
      failed++;
    } else {
      job.heard(line);
    }
  }

  /** The next attempt restores what was acknowledged, and leaves a store without a flaw. */
  private static void assertHolds(SoakJob job) throws IOException {
    for (int i = 0; i < 2; i++) {
      long target = job.acknowledgedStep() + 9;
      try (ChildJvm next = job.start(Map.of(), "target=" + target)) {
        assertEquals(0, next.awaitExit(job::heard), next.errors());
      }
    }
    job.checkFile();
    VerifyReport report = Verifier.verify(job.store(), Disk.local());
    assertEquals(List.of(), report.findings());
    assertEquals(report.versions(), report.usable());
    assertEquals(List.of(), report.notes());
  }
}
