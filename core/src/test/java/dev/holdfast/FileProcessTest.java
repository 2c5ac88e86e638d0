// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.FileSession.Progress;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that write restart files while they are watched. */
final class FileProcessTest {
  @TempDir private Path folder;
  private FileJob job;

  @BeforeEach
  void begin() {
    job = new FileJob(folder);
  }

  /** A process that says a line when it has come to a point, and goes on when it hears one. */
  private final class Writing implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;
    private final Writer hears;

    Writing(String... command) throws IOException {
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      said = process.inputReader();
      hears = process.outputWriter();
    }

    void reaches(String point) throws IOException {
      assertEquals(point, said.readLine());
    }

    void goOn() throws IOException {
      hears.write("\n");
      hears.flush();
    }

    void ends() throws InterruptedException {
      assertEquals(0, process.waitFor());
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  private static void requirePython() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "python3")));
    assumeTrue(there, "no python3 here");
  }

  @Test
  void fileHeldOpenForWriting_isNotCommitted_howeverLongItIsQuiet() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
    String script = "exec 3>chk; printf half >&3; echo half; read x; printf ' and half' >&3";
    try (FileSession session = job.start(job.files("chk"));
        Writing writing = new Writing("sh", "-c", script)) {
      writing.reaches("half");
      for (int i = 0; i < 3; i++) {
        assertEquals(0, job.settle(session).version());
      }
      String obstacle = session.look().obstacle();
      assertTrue(obstacle.contains("chk open"), obstacle);
      writing.goOn();
      writing.ends();
      job.settle(session);
      assertEquals(2, job.settle(session).version());
      assertEquals(-1, job.mismatchOfNewest("chk", FileJob.bytes("half and half")));
    }
  }

  @Test
  void fileHeldOpenForReading_isCommitted() throws Exception {
    job.write("chk", "whole");
    try (FileSession session = job.start(job.files("chk"));
        Writing reading = new Writing("sh", "-c", "exec 3<chk; echo open; read x")) {
      reading.reaches("open");
      assertEquals(2, job.settle(session).version());
    }
  }

  @Test
  void fileMappedForWriting_isNotCommitted() throws Exception {
    requirePython();
    String script =
        """
        import mmap, sys
        with open('chk', 'w+b') as f:
            f.write(bytes(8192))
            f.flush()
            m = mmap.mmap(f.fileno(), 8192)
        print('mapped', flush=True)
        sys.stdin.readline()
        m[0] = 65
        m.close()
        """;
    try (FileSession session = job.start(job.files("chk"));
        Writing writing = new Writing("python3", "-c", script)) {
      writing.reaches("mapped");
      for (int i = 0; i < 3; i++) {
        assertEquals(0, job.settle(session).version());
      }
      writing.goOn();
      writing.ends();
      job.settle(session);
      assertEquals(2, job.settle(session).version());
      byte[] wanted = new byte[8192];
      wanted[0] = 65;
      assertEquals(-1, job.mismatchOfNewest("chk", wanted));
    }
  }

  /**
   * Two files, written over again and again without a pause worth speaking of, and a time to settle
   * of nothing: whatever is committed must be of one round, and markers must hold.
   */
  @Test
  void filesWrittenOverWithoutPause_neverAMixedOrTornVersion() throws Exception {
    requirePython();
    String script =
        """
        import os, sys
        n = 0
        print('begin', flush=True)
        while True:
            n += 1
            text = ('%08d' % n) * 40000
            for name in ('a', 'b'):
                try:
                    os.remove(name + '.ok')
                except FileNotFoundError:
                    pass
            for name in ('a', 'b'):
                with open(name + '.chk', 'r+' if os.path.exists(name + '.chk') else 'w') as f:
                    f.write(text)
            for name in ('a', 'b'):
                open(name + '.ok', 'w').close()
            if n % 5 == 0:
                print('rest', flush=True)
                sys.stdin.readline()
        """;
    RestartFiles files =
        new RestartFiles(
            folder, List.of("a.chk", "b.chk"), List.of("a.ok", "b.ok"), 0, Duration.ZERO);
    try (FileSession session = job.start(files);
        Writing writing = new Writing("python3", "-c", script)) {
      writing.reaches("begin");
      for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 20; i++) {
          job.time.move(Duration.ofSeconds(1));
          job.look(session);
        }
        writing.reaches("rest");
        job.lookUntil(session, progress -> newestIsWhole(progress, session));
        writing.goOn();
      }
    }
    for (long version : job.versions()) {
      requireOneRound(version);
    }
  }

  private boolean newestIsWhole(Progress progress, FileSession session) {
    job.time.move(Duration.ofSeconds(1));
    Progress now = job.look(session);
    return progress.version() > 0 && now.obstacle().isEmpty();
  }

  private void requireOneRound(long number) throws IOException {
    try (StoredVersion version = Store.open(job.store(), Disk.local()).version(number)) {
      String a = FileJob.text(version, version.regionNamed("a.chk"));
      String b = FileJob.text(version, version.regionNamed("b.chk"));
      assertEquals(320_000, a.length());
      assertEquals(a.substring(0, 8).repeat(40_000), a, "torn");
      assertEquals(a, b, "mixed");
    }
  }

  /** Without markers a program that never rests never has a whole state. */
  @Test
  void unmarkedFileWrittenOverWithoutPause_isNeverCommitted() throws Exception {
    String script = "while read x; do printf x >> chk; echo wrote; done";
    try (FileSession session = job.start(job.files("chk"));
        Writing writing = new Writing("sh", "-c", script)) {
      for (int i = 0; i < 20; i++) {
        writing.goOn();
        writing.reaches("wrote");
        assertEquals(0, job.look(session).version());
        job.time.move(FileJob.SETTLE.minusSeconds(1));
        assertEquals(0, job.look(session).version());
      }
    }
  }

  /** What a program in any language does, word for word. */
  @Test
  void shellProgram_thatAsksForTheFlag_isServed() throws Exception {
    job.environment.put("HOLDFAST_POLICY", "1min");
    String script =
        """
        echo begin
        while [ ! -e "$1" ]; do :; done
        touch "$1"; mv "$1" "$2/writing"
        echo state > chk
        mv "$2/writing" "$2/written"
        echo written; read x
        """;
    try (FileSession session = job.start(job.files("chk"))) {
      String due = String.valueOf(session.environment().get("HOLDFAST_DUE"));
      String control = String.valueOf(session.environment().get("HOLDFAST_DIR"));
      try (Writing program = new Writing("sh", "-c", script, "sh", due, control)) {
        program.reaches("begin");
        job.time.move(Duration.ofMinutes(1));
        session.look();
        program.reaches("written");
        assertTrue(job.look(session).answers());
        assertEquals(2, job.settle(session).version());
        assertEquals(1, session.metrics().blockedNs().getTotalCount());
      }
    }
  }
}
