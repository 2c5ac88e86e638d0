// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.RepairReport.Kind;
import dev.holdfast.storage.RepairReport.Step;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Repairs what stands beside the records: signpost, ALIVE, NEWEST, a request that cannot be read.
 */
final class RootRepair {
  private final Disk disk;
  private final StoreLayout layout;
  private final boolean apply;

  RootRepair(Disk disk, StoreLayout layout, boolean apply) {
    this.disk = disk;
    this.layout = layout;
    this.apply = apply;
  }

  /** Repairs the file of a finding, or says why not; returns whether it was repaired. */
  boolean run(Finding finding, Store store, Map<String, Step> steps) throws IOException {
    String file = finding.file();
    if (file.equals(layout.signpost().toString())) {
      if (store.id().equals(Id128.NONE)) {
        steps.put(file, new Step(file, Kind.LEAVE, List.of("no sound record tells the identity")));
        return false;
      }
      if (apply) {
        restoreSignpost(store.id());
      }
      String detail = "made again: every record tells the identity " + store.id();
      steps.put(file, new Step(file, Kind.REBUILD, List.of(detail)));
      return true;
    }
    if (file.equals(layout.stop().toString())) {
      if (apply) {
        moveIfThere(layout.stop());
      }
      steps.put(file, new Step(file, Kind.SET_ASIDE, List.of("nobody can heed it; ask again")));
      return true;
    }
    if (file.equals(layout.pins().toString()) || file.equals(layout.quarantine().toString())) {
      steps.put(file, new Step(file, Kind.LEAVE, List.of("move away what stands there")));
      return false;
    }
    if (apply) {
      makeEmpty(Path.of(file));
    }
    steps.put(file, new Step(file, Kind.REBUILD, List.of("made again, empty")));
    return true;
  }

  /** Never missing for a moment: what it tells by being there is true all the time. */
  private void makeEmpty(Path file) throws IOException {
    Quarantine quarantine = new Quarantine(disk, layout);
    quarantine.keep(file);
    Path temporary = layout.root().resolve(StoreLayout.signpostTemporary(Id128.random()));
    disk.create(temporary, quarantine.access()).close();
    disk.rename(temporary, file);
  }

  private void restoreSignpost(Id128 id) throws IOException {
    Quarantine quarantine = new Quarantine(disk, layout);
    try {
      quarantine.keep(layout.signpost());
    } catch (NoSuchFileException e) {
      // It was missing.
    }
    Signpost.restore(disk, layout, id, quarantine.access());
    quarantine.sync(layout.root());
  }

  private void moveIfThere(Path file) throws IOException {
    try {
      new Quarantine(disk, layout).moveHere(file);
    } catch (NoSuchFileException e) {
      // Its holder has taken it away.
    }
  }
}
