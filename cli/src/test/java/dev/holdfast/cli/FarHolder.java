// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RecordType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** A run on another host that has opened a store, and of which nothing can be known from here. */
final class FarHolder {
  private FarHolder() {}

  /** Appends its OPEN record. */
  static void open(Path store) throws IOException {
    List<Path> records = records(store);
    byte[] newest = Files.readAllBytes(records.getLast());
    FileHeader before = FileHeader.decode("newest", ByteBuffer.wrap(newest, 0, FileHeader.BYTES));
    long number = before.number() + 1;
    FileHeader header =
        FileHeader.of(
            RecordType.OPEN, 1, before.storeId(), number, number, before.createdEpochMs());
    Holder far = new Holder("n002", "boot", "pid:[1]", 4711, 99, "ada", "", "", 0);
    byte[] sections = new AttemptInfo.Opened(far, Ledger.begin(1), Map.of()).encode();
    byte[] head = header.encode();
    MessageDigest sha256 = Checksum.sha256();
    sha256.update(head);
    sha256.update(sections);
    int bytes = head.length + sections.length + Footer.BYTES;
    Footer footer =
        new Footer(
            bytes,
            head.length,
            0,
            head.length,
            sections.length,
            0,
            header.fileId(),
            Footer.Digest.of(sha256.digest()));
    ByteBuffer all = ByteBuffer.allocate(bytes).put(head).put(sections).put(footer.encode());
    Files.write(
        store.resolve("log").resolve(String.format(Locale.ROOT, "%016x.hf", number)), all.array());
  }

  /** The files of the log, in their order. */
  static List<Path> records(Path store) throws IOException {
    try (Stream<Path> names = Files.list(store.resolve("log"))) {
      return names.sorted().toList();
    }
  }
}
