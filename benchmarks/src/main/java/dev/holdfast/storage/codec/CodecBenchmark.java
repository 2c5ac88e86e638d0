// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What is done to a block of 64 KiB on its way to the disk and back, one thread, in the cache. An
 * operation is a byte, so operations per nanosecond are GB/s; {@code copy} is the unit.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(CodecBenchmark.BLOCK_BYTES)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CodecBenchmark {
  static final int BLOCK_BYTES = 64 << 10;

  private static final Codec SHUFFLE = Codec.of(Pipeline.SHUFFLE_ZSTD, Double.BYTES);
  private static final Codec DELTA = Codec.of(Pipeline.DELTA_SHUFFLE_ZSTD, Double.BYTES);
  private static final CodecChoice CHOICE = new CodecChoice(DELTA, CodecChoice.DEFAULT_ZSTD_LEVEL);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment block = arena.allocate(BLOCK_BYTES, 4096);
  private final MemorySegment other = arena.allocate(BLOCK_BYTES, 4096);
  private final MemorySegment out = arena.allocate(BLOCK_BYTES, 4096);
  private final BlockFilter filter = new BlockFilter();
  private final BlockEncoder encoder = new BlockEncoder();
  private final BlockDecoder decoder = new BlockDecoder();
  private final MemorySegment encoded = arena.allocate(BLOCK_BYTES, 4096);
  private int codecByte;
  private long encodedBytes;

  /** Fills the block with a wave in single precision. */
  @Setup(Level.Trial)
  public void fill() {
    for (int i = 0; i < BLOCK_BYTES / Double.BYTES; i++) {
      block.setAtIndex(ValueLayout.JAVA_DOUBLE, i, (float) (300 + 10 * Math.sin(i * 1e-3)));
      other.setAtIndex(ValueLayout.JAVA_DOUBLE, i, (float) (300 + 10 * Math.sin(i * 1e-3 + 1)));
    }
    Encoded answer = encoder.encode(block, CHOICE);
    codecByte = answer.codec().toByte();
    encodedBytes = answer.stored().byteSize();
    encoded.asSlice(0, encodedBytes).copyFrom(answer.stored());
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void free() {
    encoder.close();
    decoder.close();
    arena.close();
  }

  /** The unit. */
  @Benchmark
  public MemorySegment copy() {
    return out.copyFrom(block);
  }

  /** Byte planes of 8-byte elements. */
  @Benchmark
  public MemorySegment shuffle() {
    filter.forward(SHUFFLE, block, out);
    return out;
  }

  /** And back. */
  @Benchmark
  public MemorySegment unshuffle() {
    filter.inverse(SHUFFLE, block, out);
    return out;
  }

  /** Differences, folded, then byte planes. */
  @Benchmark
  public MemorySegment deltaShuffle() {
    filter.forward(DELTA, block, out);
    return out;
  }

  /** And back. */
  @Benchmark
  public MemorySegment undoDeltaShuffle() {
    filter.inverse(DELTA, block, out);
    return out;
  }

  /** One block replaced by its XOR with another. */
  @Benchmark
  public MemorySegment xor() {
    BlockDecoder.xor(out, other);
    return out;
  }

  /** The checksum of stored bytes. */
  @Benchmark
  public int crc32c() {
    return Crc.crc32c(block);
  }

  /** The checksum of raw bytes. */
  @Benchmark
  public int crc32() {
    return Crc.crc32(block);
  }

  /** All of it: checksums, filter, zstd level 1. */
  @Benchmark
  public long encode() {
    return encoder.encode(block, CHOICE).stored().byteSize();
  }

  /** Back from what {@link #encode} made. */
  @Benchmark
  public MemorySegment decode() throws CodecException {
    decoder.decode(codecByte, encoded.asSlice(0, encodedBytes), out);
    return out;
  }
}
