// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.io.Disk;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * File systems that are really full, really read-only, and processes at their real limits. The
 * trouble begins while the writing thread waits before its second version, and ends once a version
 * has failed: the program goes on, is told why and what helps, and its next version holds.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class RealDiskTest {
  private static final String MOMENT = "point=version.create.before:2";

  @TempDir private Path temp;
  private Path mounted = Path.of("");

  @AfterEach
  void unmount() throws Exception {
    if (!mounted.toString().isEmpty()) {
      run("umount", "-l", mounted.toString());
    }
  }

  /** Something that goes wrong, and what puts it right. */
  private interface Step {
    void on(ChildJvm child) throws Exception;
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** A job whose store lies on a file system of its own, in memory. */
  private SoakJob jobOnOwnFileSystem(String options) throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    boolean works = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString());
    assumeTrue(works, "skipped: nothing can be mounted here");
    mounted = disk;
    SoakJob job = new SoakJob(temp, "tick", new SoakReference());
    Files.createSymbolicLink(job.store(), Files.createDirectory(disk.resolve("store")));
    return job;
  }

  private void assertGoesOn(SoakJob job, ChildJvm child, Step trouble, Step relief, String... told)
      throws Exception {
    child.expect("AT", job::heard);
    trouble.on(child);
    child.send("go on");
    child.expect("FAILED", job::heard);
    relief.on(child);
    child.expect("ACK", line -> heardOrFailed(job, line));
    child.signal("TERM");
    assertEquals(75, child.awaitExit(line -> heardOrFailed(job, line)), child.errors());
    for (String words : told) {
      assertTrue(child.errors().contains(words), () -> words + " expected:\n" + child.errors());
    }
    try (ChildJvm next = job.start(Map.of(), "target=" + (job.acknowledgedStep() + 100))) {
      assertEquals(0, next.awaitExit(job::heard), next.errors());
    }
    job.checkFile();
    VerifyReport report = Verifier.verify(job.store(), Disk.local());
    assertEquals(List.of(), report.findings());
    assertEquals(report.versions(), report.usable());
  }

  private static void heardOrFailed(SoakJob job, String line) {
    if (!line.startsWith("FAILED")) {
      job.heard(line);
    }
  }

  private void assertGoesOn(SoakJob job, Step trouble, Step relief, String... told)
      throws Exception {
    try (ChildJvm child = job.start(Map.of(), MOMENT)) {
      assertGoesOn(job, child, trouble, relief, told);
    }
  }

  @Test
  void fileSystem_full_theJobGoesOnAndTheNextVersionHolds() throws Exception {
    SoakJob job = jobOnOwnFileSystem("size=4m");
    Path filler = mounted.resolve("filler");
    assertGoesOn(
        job,
        child -> {
          try (var out = Files.newOutputStream(filler)) {
            while (true) {
              out.write(new byte[4096]);
            }
          } catch (IOException e) {
            assertTrue(Files.size(filler) > 0, e.toString());
          }
        },
        child -> Files.delete(filler),
        "No space left on device",
        "free space there");
  }

  @Test
  void inodes_usedUp_areNamedAndTheNextVersionHolds() throws Exception {
    SoakJob job = jobOnOwnFileSystem("size=8m,nr_inodes=64");
    List<Path> fillers = new ArrayList<>();
    assertGoesOn(
        job,
        child -> {
          try {
            while (true) {
              fillers.add(Files.createFile(mounted.resolve("filler" + fillers.size())));
            }
          } catch (IOException e) {
            assertTrue(!fillers.isEmpty(), e.toString());
          }
        },
        child -> {
          for (Path filler : fillers) {
            Files.delete(filler);
          }
        },
        "No space left on device",
        "inodes where df still shows space (df -i)");
  }

  @Test
  void fileSystem_remountedReadOnly_theJobGoesOnAndTheNextVersionHolds() throws Exception {
    SoakJob job = jobOnOwnFileSystem("size=8m");
    assertGoesOn(
        job,
        child -> assertTrue(run("mount", "-o", "remount,ro", mounted.toString())),
        child -> assertTrue(run("mount", "-o", "remount,rw", mounted.toString())),
        "Read-only file system",
        "ask the administrator");
  }

  private static Step limit(String resource, String soft) {
    return child ->
        assumeTrue(
            run("prlimit", "--pid", Long.toString(child.pid()), "--" + resource + "=" + soft + ":"),
            "skipped: no prlimit here");
  }

  /** As under ulimit -f; the system sends SIGXFSZ as well. */
  @Test
  void fileSize_limited_theJobGoesOnAndTheNextVersionHolds() throws Exception {
    SoakJob job = new SoakJob(temp, "tick", new SoakReference());
    assertGoesOn(
        job, limit("fsize", "4096"), limit("fsize", "unlimited"), "File too large", "ulimit -f");
  }

  /**
   * As under ulimit -n, reached by the program's own files. The classes come from archives that are
   * open, as they do in production: a class that cannot be loaded is another failure.
   */
  @Test
  void openFiles_limited_theJobGoesOnAndTheNextVersionHolds() throws Exception {
    SoakJob job = new SoakJob(temp, "tick", new SoakReference());
    String[] command = {
      "-cp",
      archives(),
      SoakWorker.class.getName(),
      "store=" + job.store(),
      "out=" + job.out(),
      "loop=tick",
      MOMENT
    };
    try (ChildJvm child = new ChildJvm(temp, Map.of(), List.of(), command)) {
      assertGoesOn(
          job,
          child,
          limit("nofile", "4"),
          limit("nofile", "1024"),
          "Too many open files",
          "raise the limit on open files (ulimit -n), here ");
    }
  }

  /** This class path, with an archive for every directory. */
  private String archives() {
    ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
    List<String> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.isDirectory(Path.of(entry))) {
        String archive = temp.resolve("classes" + path.size() + ".jar").toString();
        assertEquals(0, jar.run(System.out, System.err, "cf0", archive, "-C", entry, "."));
        path.add(archive);
      } else {
        path.add(entry);
      }
    }
    return String.join(File.pathSeparator, path);
  }
}
