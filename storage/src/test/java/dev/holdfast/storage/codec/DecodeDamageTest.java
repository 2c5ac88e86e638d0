// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Damaged and hostile blocks: an output of exactly the raw length, or a CodecException. What nobody
 * thought of is tried by {@link dev.holdfast.storage.FuzzTarget}.
 */
class DecodeDamageTest {
  private static final int GUARD_BYTES = 64;
  private static final byte GUARD = (byte) 0xA5;

  private final Arena arena = Arena.ofShared();
  private final BlockDecoder decoder = new BlockDecoder();
  private final SplittableRandom random = new SplittableRandom(Blocks.SEED);

  @AfterEach
  void close() {
    decoder.close();
    arena.close();
  }

  /** Decodes between guard bytes; anything but success or a CodecException fails the test. */
  private boolean decodes(int codecByte, MemorySegment stored, int rawBytes) {
    MemorySegment memory = scratch.asSlice(0, rawBytes + 2L * GUARD_BYTES).fill(GUARD);
    boolean decoded;
    try {
      decoder.decode(codecByte, stored, memory.asSlice(GUARD_BYTES, rawBytes));
      decoded = true;
    } catch (CodecException e) {
      assertTrue(e.toString().contains("found"), e.toString());
      decoded = false;
    } catch (RuntimeException e) {
      throw new AssertionError(describe(codecByte, stored, rawBytes), e);
    }
    for (int i = 0; i < GUARD_BYTES; i++) {
      long after = (long) GUARD_BYTES + rawBytes + i;
      boolean intact =
          memory.get(ValueLayout.JAVA_BYTE, i) == GUARD
              && memory.get(ValueLayout.JAVA_BYTE, after) == GUARD;
      assertTrue(intact, () -> describe(codecByte, stored, rawBytes));
    }
    return decoded;
  }

  private final MemorySegment scratch = arena.allocate(1 << 17);

  private static String describe(int codecByte, MemorySegment stored, int rawBytes) {
    return "codec byte "
        + codecByte
        + ", raw bytes "
        + rawBytes
        + ", stored "
        + Arrays.toString(Blocks.bytes(stored))
        + ", seed "
        + Blocks.SEED;
  }

  @Test
  void decode_everyBitFlip_failsTypedOrGivesTheExactLength() {
    for (Pipeline pipeline : Blocks.COMPRESSED) {
      for (int width : Blocks.WIDTHS) {
        MemorySegment raw = Blocks.walk(arena, 300, width, random);
        MemorySegment stored = Blocks.forced(arena, Codec.of(pipeline, width), raw);
        for (int bit = 0; bit < 8 * stored.byteSize(); bit++) {
          flip(stored, bit);
          for (int any = 0; any < 24; any++) {
            decodes(((any / 6) << 4) | (any % 6), stored, 300);
          }
          flip(stored, bit);
        }
      }
    }
  }

  private static void flip(MemorySegment bytes, int bit) {
    byte old = bytes.get(ValueLayout.JAVA_BYTE, bit / 8);
    bytes.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (old ^ (1 << (bit % 8))));
  }

  @Test
  void decode_everyTruncationAndExtension_isRefused() {
    for (Pipeline pipeline : Blocks.COMPRESSED) {
      for (int width : Blocks.WIDTHS) {
        int codecByte = Codec.of(pipeline, width).toByte();
        MemorySegment raw = Blocks.walk(arena, 300, width, random);
        MemorySegment whole = Blocks.forced(arena, Codec.of(pipeline, width), raw);
        MemorySegment longer = arena.allocate(whole.byteSize() + 9);
        MemorySegment.copy(whole, 0, longer, 0, whole.byteSize());
        for (int bytes = 0; bytes <= longer.byteSize(); bytes++) {
          boolean decoded = decodes(codecByte, longer.asSlice(0, bytes), 300);
          assertEquals(bytes == whole.byteSize(), decoded, "length " + bytes);
        }
        assertTrue(!decodes(codecByte, whole, 299) && !decodes(codecByte, whole, 301));
      }
    }
  }

  @Test
  void decode_rawAndZeroOfAnotherLength_areRefused() {
    MemorySegment stored = Blocks.random(arena, 64, random);
    for (int rawBytes : new int[] {1, 63, 65, 128}) {
      assertTrue(!decodes(0x00, stored, rawBytes));
    }
    assertTrue(decodes(0x30, stored, 64));
    assertTrue(!decodes(0x01, stored, 64));
    assertTrue(decodes(0x31, stored.asSlice(0, 0), 64));
  }

  @Test
  void decode_rawLengthOutOfRange_isRefused() {
    MemorySegment large = arena.allocate(Codec.BLOCK_BYTES_MAX + 1L);
    MemorySegment none = large.asSlice(0, 0);
    assertThrows(CodecException.class, () -> decoder.decode(1, none, large));
    assertThrows(CodecException.class, () -> decoder.decode(1, none, none));
  }

  @Test
  void decode_framesNoEncoderWrites_areRefused() {
    byte[] raw = Blocks.bytes(Blocks.walk(arena, 300, 2, random));
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setLevel(1);
      assertTrue(decodes(2, Blocks.of(arena, context.compress(raw)), 300));
      context.setChecksum(true);
      assertRefused(context.compress(raw), 300);
      context.setChecksum(false).setContentSize(false);
      assertRefused(context.compress(raw), 300);
      context.setContentSize(true).setMagicless(true);
      assertRefused(context.compress(raw), 300);
    }
    byte[] first = Zstd.compress(Arrays.copyOf(raw, 150), 1);
    byte[] second = Zstd.compress(Arrays.copyOfRange(raw, 150, 300), 1);
    assertRefused(concat(first, second), 300);
    assertRefused(concat(first, second), 150);
    byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 1};
    assertRefused(concat(skippable, Zstd.compress(raw, 1)), 300);
    assertRefused(concat(Zstd.compress(raw, 1), skippable), 300);
  }

  @Test
  void decode_frameThatClaimsAHugeContentOrWindow_isRefusedWithoutAllocating() {
    byte[] hugeContent = new byte[32];
    byte[] magic = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xE0};
    System.arraycopy(magic, 0, hugeContent, 0, magic.length);
    Arrays.fill(hugeContent, 5, 13, (byte) 0x7F);
    assertRefused(hugeContent, 300);
    Arrays.fill(hugeContent, 5, 13, (byte) 0xFF);
    assertRefused(hugeContent, 300);
    byte[] hugeWindow = {
      0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x40, (byte) 0xFF, 44, 0, 3, 0, 0, 7
    };
    assertRefused(hugeWindow, 300);
  }

  private void assertRefused(byte[] stored, int rawBytes) {
    assertTrue(!decodes(2, Blocks.of(arena, stored), rawBytes), Arrays.toString(stored));
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
