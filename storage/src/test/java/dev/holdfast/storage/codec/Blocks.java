// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import com.github.luben.zstd.Zstd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Blocks for tests, all from one seed: rerun a failure with -Dholdfast.test.seed=SEED. */
final class Blocks {
  static final long SEED = Long.getLong("holdfast.test.seed", 20_260_101L);

  static final List<Pipeline> COMPRESSED =
      List.of(
          Pipeline.ZSTD,
          Pipeline.SHUFFLE_ZSTD,
          Pipeline.DELTA_SHUFFLE_ZSTD,
          Pipeline.DELTA2_SHUFFLE_ZSTD);

  static final List<Integer> WIDTHS = List.of(1, 2, 4, 8);

  private static final ValueLayout.OfDouble DOUBLE_LE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Blocks() {}

  /** Awkward lengths around elements, groups and chunks, then real block sizes. */
  static List<Integer> lengths() {
    List<Integer> lengths = new ArrayList<>();
    for (int i = 1; i <= 70; i++) {
      lengths.add(i);
    }
    lengths.addAll(List.of(16_383, 16_384, 16_385, (1 << 16) - 3, 1 << 16, 1 << 22));
    return lengths;
  }

  static MemorySegment random(Arena arena, int bytes, SplittableRandom random) {
    MemorySegment block = arena.allocate(bytes);
    for (int i = 0; i < bytes; i++) {
      block.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
    return block;
  }

  /** Bytes of a random walk of integers of the given width: compressible in every pipeline. */
  static MemorySegment walk(Arena arena, int bytes, int width, SplittableRandom random) {
    MemorySegment block = arena.allocate(bytes);
    long value = random.nextLong();
    long step = 0;
    for (int i = 0; i < bytes; i++) {
      if (i % width == 0) {
        step += random.nextInt(-1, 2);
        value += step;
      }
      block.set(ValueLayout.JAVA_BYTE, i, (byte) (value >>> (8 * (i % width))));
    }
    return block;
  }

  static MemorySegment of(Arena arena, double... values) {
    MemorySegment block = arena.allocate(8L * values.length);
    for (int i = 0; i < values.length; i++) {
      block.set(DOUBLE_LE, 8L * i, values[i]);
    }
    return block;
  }

  static MemorySegment of(Arena arena, byte[] bytes) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
  }

  static byte[] bytes(MemorySegment block) {
    return block.toArray(ValueLayout.JAVA_BYTE);
  }

  /** What an encoder would store if every block paid. */
  static MemorySegment forced(Arena arena, Codec codec, MemorySegment raw) {
    MemorySegment filtered = raw;
    if (codec.pipeline().filtered()) {
      filtered = arena.allocate(raw.byteSize());
      new BlockFilter().forward(codec, raw, filtered);
    }
    return of(arena, Zstd.compress(bytes(filtered), 1));
  }

  /** A smooth 2-D temperature field, row by row: waves and bumps, then a few diffusion steps. */
  static double[] heatField(int n, int diffusionSteps) {
    double[] field = new double[n * n];
    for (int y = 0; y < n; y++) {
      for (int x = 0; x < n; x++) {
        double bump = Math.exp(-(Math.pow(x - 0.4 * n, 2) + Math.pow(y - 0.6 * n, 2)) / (8.0 * n));
        double waves =
            Math.sin(9.0 * x / n) * Math.cos(13.0 * y / n) + Math.sin(31.0 * (x + y) / n);
        field[y * n + x] = 300 + 10 * waves + 80 * bump;
      }
    }
    double[] next = field.clone();
    for (int step = 0; step < diffusionSteps; step++) {
      for (int y = 1; y < n - 1; y++) {
        for (int i = y * n + 1; i < y * n + n - 1; i++) {
          double around = field[i - 1] + field[i + 1] + field[i - n] + field[i + n];
          next[i] = field[i] + 0.2 * (around - 4 * field[i]);
        }
      }
      double[] swapped = field;
      field = next;
      next = swapped;
    }
    return field;
  }

  static List<MemorySegment> cut(MemorySegment whole, int blockBytes) {
    List<MemorySegment> blocks = new ArrayList<>();
    for (long at = 0; at < whole.byteSize(); at += blockBytes) {
      blocks.add(whole.asSlice(at, Math.min(blockBytes, whole.byteSize() - at)));
    }
    return blocks;
  }
}
