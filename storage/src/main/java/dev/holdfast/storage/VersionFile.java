// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.CodecChoice;
import dev.holdfast.storage.codec.Encoded;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes one version into a new file: header, extents, index, sections, footer
 * (docs/format/version.md). Blocks that did not change are named in the index where they lie.
 */
final class VersionFile {
  private final FileHeader header;
  private final List<RegionSource> regions;
  private final @Nullable Base base;
  private final CodecMemory codecs;
  private final BlockEncoder encoder;
  private final Keys keys;
  private final ExtentWriter extents;
  private final DiskFile file;
  private final IndexBuilder index;

  /**
   * @param base the newest committed version, or null for a full version
   */
  VersionFile(
      DiskFile file,
      FileHeader header,
      List<RegionSource> regions,
      @Nullable Base base,
      CodecMemory codecs,
      BlockEncoder encoder,
      ExtentBuffer buffer,
      Keys keys) {
    this.file = file;
    this.header = header;
    this.regions = regions;
    this.base = base;
    this.codecs = codecs;
    this.encoder = encoder;
    this.keys = keys;
    this.index = new IndexBuilder(base, blocks(regions));
    this.extents = new ExtentWriter(file, header.fileId(), buffer, index, keys.blocks(header));
  }

  private static int blocks(List<RegionSource> regions) {
    long blocks = regions.stream().mapToLong(r -> r.schema().blockCount()).sum();
    return Math.toIntExact(blocks);
  }

  /**
   * What was written.
   *
   * @param storedBlocks blocks in this file
   * @param changedBytes their raw size
   */
  record Written(
      Footer footer, VersionInfo info, BlockIndex index, int storedBlocks, long changedBytes) {}

  /** Is passed before each block that is written, and throws to give up. */
  interface Gate {
    void pass() throws IOException;
  }

  /**
   * Writes everything; the caller syncs and closes.
   *
   * @param describe makes the record's contents from the references it turned out to need
   */
  Written write(Function<List<VersionInfo.FileRef>, VersionInfo> describe, Gate gate)
      throws IOException {
    int storedBlocks = 0;
    long changedBytes = 0;
    for (int region = 0; region < regions.size(); region++) {
      RegionSource source = regions.get(region);
      RegionSchema schema = source.schema();
      int baseRegion = base == null ? -1 : base.regionLike(schema);
      for (int block = 0; block < schema.blockCount(); block++) {
        int baseEntry = baseRegion < 0 ? -1 : base().entry(baseRegion, schema, block);
        if (baseEntry >= 0 && !source.changed(block)) {
          index.keep(baseEntry);
        } else {
          gate.pass();
          store(region, source, block, baseEntry);
          storedBlocks++;
          changedBytes += schema.blockLengthBytes(block);
        }
      }
      extents.flush();
    }
    return finish(describe, storedBlocks, changedBytes);
  }

  private Base base() {
    if (base == null) {
      throw new IllegalStateException("a full version has no base");
    }
    return base;
  }

  private void store(int region, RegionSource source, int block, int baseEntry) throws IOException {
    RegionSchema schema = source.schema();
    MemorySegment before = baseEntry < 0 ? null : source.committed(block);
    if (before != null && base().xorAllowed(baseEntry)) {
      CodecChoice choice = codecs.forXor(source);
      MemorySegment raw = source.block(block);
      Encoded difference = encoder.encodeXor(raw, before, choice);
      long path = base().storedBytesOnPath(baseEntry) + difference.storedBytes();
      if (difference.pays() && path <= raw.byteSize() / 2) {
        extents.add(region, schema, block, difference, baseEntry);
        return;
      }
    }
    CodecChoice choice = codecs.forRaw(source);
    extents.add(region, schema, block, encoder.encode(source.block(block), choice), -1);
  }

  private Written finish(
      Function<List<VersionInfo.FileRef>, VersionInfo> describe,
      int storedBlocks,
      long changedBytes)
      throws IOException {
    BlockIndex entries = index.finish();
    VersionInfo info = describe.apply(index.refs());
    byte[] headerBytes = header.encode();
    byte[] sections = info.encode(header);
    ByteBuffer indexBytes = entries.encoded();
    long indexOffset = extents.end();
    long sectionsOffset = indexOffset + indexBytes.remaining();
    Footer geometry =
        new Footer(
            sectionsOffset + sections.length + Footer.BYTES,
            indexOffset,
            entries.size(),
            sectionsOffset,
            sections.length,
            extents.count(),
            header.fileId(),
            Footer.Digest.NONE);
    Footer footer = geometry.with(keys.digest(header, headerBytes, indexBytes, sections, geometry));
    file.writeFully(ByteBuffer.wrap(headerBytes), 0);
    file.writeFully(indexBytes, indexOffset);
    file.writeFully(ByteBuffer.wrap(sections), sectionsOffset);
    file.writeFully(ByteBuffer.wrap(footer.encode()), sectionsOffset + sections.length);
    return new Written(footer, info, entries, storedBlocks, changedBytes);
  }
}
