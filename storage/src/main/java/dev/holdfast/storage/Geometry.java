// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.SectionChain;
import dev.holdfast.storage.format.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the parts of a file lie, and how that is found out when its footer is damaged. */
record Geometry(
    long indexOffset, long entries, long sectionsOffset, int sectionsBytes, int extents) {
  private static final int PIECE_BYTES = 1 << 20;

  /** Index and sections of any version, unless it has more than some ten million blocks. */
  private static final long TAIL_BYTES_MAX = 400L << 20;

  static Geometry of(Footer footer) {
    return new Geometry(
        footer.indexOffset(),
        footer.indexEntries(),
        footer.sectionsOffset(),
        (int) footer.sectionsBytes(),
        footer.extents());
  }

  long footerAt() {
    return sectionsOffset + sectionsBytes;
  }

  Footer footer(Id128 fileId, Digest digest) {
    return new Footer(
        footerAt() + Footer.BYTES,
        indexOffset,
        entries,
        sectionsOffset,
        sectionsBytes,
        extents,
        fileId,
        digest);
  }

  /**
   * From the footer; failing that, from what can be followed; failing that, from one further ahead.
   */
  static List<Geometry> candidates(DamagedImage image, Id128 fileId) throws IOException {
    List<Geometry> found = new ArrayList<>();
    footerEndingAt(image, image.size(), fileId).map(Geometry::of).ifPresent(found::add);
    if (found.isEmpty()) {
      walk(image, fileId).ifPresent(found::add);
    }
    if (found.isEmpty()) {
      footerBefore(image, fileId).map(Geometry::of).ifPresent(found::add);
    }
    return found;
  }

  private static Optional<Footer> footerEndingAt(DamagedImage image, long end, Id128 fileId)
      throws IOException {
    if (end < FileHeader.BYTES + Footer.BYTES) {
      return Optional.empty();
    }
    try {
      byte[] bytes = image.read(end - Footer.BYTES, Footer.BYTES);
      Footer footer = Footer.decode(image.path().toString(), end, ByteBuffer.wrap(bytes));
      return footer.fileId().equals(fileId) ? Optional.of(footer) : Optional.empty();
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  /** A footer that something was appended to: all that a file holds is a multiple of 8 long. */
  private static Optional<Footer> footerBefore(DamagedImage image, Id128 fileId)
      throws IOException {
    long size = image.size();
    for (long from = FileHeader.BYTES; from < size; from += PIECE_BYTES) {
      byte[] piece = image.read(from, (int) Math.min(PIECE_BYTES, size - from));
      for (int at = 0; at + 8 <= piece.length; at += 8) {
        if (piece[at] == 'H' && piece[at + 1] == 'F' && piece[at + 2] == 'S') {
          Optional<Footer> footer = footerEndingAt(image, from + at + Footer.BYTES, fileId);
          if (footer.isPresent()) {
            return footer;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Follows the extents to their end, looks for the sections, and follows these. */
  private static Optional<Geometry> walk(DamagedImage image, Id128 fileId) throws IOException {
    long indexOffset = FileHeader.BYTES;
    int extents = 0;
    for (Optional<Extent> extent = extentAt(image, indexOffset, fileId);
        extent.isPresent();
        extent = extentAt(image, indexOffset, fileId)) {
      indexOffset += extent.get().bytes();
      extents++;
    }
    long rest = image.size() - indexOffset;
    if (rest > TAIL_BYTES_MAX) {
      return Optional.empty(); // an extent in the middle is lost
    }
    byte[] tail = image.read(indexOffset, (int) rest);
    for (int at = 0; at < tail.length; at += BlockIndex.ENTRY_BYTES) {
      int bytes = 0;
      for (int more = SectionChain.soundBytes(tail, at); more > 0; ) {
        bytes += more;
        more = SectionChain.soundBytes(tail, at + bytes);
      }
      if (bytes > 0) {
        int entries = at / BlockIndex.ENTRY_BYTES;
        return Optional.of(new Geometry(indexOffset, entries, indexOffset + at, bytes, extents));
      }
    }
    return Optional.empty();
  }

  private static Optional<Extent> extentAt(DamagedImage image, long at, Id128 fileId)
      throws IOException {
    if (image.size() - at < Extent.HEADER_BYTES) {
      return Optional.empty();
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(image.read(at, Extent.HEADER_BYTES));
      return Optional.of(
          Extent.decodeHeader(image.path().toString(), fileId, at, image.size(), bytes));
    } catch (StoreException e) {
      return Optional.empty();
    }
  }
}
