// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.Aim;
import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.CodecChoice;
import dev.holdfast.storage.codec.CodecChooser;
import dev.holdfast.storage.codec.CodecChooser.Rated;
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
 * because a field changes its character as a computation goes on, and so does the disk's speed.
 * Until the disk has shown that, the bytes decide.
 */
final class CodecMemory {
  /** Versions after which a region is measured again. */
  private static final int MEASURE_EVERY = 16;

  /** Regions below this size are not worth a measurement. */
  private static final int MEASURE_FROM_BYTES = 4096;

  private static final int SAMPLE_BLOCKS = 4;
  private static final int SAMPLE_BLOCK_BYTES_MIN = 1 << 12;
  private static final int SAMPLE_BLOCK_BYTES_MAX = 1 << 16;

  /**
   * Each way is tried on so much of a region, so that to choose takes about as long as to encode.
   */
  private static final int SAMPLE_SHARE = 8;

  /** Of smaller regions it matters little how long they take. */
  private static final long TIMED_FROM_BYTES = 1 << 20;

  private static final Aim QUICK = new Aim.Bytes(List.of(CodecChoice.DEFAULT_ZSTD_LEVEL));
  private static final Aim SMALL = new Aim.Bytes(List.of(CodecChoice.DEFAULT_ZSTD_LEVEL, 6, 12));

  private final Compression compression;
  private final DiskSpeed diskSpeed;
  private final int threads;
  private final CodecChooser chooser;
  private final Map<String, Rated> raw = new HashMap<>();
  private final Map<String, Rated> xor = new HashMap<>();
  private int version;

  /** The speed with which choices were made, 0 while it was not known. */
  private double speed;

  /**
   * @param threads how many encode at once
   * @param encoder the writer's own, which has nothing else to do meanwhile
   */
  CodecMemory(Compression compression, DiskSpeed diskSpeed, int threads, BlockEncoder encoder) {
    this.compression = compression;
    this.diskSpeed = diskSpeed;
    this.threads = threads;
    this.chooser = new CodecChooser(encoder);
  }

  /** A new version begins. */
  void nextVersion() {
    double now = diskSpeed.bytesPerSecond().orElse(0);
    boolean otherSpeed = now > 2 * speed || now < speed / 2;
    if (++version % MEASURE_EVERY == 0 || (otherSpeed && compression == Compression.FAST)) {
      raw.clear();
      xor.clear();
      speed = now;
    }
  }

  private Aim aim(RegionSchema schema) {
    if (compression == Compression.SMALL) {
      return SMALL;
    }
    boolean timed = speed > 0 && schema.sizeBytes() >= TIMED_FROM_BYTES;
    return timed ? new Aim.Time(speed, threads) : QUICK;
  }

  /** The codec for self-contained blocks. Reads other blocks of the source the first time. */
  CodecChoice forRaw(RegionSource source) {
    RegionSchema schema = source.schema();
    if (schema.mappable()) {
      return asIs(schema);
    }
    if (schema.sizeBytes() < MEASURE_FROM_BYTES) {
      return unmeasured(schema);
    }
    return ratedRaw(source).choice();
  }

  private Rated ratedRaw(RegionSource source) {
    Rated known = raw.get(source.schema().name());
    return known != null ? known : measureRaw(source);
  }

  private Rated measureRaw(RegionSource source) {
    RegionSchema schema = source.schema();
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> sample = new ArrayList<>();
      for (int block : spread(schema.blockCount())) {
        sample.add(copy(source.block(block), schema, arena));
      }
      Rated rated =
          chooser.choose(
              schema.elementType().widthBytes(),
              schema.elementType().numeric(),
              sample,
              aim(schema));
      raw.put(schema.name(), rated);
      return rated;
    }
  }

  private static CodecChoice asIs(RegionSchema schema) {
    int width = schema.elementType().widthBytes();
    return CodecChoice.of(Pipeline.RAW, width, CodecChoice.DEFAULT_ZSTD_LEVEL);
  }

  /** The codec for the differences to the previous values. */
  CodecChoice forXor(RegionSource source) {
    RegionSchema schema = source.schema();
    if (schema.sizeBytes() < MEASURE_FROM_BYTES) {
      return unmeasured(schema);
    }
    Rated known = xor.get(schema.name());
    return known != null ? known.choice() : measureXor(source);
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
          now.add(copy(source.block(candidates.get(i)), schema, arena));
          before.add(copy(committed, schema, arena));
        }
      }
      Aim aim = aim(schema);
      int width = schema.elementType().widthBytes();
      Rated rated = chooser.chooseXor(width, now, before, aim);
      if (aim.timed() && rated.cost() > ratedRaw(source).cost()) {
        rated = new Rated(asIs(schema), rated.cost()); // then none is tried
      }
      xor.put(schema.name(), rated);
      return rated.choice();
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

  /** The middle of a block. */
  private static MemorySegment copy(MemorySegment bytes, RegionSchema schema, Arena arena) {
    int blocks = Math.min(SAMPLE_BLOCKS, schema.blockCount());
    long share = schema.sizeBytes() / ((long) SAMPLE_SHARE * blocks) / Long.BYTES * Long.BYTES;
    long wanted = Math.clamp(share, SAMPLE_BLOCK_BYTES_MIN, SAMPLE_BLOCK_BYTES_MAX);
    long length = Math.min(wanted, bytes.byteSize());
    long from = (bytes.byteSize() - length) / 2 / Long.BYTES * Long.BYTES;
    return arena.allocate(length, 8).copyFrom(bytes.asSlice(from, length));
  }

  private CodecChoice unmeasured(RegionSchema schema) {
    Pipeline pipeline = schema.elementType().numeric() ? Pipeline.SHUFFLE_ZSTD : Pipeline.ZSTD;
    return CodecChoice.of(
        pipeline, schema.elementType().widthBytes(), CodecChoice.DEFAULT_ZSTD_LEVEL);
  }
}
