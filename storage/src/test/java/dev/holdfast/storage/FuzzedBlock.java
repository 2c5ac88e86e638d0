// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.codec.BlockDecoder;
import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.Codec;
import dev.holdfast.storage.codec.CodecChoice;
import dev.holdfast.storage.codec.CodecException;
import dev.holdfast.storage.codec.Encoded;
import dev.holdfast.storage.codec.Pipeline;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The codec byte, the raw length less 1 as two bytes, and the stored bytes of a block. */
final class FuzzedBlock implements FuzzedParser.Bytes {
  private static final int STORED_AT = 3;
  private static final int RAW_BYTES_MAX = 1 << 16;
  private static final int GUARD_BYTES = 64;
  private static final byte GUARD = (byte) 0xa5;

  private final Arena arena = Arena.ofShared();
  private final BlockDecoder decoder = new BlockDecoder();
  private final BlockEncoder encoder = new BlockEncoder();
  private final MemorySegment memory = arena.allocate((long) RAW_BYTES_MAX + 2L * GUARD_BYTES, 8);
  private final MemorySegment again = arena.allocate(RAW_BYTES_MAX, 8);

  @Override
  public List<byte[]> written() {
    List<byte[]> inputs = new ArrayList<>();
    MemorySegment raw = arena.allocate(600, 8);
    for (int i = 0; i < 75; i++) {
      raw.setAtIndex(ValueLayout.JAVA_LONG, i, 1_000_000L + 17L * i + i % 7);
    }
    for (Pipeline pipeline : Pipeline.values()) {
      if (pipeline != Pipeline.ZERO) {
        Encoded encoded = encoder.encode(raw, CodecChoice.of(pipeline, 8, 1));
        inputs.add(input(encoded, raw));
      }
    }
    inputs.add(input(encoder.encode(again, CodecChoice.of(Pipeline.ZSTD, 4, 1)), again));
    return inputs;
  }

  private static byte[] input(Encoded encoded, MemorySegment raw) {
    ByteBuffer input = ByteBuffer.allocate(STORED_AT + encoded.storedBytes());
    input.put((byte) encoded.codecByte()).putShort((short) (raw.byteSize() - 1));
    return input.put(encoded.stored().asByteBuffer()).array();
  }

  @Override
  public boolean accepts(byte[] input) {
    if (input.length < STORED_AT) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.wrap(input);
    int codecByte = bytes.get() & 0xff;
    int rawBytes = 1 + (bytes.getShort() & 0xffff);
    MemorySegment guarded = memory.asSlice(0, rawBytes + 2L * GUARD_BYTES).fill(GUARD);
    MemorySegment raw = guarded.asSlice(GUARD_BYTES, rawBytes);
    try (Arena own = Arena.ofConfined()) {
      MemorySegment stored = own.allocate(bytes.remaining());
      stored.asByteBuffer().put(bytes);
      decoder.decode(codecByte, stored, raw);
      assertEncodesAgain(codecByte, raw);
      return true;
    } catch (CodecException e) {
      return false; // What its callers make a DamagedException of.
    } finally {
      for (int i = 0; i < GUARD_BYTES; i++) {
        assertEquals(GUARD, guarded.get(ValueLayout.JAVA_BYTE, i));
        assertEquals(GUARD, guarded.get(ValueLayout.JAVA_BYTE, (long) GUARD_BYTES + rawBytes + i));
      }
    }
  }

  private void assertEncodesAgain(int codecByte, MemorySegment raw) throws CodecException {
    Codec codec = Codec.parse(codecByte);
    assertEquals(codecByte, codec.toByte());
    if (codec.pipeline() == Pipeline.ZERO) {
      return;
    }
    Encoded encoded = encoder.encode(raw, new CodecChoice(codec, 1));
    MemorySegment decoded = again.asSlice(0, raw.byteSize());
    decoder.decode(encoded.codecByte(), encoded.stored(), decoded);
    assertTrue(decoded.mismatch(raw) == -1, "encoded again it is another block");
    decoded.fill((byte) 0);
  }
}
