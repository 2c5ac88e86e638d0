// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Decodes blocks, one after the other; one instance per thread.
 *
 * <p>The caller has verified the CRC32C of the stored bytes before, so damage is news here; yet any
 * bytes are safe to decode: they give an output of exactly the expected length or a {@link
 * CodecException}. Memory depends on the length of the output segment only, never on a length found
 * in the bytes: one scratch block of at most 4 MiB, plus zstd's context of fixed size. Segments
 * must be native, and their arenas must not be closed during the call.
 */
public final class BlockDecoder implements AutoCloseable {
  private final Optional<ZstdDecompressCtx> zstd;
  private final BlockFilter filter = new BlockFilter();
  private final Scratch filtered = new Scratch();
  private boolean closed;

  /** A decoder; without zstd ({@link Zstandard}) it decodes only what is not compressed. */
  public BlockDecoder() {
    this(Zstandard.available());
  }

  BlockDecoder(boolean zstdAvailable) {
    zstd = zstdAvailable ? Optional.of(new ZstdDecompressCtx()) : Optional.empty();
  }

  /**
   * Decodes one block. XOR is not undone here: see {@link #xor}.
   *
   * @param codecByte the codec byte, unsigned
   * @param stored the stored bytes, exactly
   * @param raw the output; its length is the expected raw length, 1 byte to 4 MiB; must not overlap
   *     {@code stored}; its contents are undefined after an exception
   * @throws CodecException if the bytes are not those of a block of this length, or zstd is missing
   * @throws IllegalArgumentException if a segment is not native, or {@code raw} is read-only
   */
  public synchronized void decode(int codecByte, MemorySegment stored, MemorySegment raw)
      throws CodecException {
    requireUsable(stored, raw);
    Codec codec = Codec.parse(codecByte);
    long rawBytes = raw.byteSize();
    if (rawBytes < 1 || rawBytes > Codec.BLOCK_BYTES_MAX) {
      throw CodecException.of(codecByte, "a raw length of 1 to " + Codec.BLOCK_BYTES_MAX, rawBytes);
    }
    switch (codec.pipeline()) {
      case RAW -> {
        requireStoredBytes(codecByte, stored, rawBytes);
        raw.copyFrom(stored);
      }
      case ZERO -> {
        requireStoredBytes(codecByte, stored, 0);
        raw.fill((byte) 0);
      }
      case ZSTD -> decompress(codecByte, stored, raw);
      case SHUFFLE_ZSTD, DELTA_SHUFFLE_ZSTD, DELTA2_SHUFFLE_ZSTD -> {
        MemorySegment planes = filtered.segment(rawBytes);
        decompress(codecByte, stored, planes);
        filter.inverse(codec, planes, raw);
      }
    }
  }

  /** Replaces {@code inout} by {@code inout XOR other}; both have the same length. */
  public static void xor(MemorySegment inout, MemorySegment other) {
    long bytes = inout.byteSize();
    if (bytes != other.byteSize()) {
      throw new IllegalArgumentException(
          "XOR of " + bytes + " bytes with " + other.byteSize() + " bytes");
    }
    long whole = bytes - bytes % 8;
    for (long i = 0; i < whole; i += 8) {
      long x = inout.get(ValueLayout.JAVA_LONG_UNALIGNED, i);
      long y = other.get(ValueLayout.JAVA_LONG_UNALIGNED, i);
      inout.set(ValueLayout.JAVA_LONG_UNALIGNED, i, x ^ y);
    }
    for (long i = whole; i < bytes; i++) {
      int x = inout.get(ValueLayout.JAVA_BYTE, i);
      inout.set(ValueLayout.JAVA_BYTE, i, (byte) (x ^ other.get(ValueLayout.JAVA_BYTE, i)));
    }
  }

  private void decompress(int codecByte, MemorySegment stored, MemorySegment out)
      throws CodecException {
    if (zstd.isEmpty()) {
      throw CodecException.of(
          codecByte,
          "zstd to decompress it",
          Zstandard.unavailableReason().orElse("that it is switched off"));
    }
    // An encoder stores a block raw rather than longer; twice the length leaves room for others.
    long storedBytesMax = 2L * Codec.BLOCK_BYTES_MAX;
    if (stored.byteSize() > storedBytesMax) {
      throw CodecException.of(
          codecByte, "at most " + storedBytesMax + " stored bytes", stored.byteSize());
    }
    ByteBuffer view = stored.asByteBuffer();
    int outBytes = (int) out.byteSize();
    ZstdFrame.check(codecByte, stored, view, outBytes);
    int written;
    try {
      written =
          zstd.get()
              .decompressDirectByteBuffer(out.asByteBuffer(), 0, outBytes, view, 0, view.limit());
    } catch (ZstdException e) {
      CodecException failure = CodecException.of(codecByte, "a zstd frame", e);
      failure.initCause(e);
      throw failure;
    }
    if (written != outBytes) {
      throw CodecException.of(codecByte, outBytes + " bytes of content", written);
    }
  }

  private static void requireStoredBytes(int codecByte, MemorySegment stored, long expectedBytes)
      throws CodecException {
    if (stored.byteSize() != expectedBytes) {
      throw CodecException.of(codecByte, expectedBytes + " stored bytes", stored.byteSize());
    }
  }

  private void requireUsable(MemorySegment stored, MemorySegment raw) {
    if (closed) {
      throw new IllegalStateException("this decoder is closed; make a new one");
    }
    if (!stored.isNative() || !raw.isNative() || raw.isReadOnly()) {
      throw new IllegalArgumentException(
          "stored and raw must be native segments and raw writable; copy through a native one");
    }
  }

  /** Frees native memory. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      zstd.ifPresent(ZstdDecompressCtx::close);
      filtered.close();
    }
  }
}
