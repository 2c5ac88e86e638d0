// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.util.Optional;

/** Finds out which store a directory is: the signpost says so, and so does every record. */
final class StoreIdentity {
  private StoreIdentity() {}

  /** The identity that the signpost or, failing that, the first sound record tells. */
  static Optional<Id128> find(Disk disk, StoreLayout layout, Log log) throws IOException {
    try {
      Optional<Id128> told = Signpost.read(disk, layout.signpost());
      if (told.isPresent()) {
        return told;
      }
    } catch (StoreException e) {
      // The records know as well.
    }
    for (long number : log.numbers()) {
      try (RecordFile record = RecordFile.open(disk, layout, number)) {
        return Optional.of(record.header().storeId());
      } catch (IOException | StoreException e) {
        // The next record may be sound.
      }
    }
    return Optional.empty();
  }

  /** Finds the identity, or makes a new one; puts the signpost up again where it is missing. */
  static Id128 findOrMake(Disk disk, StoreLayout layout, Log log, Disk.Access access)
      throws IOException {
    Optional<Id128> found = find(disk, layout, log);
    if (found.isEmpty() && !log.numbers().isEmpty()) {
      throw new StoreRefusedException(
          layout.root(), "no record in it can be read; look with: holdfast verify");
    }
    Id128 id = found.orElseGet(Id128::random);
    boolean standing;
    try {
      standing = Signpost.read(disk, layout.signpost()).isPresent();
    } catch (StoreException e) {
      standing = false;
    }
    if (!standing) {
      Signpost.write(disk, layout, id, access);
    }
    return id;
  }
}
