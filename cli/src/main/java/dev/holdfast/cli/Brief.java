// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.format.VersionInfo;

/**
 * What is kept of a record by those who look at all: of a hundred thousand versions it is little.
 */
sealed interface Brief {

  /** Its place in the line. */
  long number();

  /**
   * A version.
   *
   * @param attempt the number of the OPEN record of its writer
   * @param ledger at the capture
   */
  record OfVersion(
      long number,
      long attempt,
      long step,
      long capturedEpochMs,
      boolean full,
      Level level,
      long stateBytes,
      long fileBytes,
      Ledger ledger)
      implements Brief {}

  /** Any other record is small. */
  record Whole(StoreRecord record) implements Brief {
    @Override
    public long number() {
      return record.number();
    }
  }

  static Brief of(StoreRecord record) {
    if (!(record instanceof VersionRecord version)) {
      return new Whole(record);
    }
    VersionInfo info = version.info();
    return new OfVersion(
        version.number(),
        version.attempt(),
        info.state().step(),
        info.state().capturedEpochMs(),
        info.family().full(),
        info.level(),
        info.stateBytes(),
        version.fileBytes(),
        info.ledger());
  }
}
