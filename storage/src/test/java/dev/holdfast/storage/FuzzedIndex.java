// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.BlockIndex;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A byte with the number of blocks, one with the number of files, and an index. */
final class FuzzedIndex implements FuzzedParser.Bytes {
  private static final int INDEX_AT = 2;

  @Override
  public List<byte[]> written() {
    int none = BlockIndex.NO_LAYER;
    BlockIndex index = new BlockIndex(4);
    index.add(256, 100, 1, 2, 0, 0x34, 0, none, 0);
    index.add(512, 80, 3, 4, 0, 0x34, 2, 2, 0);
    index.add(768, 60, 5, 6, 1, 0x33, 1, 3, 0);
    index.add(1024, 40, 7, 8, 2, 0x30, 0, none, 0);
    byte[] input = new byte[INDEX_AT + 4 * BlockIndex.ENTRY_BYTES];
    input[0] = 2;
    input[1] = 3;
    index.encoded().get(input, INDEX_AT, 4 * BlockIndex.ENTRY_BYTES);
    return List.of(input);
  }

  @Override
  public boolean accepts(byte[] input) {
    if (input.length < INDEX_AT) {
      return false;
    }
    int blocks = input[0] & 0xff;
    int files = input[1] & 0xff;
    int entries = (input.length - INDEX_AT) / BlockIndex.ENTRY_BYTES;
    int end = INDEX_AT + entries * BlockIndex.ENTRY_BYTES;
    BlockIndex index = BlockIndex.wrap(Arrays.copyOfRange(input, INDEX_AT, end));
    index.check("index", blocks, files);
    assertEquals(entries, index.size());
    assertEquals(ByteBuffer.wrap(input, INDEX_AT, end - INDEX_AT).slice(), index.encoded());
    for (int entry = 0; entry < index.size(); entry++) {
      assertTrue(index.file(entry) < files && index.offset(entry) >= 0);
      int layers = 0;
      for (int at = entry; index.xorDepth(at) > 0; at = index.xorRef(at)) {
        assertTrue(index.xorRef(at) >= blocks && ++layers <= BlockIndex.XOR_DEPTH_MAX);
      }
      assertEquals(index.xorDepth(entry), layers);
    }
    return true;
  }
}
