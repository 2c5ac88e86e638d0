// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.CodecChoice;
import dev.holdfast.storage.codec.CodecChooser;
import dev.holdfast.storage.codec.Pipeline;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which codec serves each region, found by measuring a sample and measured again now and then,
 * because a field changes its character as a computation goes on.
 */
final class CodecMemory {
  /** Versions after which a region is measured again. */
  private static final int MEASURE_EVERY = 16;

  /** Regions below this size are not worth a measurement. */
  private static final int MEASURE_FROM_BYTES = 4096;

  private static final int SAMPLE_BLOCKS = 4;
  private static final int SAMPLE_BLOCK_BYTES = 1 << 16;

  private final int zstdLevel;
  private final Map<String, CodecChoice> raw = new HashMap<>();
  private final Map<String, CodecChoice> xor = new HashMap<>();
  private int version;

  CodecMemory(int zstdLevel) {
    this.zstdLevel = zstdLevel;
  }

  /** A new version begins. */
  void nextVersion() {
    if (++version % MEASURE_EVERY == 0) {
      raw.clear();
      xor.clear();
    }
  }

  /** The codec for self-contained blocks. Reads other blocks of the source the first time. */
  CodecChoice forRaw(RegionSource source) {
    RegionSchema schema = source.schema();
    if (schema.sizeBytes() < MEASURE_FROM_BYTES) {
      return unmeasured(schema);
    }
    CodecChoice known = raw.get(schema.name());
    return known != null ? known : measureRaw(source);
  }

  private CodecChoice measureRaw(RegionSource source) {
    RegionSchema schema = source.schema();
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> sample = new ArrayList<>();
      for (int block : spread(schema.blockCount())) {
        sample.add(copy(source.block(block), arena));
      }
      CodecChoice choice =
          CodecChooser.choose(
              schema.elementType().widthBytes(), schema.elementType().numeric(), sample, zstdLevel);
      raw.put(schema.name(), choice);
      return choice;
    }
  }

  /** The codec for the differences to the previous values. */
  CodecChoice forXor(RegionSource source) {
    RegionSchema schema = source.schema();
    if (schema.sizeBytes() < MEASURE_FROM_BYTES) {
      return unmeasured(schema);
    }
    CodecChoice known = xor.get(schema.name());
    return known != null ? known : measureXor(source);
  }

  private CodecChoice measureXor(RegionSource source) {
    RegionSchema schema = source.schema();
    List<Integer> candidates = new ArrayList<>();
    for (int block = 0; block < schema.blockCount(); block++) {
      if (source.changed(block) && source.committed(block) != null) {
        candidates.add(block);
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> now = new ArrayList<>();
      List<MemorySegment> before = new ArrayList<>();
      for (int i : spread(candidates.size())) {
        MemorySegment committed = source.committed(candidates.get(i));
        if (committed != null) {
          now.add(copy(source.block(candidates.get(i)), arena));
          before.add(copy(committed, arena));
        }
      }
      CodecChoice choice =
          CodecChooser.chooseXor(schema.elementType().widthBytes(), now, before, zstdLevel);
      xor.put(schema.name(), choice);
      return choice;
    }
  }

  /** A few positions from the whole range, so that a border does not stand for the field. */
  private static int[] spread(int count) {
    int wanted = Math.min(SAMPLE_BLOCKS, count);
    int[] positions = new int[wanted];
    for (int i = 0; i < wanted; i++) {
      positions[i] = (int) ((2L * i + 1) * count / (2L * wanted));
    }
    return positions;
  }

  private static MemorySegment copy(MemorySegment bytes, Arena arena) {
    long length = Math.min(SAMPLE_BLOCK_BYTES, bytes.byteSize());
    return arena.allocate(length, 8).copyFrom(bytes.asSlice(0, length));
  }

  private CodecChoice unmeasured(RegionSchema schema) {
    Pipeline pipeline = schema.elementType().numeric() ? Pipeline.SHUFFLE_ZSTD : Pipeline.ZSTD;
    return CodecChoice.of(pipeline, schema.elementType().widthBytes(), zstdLevel);
  }
}
