// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Puts a rebuilt file in the place of a damaged one. At every moment the number has the one or the
 * other, and nothing that the damaged one holds is lost.
 */
final class Replacement {
  private final Disk disk;
  private final StoreLayout layout;
  private final long number;
  private final FileRebuild rebuild;

  Replacement(Disk disk, StoreLayout layout, long number, FileRebuild rebuild) {
    this.disk = disk;
    this.layout = layout;
    this.number = number;
    this.rebuild = rebuild;
  }

  /** Removes what repairs that were interrupted have left. */
  static void sweep(Disk disk, StoreLayout layout) throws IOException {
    for (String name : disk.list(layout.log())) {
      if (StoreLayout.isRepair(name)) {
        discard(disk, layout.log().resolve(name));
      }
    }
  }

  private static void discard(Disk disk, Path temporary) {
    try {
      disk.delete(temporary);
    } catch (IOException e) {
      // The next repair removes it.
    }
  }

  /**
   * Makes it.
   *
   * @throws BeyondRepairException when the new file does not verify
   * @throws StoreIoException when the disk refuses
   */
  void make() throws IOException, BeyondRepairException {
    Quarantine quarantine = new Quarantine(disk, layout);
    Path path = layout.record(number);
    Path temporary = layout.repairTemporary(number, Id128.random());
    Set<Long> before = Log.list(disk, layout).numbers();
    try {
      try (DiskFile file = disk.create(temporary, quarantine.access())) {
        Ownership.require(disk, layout, temporary, quarantine.access());
        rebuild.write(file);
        file.sync();
      }
      prove(temporary);
      if (before.contains(number)) {
        quarantine.keep(path);
      }
      disk.rename(temporary, path);
      quarantine.sync(layout.log());
      yieldToPrune(before);
    } catch (IOException e) {
      discard(disk, temporary);
      throw new StoreIoException("repairing", path, e);
    } catch (BeyondRepairException | RuntimeException e) {
      discard(disk, temporary);
      throw e;
    }
  }

  /** The new file must verify, but for the blocks that are known to be lost. */
  private void prove(Path temporary) throws IOException, BeyondRepairException {
    List<StoreException> problems = new ArrayList<>();
    try (RecordFile file = RecordFile.open(disk, layout.keys(), temporary, number);
        Workers workers = new Workers(1, "holdfast-verify-")) {
      Verifier.verifyFile(
          file,
          workers,
          e -> {
            if (!rebuild.isLost(e)) {
              problems.add(e);
            }
          });
    } catch (StoreException e) {
      problems.add(e);
    }
    if (!problems.isEmpty()) {
      throw new BeyondRepairException(
          "put together, it does not verify: " + problems.getFirst().getMessage());
    }
  }

  /**
   * A writer may have deleted the version while it was repaired, and with it what it refers to.
   * Then it goes the way of what is deleted.
   */
  private void yieldToPrune(Set<Long> before) throws IOException {
    Log now = Log.list(disk, layout);
    boolean deleted =
        now.gone().containsKey(number)
            || rebuild.refs().stream()
                .anyMatch(r -> before.contains(r.number()) && !now.numbers().contains(r.number()));
    if (deleted) {
      try {
        disk.rename(layout.record(number), layout.gone(number, Id128.random()));
      } catch (NoSuchFileException e) {
        return; // it has gone that way
      }
      StoreDirectory.syncOrLearn(disk, layout.log(), told -> {});
    }
  }
}
