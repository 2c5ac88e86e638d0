// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.Codec;
import dev.holdfast.storage.codec.CodecException;
import dev.holdfast.storage.codec.Pipeline;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.RegionSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks of a region that lie in a file as they are, one behind the other and on whole pages, so
 * that they can be mapped.
 *
 * @param file the file
 * @param offset where the first begins in it, a multiple of 2^16
 * @param firstBlock the first block
 * @param blocks how many
 * @param bytes their length, a multiple of 2^16
 */
public record RawRun(Path file, long offset, int firstBlock, int blocks, long bytes) {
  private static final long ALIGN_MASK = (1L << FileHeader.ALIGN_LOG2) - 1;

  /** Those of a region; blocks that are stored otherwise are in none of them. */
  static List<RawRun> of(
      RegionSchema schema, int firstEntry, BlockIndex index, RecordFile... files) {
    List<RawRun> runs = new ArrayList<>();
    for (int block = 0; block < schema.blockCount(); block++) {
      int entry = firstEntry + block;
      int length = schema.blockLengthBytes(block);
      RecordFile file = files[index.file(entry)];
      long offset = index.offset(entry);
      boolean mappable =
          index.storedBytes(entry) == length
              && index.xorDepth(entry) == 0
              && isRaw(index, entry)
              && !file.header().sealed()
              && ((offset | length) & ALIGN_MASK) == 0;
      if (!mappable) {
        continue;
      }
      if (!runs.isEmpty() && runs.getLast().goesOn(file.path(), offset, block)) {
        runs.add(runs.removeLast().with(length));
      } else {
        runs.add(new RawRun(file.path(), offset, block, 1, length));
      }
    }
    return runs;
  }

  private boolean goesOn(Path in, long at, int block) {
    return block == firstBlock + blocks && at == offset + bytes && in.equals(file);
  }

  private RawRun with(int moreBytes) {
    return new RawRun(file, offset, firstBlock, blocks + 1, bytes + moreBytes);
  }

  /** Whether an entry's bytes are stored as they are. */
  static boolean isRaw(BlockIndex index, int entry) {
    try {
      return Codec.parse(index.codec(entry)).pipeline() == Pipeline.RAW;
    } catch (CodecException e) {
      return false;
    }
  }
}
