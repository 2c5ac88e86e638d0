// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store of format 1.0, frozen: every later version of Holdfast must read it. */
@Timeout(120)
final class GoldenStoreTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/format-1.0");

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> tree = Files.walk(GOLDEN)) {
      for (Path from : tree.toList()) {
        Path to = folder.resolve(GOLDEN.relativize(from).toString());
        if (Files.isDirectory(from)) {
          Files.createDirectories(to);
        } else {
          Files.copy(from, to);
        }
      }
    }
  }

  @Test
  void verify_ofTheGoldenStore_findsEveryByteSound() {
    VerifyReport report = Verifier.verify(store(), Disk.local());
    assertEquals(List.of(), report.findings());
    assertEquals(report.versions(), report.usable());
    assertTrue(report.versions().size() >= 3, report.toString());
  }

  @Test
  void records_ofTheGoldenStore_areFullVersionsAndDeltas() {
    List<VersionRecord> versions = new ArrayList<>();
    for (StoreRecord record : Store.open(store(), Disk.local()).records()) {
      if (record instanceof VersionRecord version) {
        versions.add(version);
      }
    }
    assertTrue(versions.stream().anyMatch(v -> v.info().family().full()));
    assertTrue(versions.stream().anyMatch(v -> !v.info().family().full()));
    for (VersionRecord version : versions) {
      assertTrue(version.info().costs().samples() >= 0);
      assertEquals(0, version.info().ledger().suspendedNs(), "not told then");
      assertEquals(0, version.info().costs().intervalSeconds(), "not told then");
      assertEquals(0, version.info().costs().mttfSeconds(), "not told then");
    }
  }

  @Test
  void job_goingOnFromTheGoldenStore_computesTheSameAsFromTheBeginning() throws Exception {
    long steps = GoldenJob.STEPS + 2;
    Path fresh = Files.createDirectory(folder.resolve("fresh"));
    assertEquals(run(fresh, steps), run(folder, steps));
    assertEquals(
        Files.readString(fresh.resolve("probe.csv")),
        Files.readString(folder.resolve("probe.csv")));
  }

  private Path store() {
    return folder.resolve(GoldenJob.NAME + ".holdfast");
  }

  private static String run(Path where, long steps) throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                GoldenJob.class.getName(),
                Long.toString(steps))
            .directory(where.toFile())
            .redirectError(where.resolve("errors.txt").toFile())
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> errors(where));
    return said;
  }

  private static String errors(Path where) {
    try {
      return Files.readString(where.resolve("errors.txt"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
