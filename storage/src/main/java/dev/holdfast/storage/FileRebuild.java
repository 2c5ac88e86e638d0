// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.RecordRebuild.Rebuilt;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts a damaged file together as it was written: what is left of it, and over that every stretch
 * that is proven to have been otherwise. Header, index, sections and footer come from {@link
 * RecordRebuild}; these then tell what stood in the rest: {@link ExtentPlan} the heads of extents
 * and the zeros, {@link BlockRebuild} the blocks.
 */
final class FileRebuild {
  private static final int COPY_BYTES = 1 << 20;

  private final Disk disk;
  private final StoreLayout layout;
  private final Survey survey;
  private final DamagedImage image;
  private final Rebuilt record;
  private final List<Patch> patches = new ArrayList<>();
  private final Set<Long> lost = new HashSet<>();

  /**
   * A stretch of the file that is put right.
   *
   * @param what in words, and what proves it
   */
  record Patch(long offset, @SuppressWarnings("ArrayRecordComponent") byte[] bytes, String what) {}

  private FileRebuild(
      Disk disk, StoreLayout layout, Survey survey, DamagedImage image, Rebuilt record) {
    this.disk = disk;
    this.layout = layout;
    this.survey = survey;
    this.image = image;
    this.record = record;
  }

  /**
   * Finds out what a file was.
   *
   * @throws BeyondRepairException when that cannot be told
   */
  static FileRebuild of(
      Disk disk, StoreLayout layout, Survey survey, DamagedImage image, long number, Id128 store)
      throws IOException, BeyondRepairException {
    Rebuilt record = RecordRebuild.of(image, number, store, survey);
    FileRebuild rebuild = new FileRebuild(disk, layout, survey, image, record);
    rebuild.comparePlaces();
    if (record.version().isPresent()) {
      rebuild.compareExtents(record.version().get());
      rebuild.compareBlocks(record.version().get());
    }
    return rebuild;
  }

  /** What is put right; empty when the file is as it was written, but for {@link #lost}. */
  List<Patch> patches() {
    return patches;
  }

  /** Where blocks begin that cannot be told. */
  Set<Long> lost() {
    return lost;
  }

  /** Whether this is said of such a block. */
  boolean isLost(StoreException problem) {
    return problem instanceof DamagedException damage && lost.contains(damage.offset());
  }

  /** What the version needs besides itself. */
  List<VersionInfo.FileRef> refs() {
    return record.version().map(VersionInfo::refs).orElse(List.of());
  }

  private long fileBytes() {
    return record.footer().fileBytes();
  }

  private void comparePlaces() throws IOException {
    ByteBuffer encoded = record.index().encoded();
    byte[] index = new byte[encoded.remaining()];
    encoded.get(index);
    compare(0, record.header().encode(), "the header; the digest proves it");
    compare(record.footer().indexOffset(), index, "the index; the digest proves it");
    compare(record.footer().sectionsOffset(), record.sections(), "a section; the digest proves it");
    compare(
        record.footer().sectionsOffset() + record.sections().length,
        record.footer().encode(),
        "the footer, made of what it describes");
    if (image.size() > fileBytes()) {
      patches.add(
          new Patch(
              fileBytes(),
              new byte[0],
              image.size() - fileBytes() + " bytes behind the footer, cut off"));
    }
  }

  private void compare(long offset, byte[] bytes, String what) throws IOException {
    int there = Math.clamp(image.size() - offset, 0, bytes.length);
    byte[] found = image.read(offset, bytes.length);
    if (there < bytes.length || !Arrays.equals(found, bytes)) {
      patches.add(new Patch(offset, bytes, what));
    }
  }

  private void compareExtents(VersionInfo info) throws IOException {
    Optional<ExtentPlan> plan =
        ExtentPlan.of(
            record.index(),
            info.regions(),
            record.header(),
            record.footer().indexOffset(),
            record.footer().extents());
    if (plan.isEmpty()) {
      return;
    }
    for (ExtentPlan.Head head : plan.get().heads()) {
      compare(head.offset(), head.bytes(), "the head of an extent, made of the index");
    }
    for (ExtentPlan.Gap gap : plan.get().gaps()) {
      int bytes = (int) (gap.to() - gap.from());
      compare(gap.from(), new byte[bytes], "zeros between blocks");
    }
  }

  private void compareBlocks(VersionInfo info) throws IOException {
    BlockIndex index = record.index();
    try (BlockRebuild rebuild = new BlockRebuild(disk, layout, record, info, survey)) {
      int entry = 0;
      for (RegionSchema region : info.regions()) {
        for (int block = 0; block < region.blockCount(); block++, entry++) {
          if (index.file(entry) == 0 && index.storedBytes(entry) > 0) {
            compareBlock(rebuild, entry, region, block);
          }
        }
      }
    }
  }

  private void compareBlock(BlockRebuild rebuild, int entry, RegionSchema region, int block)
      throws IOException {
    BlockIndex index = record.index();
    byte[] stored = image.read(index.offset(entry), index.storedBytes(entry));
    if (Checksum.crc32c(ByteBuffer.wrap(stored)) == index.crcStored(entry)) {
      return;
    }
    Optional<BlockRebuild.Found> found =
        rebuild.find(entry, region.blockLengthBytes(block), stored);
    if (found.isEmpty()) {
      lost.add(index.offset(entry));
      return;
    }
    String what = "block " + block + " of region " + region.name() + ": " + found.get().how();
    patches.add(new Patch(index.offset(entry), found.get().stored(), what));
  }

  /** Writes the file anew. */
  void write(DiskFile to) throws IOException {
    for (long at = 0; at < fileBytes(); at += COPY_BYTES) {
      byte[] piece = image.read(at, (int) Math.min(COPY_BYTES, fileBytes() - at));
      if (!isZero(piece)) { // a hole stays one
        to.writeFully(ByteBuffer.wrap(piece), at);
      }
    }
    for (Patch patch : patches) {
      to.writeFully(ByteBuffer.wrap(patch.bytes()), patch.offset());
    }
  }

  private static boolean isZero(byte[] bytes) {
    return Arrays.mismatch(bytes, new byte[bytes.length]) < 0;
  }
}
