// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.FileKind;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.OneByte;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the header of a damaged file may have been. */
final class HeaderRebuild {
  private static final int CRC_AT = FileHeader.BYTES - 4;

  private final DamagedImage image;
  private final long number;
  private final Id128 store;
  private final Survey survey;

  HeaderRebuild(DamagedImage image, long number, Id128 store, Survey survey) {
    this.image = image;
    this.number = number;
    this.store = store;
    this.survey = survey;
  }

  /** As it is; otherwise with one byte changed, or made of what other records know of the file. */
  List<FileHeader> candidates() throws IOException {
    byte[] raw = image.read(0, FileHeader.BYTES);
    List<FileHeader> found = new ArrayList<>();
    decode(raw).ifPresent(found::add);
    if (found.isEmpty()) {
      ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
      int computed = Checksum.crc32c(bytes.slice(0, CRC_AT));
      for (OneByte.Change change : OneByte.candidates(CRC_AT, bytes.getInt(CRC_AT), computed)) {
        byte[] trial = raw.clone();
        change.apply(trial, 0);
        decode(trial).ifPresent(found::add);
      }
      byte[] trial = raw.clone();
      ByteBuffer.wrap(trial).order(ByteOrder.LITTLE_ENDIAN).putInt(CRC_AT, computed);
      decode(trial).ifPresent(found::add);
      survey.fileOf(number).ifPresent(file -> describe(file, found));
    }
    return found;
  }

  private Optional<FileHeader> decode(byte[] bytes) {
    try {
      FileHeader header = FileHeader.decode(image.path().toString(), ByteBuffer.wrap(bytes));
      survey.keys().admit(image.path().toString(), header);
      boolean ours = header.number() == number && header.storeId().equals(store);
      // What a newer version has added to a header would be lost.
      return ours && Arrays.equals(header.encode(), bytes) ? Optional.of(header) : Optional.empty();
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  /** A version that others refer to: all but its attempt and try is known of it. */
  private void describe(FileRef file, List<FileHeader> found) {
    for (long attempt : survey.attempts()) {
      for (int attemptTry = 1; attemptTry <= 2; attemptTry++) {
        found.add(
            new FileHeader(
                FileKind.RECORD,
                RecordType.VERSION,
                attemptTry,
                0,
                store,
                file.fileId(),
                number,
                attempt,
                0,
                1,
                survey.keys().id(),
                file.createdEpochMs(),
                0));
      }
    }
  }
}
