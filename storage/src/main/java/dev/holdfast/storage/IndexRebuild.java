// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.Survey.Known;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a version's index again as {@link IndexBuilder} built it. What the version stores stands
 * in the tables of its extents. Every other block lies in the newest of the files it refers to that
 * stores that block, and the layer below one that was XORed is what the next older of them stores:
 * the references are one line of versions, each built on the one before.
 */
final class IndexRebuild {
  private final DamagedImage image;
  private final Id128 fileId;
  private final VersionInfo info;
  private final Survey survey;

  /** Files that store blocks of this version, newest first: itself, then its references. */
  private final List<Source> sources = new ArrayList<>();

  private final BlockIndex index;

  /** An entry that lies on a layer, the block it is of, and the source that is next below it. */
  private record Owed(int entry, RegionSchema region, int block, int below) {}

  /**
   * What one file stores.
   *
   * @param file its number in the index
   * @param regions by name
   */
  private record Source(int file, BlockIndex rows, Map<String, Slots> regions) {

    /** The row of a block of this length, or -1. */
    int row(RegionSchema region, int block) {
      Slots slots = regions.get(region.name());
      if (slots == null || block >= slots.rowByBlock.length) {
        return -1;
      }
      boolean same = slots.region.blockLengthBytes(block) == region.blockLengthBytes(block);
      return same ? slots.rowByBlock[block] : -1;
    }
  }

  /** Which row describes each block of a region; -1 where the block lies in another file. */
  private record Slots(
      RegionSchema region, @SuppressWarnings("ArrayRecordComponent") int[] rowByBlock) {
    Slots(RegionSchema region) {
      this(region, new int[region.blockCount()]);
      Arrays.fill(rowByBlock, -1);
    }
  }

  IndexRebuild(DamagedImage image, Id128 fileId, VersionInfo info, Survey survey) {
    this.image = image;
    this.fileId = fileId;
    this.info = info;
    this.survey = survey;
    this.index = new BlockIndex(info.blockCount());
  }

  /**
   * The bytes of the index.
   *
   * @param end where the extents end
   * @throws BeyondRepairException when a table or a file that is needed is not sound
   */
  byte[] run(long end) throws IOException, BeyondRepairException {
    sources.add(ownSource(end));
    List<Integer> order = new ArrayList<>();
    for (int k = 0; k < info.refs().size(); k++) {
      order.add(k);
    }
    order.sort(Comparator.comparingLong((Integer k) -> info.refs().get(k).number()).reversed());
    for (int k : order) {
      sources.add(referred(info.refs().get(k), k + 1));
    }
    List<Owed> owed = new ArrayList<>();
    for (RegionSchema region : info.regions()) {
      for (int block = 0; block < region.blockCount(); block++) {
        Owed added = add(region, block, 0);
        if (index.xorDepth(added.entry()) > 0) {
          owed.add(added);
        }
      }
    }
    for (Owed upper : owed) {
      Owed at = upper;
      while (index.xorDepth(at.entry()) > 0) {
        Owed layer = add(at.region(), at.block(), at.below());
        index.setXorRef(at.entry(), layer.entry());
        at = layer;
      }
    }
    byte[] bytes = new byte[index.size() * BlockIndex.ENTRY_BYTES];
    index.encoded().get(bytes);
    return bytes;
  }

  /** Adds what the newest source from {@code first} on stores of a block. */
  private Owed add(RegionSchema region, int block, int first) throws BeyondRepairException {
    for (int i = first; i < sources.size(); i++) {
      Source source = sources.get(i);
      int row = source.row(region, block);
      if (row >= 0) {
        int entry = index.addCopy(source.rows(), row, source.file(), BlockIndex.NO_LAYER);
        return new Owed(entry, region, block, i + 1);
      }
    }
    throw new BeyondRepairException(
        "its index is damaged, and where block "
            + block
            + " of region "
            + region.name()
            + " lies is not told by the tables of its extents");
  }

  private Source ownSource(long end) throws IOException, BeyondRepairException {
    BlockIndex rows = new BlockIndex(info.blockCount());
    Map<String, Slots> regions = new HashMap<>();
    String name = image.path().toString();
    long at = FileHeader.BYTES;
    while (at < end) {
      try {
        ByteBuffer head = ByteBuffer.wrap(image.read(at, Extent.HEADER_BYTES));
        Extent extent = Extent.decodeHeader(name, fileId, at, end, head);
        int tableBytes = extent.count() * BlockIndex.ENTRY_BYTES;
        byte[] table = image.read(at + Extent.HEADER_BYTES, tableBytes);
        if (Checksum.crc32c(ByteBuffer.wrap(table)) != extent.tableCrc()) {
          throw new BeyondRepairException(
              "its index is damaged, and so is the table of the extent at byte " + at);
        }
        addRows(extent, BlockIndex.wrap(table), rows, regions);
        at += extent.bytes();
      } catch (DamagedException e) {
        throw new BeyondRepairException(
            "its index is damaged, and so is the head of the extent at byte " + at);
      }
    }
    return new Source(0, rows, regions);
  }

  private void addRows(Extent extent, BlockIndex table, BlockIndex rows, Map<String, Slots> regions)
      throws BeyondRepairException {
    for (int i = 0; i < extent.count(); i++) {
      long block = extent.firstBlock() + table.spare(i);
      int region = extent.region();
      if (region < 0
          || region >= info.regions().size()
          || block < 0
          || block >= info.regions().get(region).blockCount()) {
        throw new BeyondRepairException("an extent holds blocks that no region has");
      }
      RegionSchema schema = info.regions().get(region);
      slots(regions, schema)[(int) block] = rows.addCopy(table, i, 0, BlockIndex.NO_LAYER);
    }
  }

  private static int[] slots(Map<String, Slots> regions, RegionSchema region) {
    return regions.computeIfAbsent(region.name(), name -> new Slots(region)).rowByBlock();
  }

  private Source referred(FileRef ref, int file) throws BeyondRepairException {
    Known known = survey.record(ref.number()).orElse(null);
    if (known == null
        || known.version().isEmpty()
        || !known.footer().digest().equals(ref.digest())) {
      throw new BeyondRepairException(
          "its index is damaged, and so is record " + ref.number() + ", which it refers to");
    }
    Map<String, Slots> regions = new HashMap<>();
    int entry = 0;
    for (RegionSchema region : known.version().get().regions()) {
      for (int block = 0; block < region.blockCount(); block++, entry++) {
        if (known.index().file(entry) == 0) {
          slots(regions, region)[block] = entry;
        }
      }
    }
    return new Source(file, known.index(), regions);
  }
}
