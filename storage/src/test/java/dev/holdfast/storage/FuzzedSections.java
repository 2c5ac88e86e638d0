// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.AttemptInfo.Opened;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.VersionInfo;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A byte that says of which record, and its sections. */
final class FuzzedSections implements FuzzedParser.Bytes {
  private static final String FILE = "sections";
  private static final int SECTION_HEADER_BYTES = 16;
  private static final FileHeader HEADER =
      FileHeader.of(RecordType.VERSION, 1, Id128.NONE, FuzzedFrame.NUMBER, 1, 1);

  @Override
  public List<byte[]> written() {
    Ended failed = new Ended(EndCause.FAILED, "no such luck", 7, Ledger.begin(1));
    return List.of(
        input(0, FuzzedVersion.sections(1)),
        input(1, FuzzedVersion.sections(FuzzedFrame.NUMBER)),
        input(1, FuzzedVersion.sections(FuzzedVersion.DELTA)),
        input(2, failed.encode()));
  }

  private static byte[] input(int type, byte[] sections) {
    return ByteBuffer.allocate(1 + sections.length).put((byte) type).put(sections).array();
  }

  @Override
  public boolean accepts(byte[] input) {
    if (input.length == 0) {
      return false;
    }
    byte[] sections = Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] % 3) {
      case 0 -> {
        Opened opened = AttemptInfo.decodeOpened(FILE, 0, sections);
        assertEquals(opened, AttemptInfo.decodeOpened(FILE, 0, opened.encode()));
      }
      case 1 -> {
        VersionInfo info = VersionInfo.decode(FILE, 0, sections);
        assertEquals(info, VersionInfo.decode(FILE, 0, info.encode(HEADER)));
        assertEquals(info.blockCount(), blocks(info));
      }
      default -> {
        Ended ended = AttemptInfo.decodeEnded(FILE, 0, sections);
        assertEquals(ended, AttemptInfo.decodeEnded(FILE, 0, ended.encode()));
      }
    }
    return true;
  }

  /** The blocks as readers meet them, each with the length of its region that is left. */
  private static long blocks(VersionInfo info) {
    return info.regions().stream()
        .mapToLong(region -> {
          int count = region.blockCount();
          long before = count == 0 ? 0 : (long) (count - 1) << region.blockLog2();
          int last = count == 0 ? 0 : region.blockLengthBytes(count - 1);
          assertEquals(region.sizeBytes(), before + last);
          return count;
        })
        .sum();
  }

  @Override
  public void putChecksumsRight(byte[] input) {
    putSectionsRight(input, 1, input.length);
  }

  static void putSectionsRight(byte[] file, int from, int to) {
    ByteBuffer bytes = FuzzedFrame.little(file);
    for (int at = from; at <= to - SECTION_HEADER_BYTES; ) {
      long length = bytes.getLong(at + 8);
      if (length < 0 || length > to - at - SECTION_HEADER_BYTES) {
        return;
      }
      int count = SECTION_HEADER_BYTES + (int) length;
      bytes.putInt(at + 4, 0);
      FuzzedFrame.putCrc(file, at, count, at + 4);
      at += count + (-count & 7);
    }
  }
}
