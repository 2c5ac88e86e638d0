// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a job does after a crash, judged by the oracle: it takes the store over and restores, once
 * more (P5: the first recovery may have died at its end), goes on, commits, and loses power again.
 */
final class CrashRecovery {
  private CrashRecovery() {}

  /** Recovers on a disk that is found after a crash, and changes that disk. */
  static void check(MemoryDisk disk, CrashOracle oracle) throws IOException {
    restore(disk, disk, oracle, true);
  }

  /** The same and all that a job does afterwards, which takes longer. */
  static void checkAll(MemoryDisk disk, CrashOracle oracle) throws IOException {
    if (!oracle.expectsDamage() && oracle.newest() > 0) {
      assertEquals(List.of(), findings(disk), "verify");
    }
    long first = restore(disk, disk, oracle, true);
    assertEquals(first, restore(disk, disk, oracle, false), "P5: a second recovery differs");
    goOn(disk, disk, oracle.fork(oracle.job().fork()));
  }

  /** Damage to what is there: a prune or the making of the store may be half done. */
  private static List<Finding> findings(MemoryDisk disk) {
    List<Path> files = disk.files(STORE);
    return Verifier.verify(STORE, disk).findings().stream()
        .filter(finding -> files.contains(Path.of(finding.file())))
        .toList();
  }

  /**
   * Takes the store over and restores, as the library does.
   *
   * @param through the disk as the writer sees it
   * @return the number of the version, 0 for none
   */
  static long restore(Disk through, MemoryDisk disk, CrashOracle oracle, boolean inPlace)
      throws IOException {
    try (StoreWriter writer = takeOver(through);
        Restored restored = Restored.by(writer, disk)) {
      oracle.accept(restored.version(), writer.rejections(), disk);
      if (restored.version().isPresent()) {
        oracle.acceptOutputs(disk, restored.version().get(), inPlace);
      }
      return restored.number();
    }
  }

  /** Restores, commits a version and loses power: the new version is there. */
  static void goOn(Disk through, MemoryDisk disk, CrashOracle oracle) throws IOException {
    TestJob job = oracle.job();
    try (StoreWriter writer = takeOver(through)) {
      try (Restored restored = Restored.by(writer, disk)) {
        restored
            .version()
            .ifPresent(version -> {
              job.restore(version);
              writer.resume(version);
            });
      }
      job.advance();
      CommitResult.Committed made = committed(job.commit(writer, false));
      oracle.acknowledged(made.number(), job.step());
    }
    MemoryDisk after = disk.afterPowerLoss();
    try (StoreWriter writer = takeOver(after);
        Restored restored = Restored.by(writer, after)) {
      oracle.accept(restored.version(), writer.rejections(), after);
    }
  }

  private static StoreWriter takeOver(Disk disk) {
    return StoreWriter.open(STORE, TestStores.takingOver(disk));
  }

  /** The newest version of which every byte is sound, with its output files. */
  private record Restored(Optional<StoredVersion> version) implements AutoCloseable {
    static Restored by(StoreWriter writer, Disk disk) {
      while (true) {
        Optional<StoredVersion> newest = writer.newest();
        if (newest.isEmpty()) {
          return new Restored(newest);
        }
        StoredVersion version = newest.get();
        try {
          version.readAll();
          for (OutputMark mark : version.info().outputs()) {
            OutputFile.verify(disk, CrashOracle.OUTPUT, mark);
          }
          return new Restored(newest);
        } catch (DamagedException e) {
          version.close();
          writer.reject(version.number(), e.getMessage());
        }
      }
    }

    long number() {
      return version.map(StoredVersion::number).orElse(0L);
    }

    @Override
    public void close() {
      version.ifPresent(StoredVersion::close);
    }
  }
}
