// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.CodecChoice;
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
  private final int threads;
  private final int[] baseRegions;

  /** The next block to be named in the index. */
  private int nextRegion;

  private int nextBlock;
  private int storedBlocks;
  private long changedBytes;

  /**
   * @param base the newest committed version, or null for a full version
   * @param encoder the caller's
   * @param threads how many may encode at once, the caller among them
   */
  VersionFile(
      DiskFile file,
      FileHeader header,
      List<RegionSource> regions,
      @Nullable Base base,
      CodecMemory codecs,
      BlockEncoder encoder,
      int threads,
      ExtentBuffer buffer,
      Keys keys) {
    this.file = file;
    this.header = header;
    this.regions = regions;
    this.base = base;
    this.codecs = codecs;
    this.encoder = encoder;
    this.threads = threads;
    this.keys = keys;
    this.baseRegions =
        regions.stream()
            .mapToInt(source -> base == null ? -1 : base.regionLike(source.schema()))
            .toArray();
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
    EncodeEvent event = FileEvents.encoding();
    EncodeStage.Sink sink =
        block -> {
          gate.pass();
          take(block);
        };
    try (EncodeStage stage = new EncodeStage(encoder, threads, largestBlockBytes(), sink)) {
      for (int region = 0; region < regions.size(); region++) {
        int blocks = regions.get(region).schema().blockCount();
        for (int block = 0; block < blocks; block++) {
          if (!kept(region, block)) {
            store(stage, region, block);
          }
        }
      }
      stage.finish();
      nameUpTo(regions.size(), 0);
      FileEvents.encoded(event, stage, extents, changedBytes);
    }
    return finish(describe);
  }

  private int largestBlockBytes() {
    return regions.stream().mapToInt(r -> r.schema().blockSizeBytes()).max().orElse(1);
  }

  /** The entry of the base that a block may be kept from or XORed with, or -1. */
  private int baseEntry(int region, int block) {
    int baseRegion = baseRegions[region];
    return baseRegion < 0 || base == null
        ? -1
        : base.entry(baseRegion, regions.get(region).schema(), block);
  }

  /** Whether a block is not stored because it lies where the base says. */
  private boolean kept(int region, int block) {
    return baseEntry(region, block) >= 0 && !regions.get(region).changed(block);
  }

  private void store(EncodeStage stage, int region, int block) throws IOException {
    RegionSource source = regions.get(region);
    RegionSchema schema = source.schema();
    BlockBatch batch = stage.roomFor(schema.blockLengthBytes(block));
    BlockJob.@Nullable Layer layer = layer(batch, source, block, baseEntry(region, block));
    CodecChoice choice = codecs.forRaw(source);
    MemorySegment raw = lasting(batch, source, source.block(block));
    batch.add(new BlockJob(region, schema, block, raw, choice, layer));
  }

  private BlockJob.@Nullable Layer layer(
      BlockBatch batch, RegionSource source, int block, int baseEntry) {
    boolean alone = source.schema().mappable(); // a mapped block has no layers
    if (base == null || baseEntry < 0 || alone || !base.xorAllowed(baseEntry)) {
      return null;
    }
    MemorySegment before = source.committed(block);
    if (before == null) {
      return null;
    }
    MemorySegment bytes = lasting(batch, source, before);
    long pathBytes = base.storedBytesOnPath(baseEntry);
    return new BlockJob.Layer(baseEntry, bytes, pathBytes, codecs.forXor(source));
  }

  private static MemorySegment lasting(BlockBatch batch, RegionSource source, MemorySegment bytes) {
    return source.keepsBytes() ? bytes : batch.copy(bytes);
  }

  /** Takes the next block that is stored; those before it are where they were. */
  private void take(BlockJob.Done block) throws IOException {
    BlockJob job = block.job();
    nameUpTo(job.region(), job.block());
    extents.add(block);
    nextBlock++;
    storedBlocks++;
    changedBytes += job.raw().byteSize();
  }

  /** Names kept blocks in the index up to this one; an extent ends with its region. */
  private void nameUpTo(int region, int block) throws IOException {
    while (nextRegion < region || nextBlock < block) {
      if (nextBlock == regions.get(nextRegion).schema().blockCount()) {
        extents.flush();
        nextRegion++;
        nextBlock = 0;
      } else {
        index.keep(baseEntry(nextRegion, nextBlock));
        nextBlock++;
      }
    }
  }

  private Written finish(Function<List<VersionInfo.FileRef>, VersionInfo> describe)
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
