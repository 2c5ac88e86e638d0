// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Encodes blocks of 1 byte to 4 MiB, one after the other; one instance per writing thread.
 *
 * <p>Native scratch memory is reused: at most three times the largest block, plus zstd's context.
 * Methods are synchronized only so that a close on another thread cannot free memory under a
 * running native call. Segments must be native; read-only ones and ones of any arena will do,
 * provided the arena is not closed during the call. Where zstd cannot be loaded ({@link Zstandard})
 * blocks are stored raw, except those of zeros.
 */
public final class BlockEncoder implements AutoCloseable {
  private final Optional<ZstdCompressCtx> zstd;
  private final BlockFilter filter = new BlockFilter();
  private final Scratch xored = new Scratch();
  private final Scratch filtered = new Scratch();
  private final Scratch compressed = new Scratch();
  private int zstdLevel;
  private boolean closed;

  /** An encoder that compresses if zstd is available. */
  public BlockEncoder() {
    this(Zstandard.available());
  }

  BlockEncoder(boolean zstdAvailable) {
    zstd = zstdAvailable ? Optional.of(new ZstdCompressCtx()) : Optional.empty();
    zstdLevel = CodecChoice.DEFAULT_ZSTD_LEVEL;
    zstd.ifPresent(context -> context.setLevel(zstdLevel).setChecksum(false).setDictID(false));
  }

  /**
   * Encodes a block by itself. A compressed block is used only if it is smaller than 15/16 of the
   * raw one.
   *
   * @throws IllegalArgumentException if the block is empty, larger than 4 MiB, or not native
   */
  public synchronized Encoded encode(MemorySegment raw, CodecChoice choice) {
    requireBlock(raw);
    int crc32Raw = Crc.crc32(raw);
    return isZero(raw) ? zero(choice, crc32Raw) : compress(raw, choice, crc32Raw);
  }

  /**
   * Encodes {@code raw XOR previous}; a block that did not change becomes {@link Pipeline#ZERO}.
   * The result always stands for the XORed bytes, even when {@link Encoded#pays()} is false and
   * {@link #encode} is the better answer. Its {@code crc32Raw} is that of {@code raw}.
   *
   * @param previous the same block as the decoder will find it; the same length as {@code raw}
   * @throws IllegalArgumentException as for {@link #encode}, or if the lengths differ
   */
  public synchronized Encoded encodeXor(
      MemorySegment raw, MemorySegment previous, CodecChoice choice) {
    requireBlock(raw);
    requireBlock(previous);
    if (raw.byteSize() != previous.byteSize()) {
      throw new IllegalArgumentException(
          "raw has " + raw.byteSize() + " bytes, previous " + previous.byteSize());
    }
    int crc32Raw = Crc.crc32(raw);
    if (raw.mismatch(previous) == -1) {
      return zero(choice, crc32Raw);
    }
    MemorySegment difference = xored.segment(raw.byteSize()).copyFrom(raw);
    BlockDecoder.xor(difference, previous);
    return compress(difference, choice, crc32Raw);
  }

  /**
   * Whether {@link #encodeXor} is worth trying: not where the difference would be stored raw, as
   * with {@link Pipeline#RAW} all are but that of a block that has not changed.
   */
  public boolean xorMayPay(MemorySegment raw, MemorySegment previous, CodecChoice choice) {
    boolean compressed = zstd.isPresent() && choice.compresses();
    return compressed || raw.mismatch(previous) == -1;
  }

  private Encoded compress(MemorySegment content, CodecChoice choice, int crc32Raw) {
    Codec codec = choice.codec();
    if (zstd.isPresent() && codec.pipeline().zstd()) {
      MemorySegment input = content;
      if (codec.pipeline().filtered()) {
        input = filtered.segment(content.byteSize());
        filter.forward(codec, content, input);
      }
      int storedBytes = compressFrame(zstd.get(), input, choice.zstdLevel());
      if (pays(storedBytes, content.byteSize())) {
        return encoded(codec, compressed.segment(storedBytes), crc32Raw);
      }
    }
    return encoded(codec.with(Pipeline.RAW), content, crc32Raw);
  }

  static boolean pays(long storedBytes, long rawBytes) {
    return 16 * storedBytes < 15 * rawBytes;
  }

  private int compressFrame(ZstdCompressCtx context, MemorySegment input, int level) {
    if (level != zstdLevel) {
      context.setLevel(level);
      zstdLevel = level;
    }
    int inputBytes = (int) input.byteSize();
    int boundBytes = (int) Zstd.compressBound(inputBytes);
    ByteBuffer output = compressed.buffer(boundBytes);
    try {
      return context.compressDirectByteBuffer(
          output, 0, boundBytes, input.asByteBuffer(), 0, inputBytes);
    } catch (ZstdException e) {
      // With room for the bound only memory for zstd's tables can run out. A version that is stored
      // raw is worth more than none.
      return Integer.MAX_VALUE;
    }
  }

  private static Encoded zero(CodecChoice choice, int crc32Raw) {
    return encoded(choice.codec().with(Pipeline.ZERO), MemorySegment.NULL, crc32Raw);
  }

  private static Encoded encoded(Codec codec, MemorySegment stored, int crc32Raw) {
    return new Encoded(codec, stored, Crc.crc32c(stored), crc32Raw);
  }

  /** A block equal to itself shifted by one byte repeats its first byte throughout. */
  private static boolean isZero(MemorySegment raw) {
    long last = raw.byteSize() - 1;
    return raw.get(ValueLayout.JAVA_BYTE, 0) == 0
        && MemorySegment.mismatch(raw, 0, last, raw, 1, last + 1) == -1;
  }

  private void requireBlock(MemorySegment block) {
    if (closed) {
      throw new IllegalStateException("this encoder is closed; make a new one");
    }
    if (!block.isNative()) {
      throw new IllegalArgumentException(
          "a block lies on the Java heap; copy it to a native segment");
    }
    if (block.byteSize() < 1 || block.byteSize() > Codec.BLOCK_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a block has " + block.byteSize() + " bytes; use 1 to " + Codec.BLOCK_BYTES_MAX);
    }
  }

  /** Frees native memory; what was encoded last can no longer be read. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      zstd.ifPresent(ZstdCompressCtx::close);
      xored.close();
      filtered.close();
      compressed.close();
    }
  }
}
