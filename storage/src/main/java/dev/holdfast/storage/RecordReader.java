// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.NoteRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.VersionInfo;
import java.io.IOException;

/** Makes a {@link StoreRecord} of an open record file. */
final class RecordReader {
  private RecordReader() {}

  /** Reads what an open record says, and checks it against its digest. */
  static StoreRecord read(RecordFile record) throws IOException {
    return of(record, record.readMetadata().sections());
  }

  /** What an open record says, given its sections. */
  static StoreRecord of(RecordFile record, byte[] sections) {
    FileHeader header = record.header();
    String name = record.path().toString();
    long base = record.footer().sectionsOffset();
    long created = header.createdEpochMs();
    return switch (header.type()) {
      case OPEN ->
          new Attempt(header.number(), created, AttemptInfo.decodeOpened(name, base, sections));
      case VERSION ->
          new VersionRecord(
              header.number(),
              header.attempt(),
              created,
              VersionInfo.decode(name, base, sections),
              record.footer().fileBytes());
      case END ->
          new EndRecord(
              header.number(),
              header.attempt(),
              created,
              AttemptInfo.decodeEnded(name, base, sections));
      case NOTE -> new NoteRecord(header.number(), header.attempt(), created);
    };
  }
}
