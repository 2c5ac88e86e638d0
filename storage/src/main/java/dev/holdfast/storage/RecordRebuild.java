// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.SectionChain;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds header, index, sections and footer of a damaged record: tries what each of them may have
 * been, until SHA-256 over the first three is the digest that is known of the file. Nothing else
 * counts as a result.
 *
 * <ul>
 *   <li>Header: as it is; with one byte changed; or made of what others know of the file.
 *   <li>Footer: at the end; further ahead, when something was appended; or made of the places where
 *       the extents and the sections end.
 *   <li>Sections: as they are, or with one byte changed.
 *   <li>Index: as it is, or built again from the extents ({@link IndexRebuild}).
 * </ul>
 */
final class RecordRebuild {
  private static final int CRC_BYTES = 4;
  private static final int DIGEST_AT = 72;

  private final DamagedImage image;
  private final long number;
  private final Id128 store;
  private final Survey survey;
  private final Set<Digest> told;

  private RecordRebuild(DamagedImage image, long number, Id128 store, Survey survey) {
    this.image = image;
    this.number = number;
    this.store = store;
    this.survey = survey;
    this.told = survey.digestsOf(number);
  }

  /**
   * All of a record but its extents, as it was written.
   *
   * @param version what it says, when it is a version
   */
  record Rebuilt(
      FileHeader header,
      BlockIndex index,
      @SuppressWarnings("ArrayRecordComponent") byte[] sections,
      Footer footer,
      Optional<VersionInfo> version) {}

  /**
   * Rebuilds record {@code number} from an image of its file.
   *
   * @throws BeyondRepairException when no way leads to a known digest
   */
  static Rebuilt of(DamagedImage image, long number, Id128 store, Survey survey)
      throws IOException, BeyondRepairException {
    return new RecordRebuild(image, number, store, survey).run();
  }

  private Rebuilt run() throws IOException, BeyondRepairException {
    if (image.size() < FileHeader.BYTES) {
      throw new BeyondRepairException("of " + image.size() + " bytes nothing can be told");
    }
    List<FileHeader> headers = new HeaderRebuild(image, number, store, survey).candidates();
    if (headers.isEmpty()) {
      throw new BeyondRepairException(
          "its header is damaged, and no sound record tells what it was");
    }
    String reason = "neither a footer nor the end of its sections can be found";
    for (FileHeader header : headers) {
      for (Geometry geometry : Geometry.candidates(image, header.fileId())) {
        try {
          Optional<Rebuilt> rebuilt = match(header, geometry);
          if (rebuilt.isPresent()) {
            return rebuilt.get();
          }
          reason =
              told.isEmpty()
                  ? "more is damaged than can be told from what is left of it, and no sound record"
                      + " names its digest"
                  : "no way to put it together has the digest that sound records know of it";
        } catch (BeyondRepairException e) {
          reason = String.valueOf(e.getMessage());
        }
      }
    }
    throw new BeyondRepairException(reason);
  }

  private Optional<Rebuilt> match(FileHeader header, Geometry geometry)
      throws IOException, BeyondRepairException {
    if (geometry.entries() > VersionInfo.BLOCKS_MAX) {
      throw new BeyondRepairException("its index is impossibly large");
    }
    byte[] raw = image.read(geometry.sectionsOffset(), geometry.sectionsBytes());
    byte[] index =
        image.read(geometry.indexOffset(), (int) geometry.entries() * BlockIndex.ENTRY_BYTES);
    List<byte[]> candidates = new ArrayList<>(List.of(raw));
    candidates.addAll(SectionChain.corrected(raw));
    for (byte[] sections : candidates) {
      if (isProven(header, index, sections, geometry)) {
        return Optional.of(rebuilt(header, index, sections, geometry));
      }
    }
    if (header.type() != RecordType.VERSION) {
      return Optional.empty();
    }
    for (byte[] sections : candidates) {
      Optional<VersionInfo> info = version(sections, geometry);
      if (info.isPresent()) {
        byte[] built =
            new IndexRebuild(image, header.fileId(), info.get(), survey)
                .run(geometry.indexOffset());
        if (built.length == index.length && isProven(header, built, sections, geometry)) {
          return Optional.of(rebuilt(header, built, sections, geometry));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<VersionInfo> version(byte[] sections, Geometry geometry) {
    try {
      return Optional.of(
          VersionInfo.decode(image.path().toString(), geometry.sectionsOffset(), sections));
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  private Rebuilt rebuilt(FileHeader header, byte[] index, byte[] sections, Geometry geometry)
      throws BeyondRepairException {
    String name = image.path().toString();
    long base = geometry.sectionsOffset();
    Footer footer = geometry.footer(header.fileId(), digest(header, index, sections, geometry));
    BlockIndex entries = BlockIndex.wrap(index);
    try {
      Optional<VersionInfo> version = Optional.empty();
      switch (header.type()) {
        case VERSION -> {
          VersionInfo info = VersionInfo.decode(name, base, sections);
          entries.check(name, info.blockCount(), info.refs().size() + 1);
          version = Optional.of(info);
        }
        case OPEN -> AttemptInfo.decodeOpened(name, base, sections);
        case END -> AttemptInfo.decodeEnded(name, base, sections);
        case NOTE -> {}
      }
      return new Rebuilt(header, entries, sections, footer, version);
    } catch (StoreException e) {
      throw new BeyondRepairException(e.getMessage());
    }
  }

  private Digest digest(FileHeader header, byte[] index, byte[] sections, Geometry geometry) {
    Footer places = geometry.footer(header.fileId(), VersionInfo.NO_DIGEST);
    return survey.keys().digest(header, header.encode(), ByteBuffer.wrap(index), sections, places);
  }

  /**
   * Whether the digest of these parts is known: from other records; failing these, from the file's
   * own footer. Of a damaged footer either its digest or its checksum is enough, because all else
   * in it is known.
   */
  private boolean isProven(FileHeader header, byte[] index, byte[] sections, Geometry geometry)
      throws IOException {
    Digest digest = digest(header, index, sections, geometry);
    if (!told.isEmpty()) {
      return told.contains(digest);
    }
    byte[] expected = geometry.footer(header.fileId(), digest).encode();
    byte[] found = image.read(geometry.footerAt(), Footer.BYTES);
    int digestEnd = DIGEST_AT + Checksum.SHA256_BYTES;
    int crcAt = Footer.BYTES - CRC_BYTES;
    return Arrays.equals(expected, DIGEST_AT, digestEnd, found, DIGEST_AT, digestEnd)
        || Arrays.equals(expected, crcAt, Footer.BYTES, found, crcAt, Footer.BYTES);
  }
}
