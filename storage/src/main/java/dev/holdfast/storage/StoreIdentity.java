// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Finds out which store a directory is: the signpost says so, and so does every record. */
final class StoreIdentity {
  private StoreIdentity() {}

  /**
   * The identity that the signpost or, failing that, the first sound record tells.
   *
   * @throws NoUsableVersionException when the records cannot be this store's
   */
  static Optional<Id128> find(Disk disk, StoreLayout layout, Log log) throws IOException {
    Optional<Id128> told = told(disk, layout, log);
    Set<Id128> recorded = recorded(disk, layout, log, told);
    refuseForeign(layout, told, recorded);
    return told.isPresent() ? told : recorded.stream().findFirst();
  }

  /** Whether signpost or log is the one that was exchanged, only a person can know. */
  private static void refuseForeign(StoreLayout layout, Optional<Id128> told, Set<Id128> recorded) {
    if (told.isPresent() && !recorded.isEmpty() && !recorded.contains(told.get())) {
      throw new NoUsableVersionException(
          layout.root(),
          "its file HOLDFAST belongs to another store (id "
              + told.get()
              + ") than every record in log (id "
              + recorded.iterator().next()
              + "); if the records are this job's, move HOLDFAST away: it is made again from them;"
              + " if they are not, put the right log back");
    }
  }

  /**
   * Finds the identity, or makes a new one; puts the signpost up again where it is missing.
   *
   * @throws NoUsableVersionException when the records cannot be this store's, or none can be read
   */
  static Id128 findOrMake(Disk disk, StoreLayout layout, Log log, Disk.Access access)
      throws IOException {
    Optional<Id128> told = told(disk, layout, log);
    Set<Id128> recorded = recorded(disk, layout, log, told);
    refuseForeign(layout, told, recorded);
    if (told.isPresent()) {
      return told.get();
    }
    if (recorded.isEmpty()) {
      return make(disk, layout, log, access);
    }
    Id128 id = recorded.iterator().next();
    Signpost.restore(disk, layout, id, access);
    return id;
  }

  private static Id128 make(Disk disk, StoreLayout layout, Log log, Disk.Access access)
      throws IOException {
    if (!log.numbers().isEmpty()) {
      throw new NoUsableVersionException(
          layout.root(),
          "has records and none can be read; look with: holdfast verify. To begin anew, move it"
              + " away");
    }
    return Signpost.create(disk, layout, Id128.random(), access);
  }

  private static Optional<Id128> told(Disk disk, StoreLayout layout, Log log) throws IOException {
    try {
      return Signpost.read(disk, layout.signpost());
    } catch (StoreException e) {
      if (log.numbers().isEmpty()) {
        throw new NoUsableVersionException(
            layout.root(),
            "has no record, and its file HOLDFAST is damaged, so nothing tells what it is; put its"
                + " files back from a copy, or move it away to begin anew");
      }
      return Optional.empty(); // the records know as well
    }
  }

  /** The identities that records tell, up to the one that is expected. */
  private static Set<Id128> recorded(
      Disk disk, StoreLayout layout, Log log, Optional<Id128> expected) throws IOException {
    Set<Id128> ids = new LinkedHashSet<>();
    for (long number : log.numbers()) {
      try (RecordFile record = RecordFile.open(disk, layout, number)) {
        Id128 id = record.header().storeId();
        ids.add(id);
        if (expected.isEmpty() || expected.get().equals(id)) {
          return ids;
        }
      } catch (StoreException e) {
        // The next record may be sound.
      } catch (IOException e) {
        RecordFile.passOver(e);
      }
    }
    return ids;
  }
}
