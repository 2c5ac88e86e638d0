// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells whether another run has opened the store since this writer has. Nobody writes without an
 * OPEN record, and none is ever deleted; so it is enough to look for one that this writer has not
 * made, above the newest record that is known to be its own.
 *
 * <p>Any thread may look, at any moment: a version that takes an hour to write must not keep its
 * writer from noticing. What this writer publishes meanwhile is no OPEN record, or one whose file
 * id it has given here before the record could be seen.
 */
final class SuccessorWatch {
  private final Disk disk;
  private final StoreLayout layout;
  private final Id128 storeId;

  /** OPEN records that this writer has tried to make; any of them may stand in the log. */
  private final Set<Id128> ownOpens = ConcurrentHashMap.newKeySet();

  /** A record of this writer's that stood on top of the log once it was durable. */
  private volatile long ownNumber;

  SuccessorWatch(Disk disk, StoreLayout layout, Id128 storeId) {
    this.disk = disk;
    this.layout = layout;
    this.storeId = storeId;
  }

  /** This writer is about to make an OPEN record. */
  void opening(Id128 fileId) {
    ownOpens.add(fileId);
  }

  /** This writer's record is durable and stands on top: nobody has opened below it. */
  void published(long number) {
    ownNumber = number;
  }

  /** Who holds the store instead of this writer; empty when nobody does. */
  Optional<Holder> look() throws IOException {
    return look(Log.list(disk, layout));
  }

  /**
   * The same, in a listing.
   *
   * @throws dev.holdfast.storage.format.StoreException when a record cannot be read that may be a
   *     successor's
   */
  Optional<Holder> look(Log log) throws IOException {
    for (long number : log.numbers().tailSet(ownNumber, false).descendingSet()) {
      try (RecordFile record = RecordFile.openOwn(disk, layout, storeId, number)) {
        if (record == null) {
          continue;
        }
        FileHeader header = record.header();
        if (header.type() == RecordType.OPEN && !ownOpens.contains(header.fileId())) {
          return Optional.of(Claim.holderOf(disk, layout, number));
        }
      } catch (NoSuchFileException e) {
        // Only versions are ever deleted.
      }
    }
    return Optional.empty();
  }
}
