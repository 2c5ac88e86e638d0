// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Records that were in the log and are not any more. Only versions that a newer one follows are
 * ever deleted, and every number up to the highest was taken: so a number above the newest version
 * that no record has was lost, and so was what {@link NewestMark} tells of. Where a record of
 * another store stands, ours was lost only if that tells of it; a writer leaves such a number out.
 */
final class MissingRecords {
  static final String WHY = "only versions that a newer one follows are ever deleted";

  private final Disk disk;
  private final StoreLayout layout;
  private final Id128 storeId;
  private final Set<Long> foreign = new HashSet<>();

  /**
   * @param storeId the store's identity; {@link Id128#NONE} where nothing tells it
   */
  MissingRecords(Disk disk, StoreLayout layout, Id128 storeId) {
    this.disk = disk;
    this.layout = layout;
    this.storeId = storeId;
  }

  /**
   * What is missing, the highest numbers first; neighbours are told together.
   *
   * @param told the number of {@link NewestMark}, read before the log was listed
   */
  List<Rejection> find(long told, Log log) throws IOException {
    if (log.isEmptied(disk, layout)) {
      String why = "every record is gone from " + layout.log();
      return List.of(Rejection.lost(Math.max(1, told), why));
    }
    List<Rejection> missing = new ArrayList<>();
    long last = 0;
    long newest = newestVersion(log);
    long top = Math.max(told, log.highestBut(foreign) - 1);
    for (long number = newest + 1; number <= top + 1; number++) {
      boolean lost = number <= top && isMissing(log, number, told);
      if (lost && last == 0) {
        last = number;
      } else if (!lost && last != 0) {
        missing.add(describe(last, number - 1));
        last = 0;
      }
    }
    Collections.reverse(missing);
    return missing;
  }

  private Rejection describe(long first, long last) {
    String files =
        first == last
            ? layout.record(first) + " is missing"
            : layout.record(first) + " to " + StoreLayout.recordName(last) + " are missing";
    boolean taken = foreign.stream().anyMatch(number -> number >= first && number <= last);
    String place = taken ? ", with a record of another store in its place; " : "; ";
    return Rejection.lost(last, files + place + WHY);
  }

  /** Also by a look of its own: what was made while the log was listed may not be in the list. */
  private boolean isMissing(Log log, long number, long told) throws IOException {
    if (log.numbers().contains(number)) {
      return foreign.contains(number) && number <= told;
    }
    return !disk.exists(layout.record(number));
  }

  /** The highest number that is a version's, or may be because its record cannot be read. */
  private long newestVersion(Log log) throws IOException {
    for (long number : log.numbers().descendingSet()) {
      try (RecordFile record = RecordFile.openOwn(disk, layout, storeId, number)) {
        if (record == null) {
          foreign.add(number);
        } else if (record.header().type() == RecordType.VERSION) {
          return number;
        }
      } catch (NoSuchFileException e) {
        // Deleted since the log was listed.
      } catch (StoreException e) {
        return number;
      } catch (IOException e) {
        RecordFile.passOver(e);
        return number;
      }
    }
    return 0;
  }
}
