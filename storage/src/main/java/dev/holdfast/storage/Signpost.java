// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The file HOLDFAST: tells a person what the directory is and a program which store it is. It can
 * be lost: every record repeats the identity.
 */
final class Signpost {
  private static final int BYTES_MAX = 4096;
  private static final String FIRST_LINE = "Holdfast store, format 1\n";
  private static final String CRC_LINE = "crc32c ";
  private static final int CRC_LINE_BYTES = CRC_LINE.length() + 9;

  private Signpost() {}

  static byte[] encode(Id128 store) {
    String text =
        FIRST_LINE
            + "id "
            + store
            + "\nCheckpoints of one job. Look with: holdfast ls. Copy the whole directory, or"
            + " nothing.\n";
    int crc = Checksum.crc32c(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    return (text + CRC_LINE + String.format(Locale.ROOT, "%08x\n", crc))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The store's identity, or empty when the file is missing.
   *
   * @throws DamagedException when its content is not what was written
   */
  static Optional<Id128> read(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.open(path)) {
      long size = file.size();
      if (size > BYTES_MAX || size < CRC_LINE_BYTES + FIRST_LINE.length()) {
        throw new DamagedException(path.toString(), -1, size + " bytes long");
      }
      byte[] bytes = new byte[(int) size];
      file.readFully(ByteBuffer.wrap(bytes), 0);
      String text = new String(bytes, StandardCharsets.US_ASCII);
      Optional<Id128> id = parseId(text);
      if (id.isEmpty() || !Arrays.equals(encode(id.get()), bytes)) {
        throw new DamagedException(path.toString(), -1, "its text is not what was written");
      }
      return id;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The identity that it tells, {@link Id128#NONE} where it tells none. */
  static Id128 told(Disk disk, StoreLayout layout) throws IOException {
    try {
      return read(disk, layout.signpost()).orElse(Id128.NONE);
    } catch (StoreException e) {
      return Id128.NONE;
    }
  }

  private static Optional<Id128> parseId(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() < 2 || !lines.get(1).startsWith("id ")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Id128.parse(lines.get(1).substring("id ".length())));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Puts the file up where there is none, and returns whose stands there then: of two processes
   * that make a store at once only one gives it its identity.
   */
  static Id128 create(Disk disk, StoreLayout layout, Id128 store, Access access)
      throws IOException {
    Path temporary = prepare(disk, layout, store, access);
    try {
      disk.link(temporary, layout.signpost());
    } catch (IOException e) {
      Optional<Id128> standing = read(disk, layout.signpost());
      if (standing.isPresent()) {
        return standing.get();
      }
      if (!Publisher.linksUnsupported(e)) {
        throw e;
      }
      disk.rename(temporary, layout.signpost());
    } finally {
      discard(disk, temporary);
    }
    StoreDirectory.syncOrLearn(disk, layout.root(), line -> {}); // who prepares the store has told
    return store;
  }

  /** Puts the file in place of one that was lost or damaged. */
  static void restore(Disk disk, StoreLayout layout, Id128 store, Access access)
      throws IOException {
    Path temporary = prepare(disk, layout, store, access);
    try {
      disk.rename(temporary, layout.signpost());
    } catch (IOException e) {
      discard(disk, temporary);
      throw e;
    }
  }

  private static Path prepare(Disk disk, StoreLayout layout, Id128 store, Access access)
      throws IOException {
    Path temporary = layout.root().resolve(StoreLayout.signpostTemporary(Id128.random()));
    try (DiskFile file = disk.create(temporary, access)) {
      file.writeFully(ByteBuffer.wrap(encode(store)), 0);
      file.sync();
    } catch (IOException e) {
      discard(disk, temporary);
      throw e;
    }
    return temporary;
  }

  /** Removes what a process that died while it wrote a file of the root has left. */
  static void sweep(Disk disk, StoreLayout layout) throws IOException {
    for (String name : disk.list(layout.root())) {
      if (StoreLayout.isRootTemporary(name)) {
        discard(disk, layout.root().resolve(name));
      }
    }
  }

  private static void discard(Disk disk, Path temporary) {
    try {
      disk.delete(temporary);
    } catch (IOException e) {
      // It has been renamed, or is swept when the store is opened next.
    }
  }
}
