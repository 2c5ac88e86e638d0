// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * The last writer of a store, where it has not said that it ended.
 *
 * @param attempt the number of its OPEN record
 */
record Claim(long attempt, Holder holder) {
  /**
   * Reads it from the newest sound record.
   *
   * @param storeId the store's identity; records of another store are passed over
   */
  static Optional<Claim> newest(Disk disk, StoreLayout layout, Id128 storeId, Log log)
      throws IOException {
    for (long number : log.numbers().descendingSet()) {
      try (RecordFile record = RecordFile.openOwn(disk, layout, storeId, number)) {
        if (record == null) {
          continue;
        }
        if (record.header().type() == RecordType.END) {
          return Optional.empty();
        }
        long attempt = record.header().attempt();
        return Optional.of(new Claim(attempt, holderOf(disk, layout, attempt)));
      } catch (StoreException e) {
        // An unreadable record says nothing about who holds the store; an older one may.
      } catch (IOException e) {
        RecordFile.passOver(e);
      }
    }
    return Optional.empty();
  }

  /** Who wrote an OPEN record, as far as it can be read. */
  static Holder holderOf(Disk disk, StoreLayout layout, long attempt) throws IOException {
    try (RecordFile record = RecordFile.open(disk, layout, attempt)) {
      return AttemptInfo.decodeOpened(
              record.path().toString(),
              record.footer().sectionsOffset(),
              record.readMetadata().sections())
          .holder();
    } catch (StoreException e) {
      return unknown(layout, attempt, "damaged");
    } catch (NoSuchFileException e) {
      return unknown(layout, attempt, "missing");
    } catch (IOException e) {
      RecordFile.passOver(e);
      return unknown(layout, attempt, "unreadable");
    }
  }

  private static Holder unknown(StoreLayout layout, long attempt, String state) {
    return Holder.unknown("the record that tells who, " + layout.record(attempt) + ", is " + state);
  }
}
