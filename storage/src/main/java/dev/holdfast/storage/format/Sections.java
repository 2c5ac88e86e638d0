// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The tagged sections of a record: tag, flags, CRC32C, length, payload, padding to 8 bytes
 * (docs/format/record.md). A reader skips unknown sections unless they are marked critical.
 */
final class Sections {
  static final int HEADER_BYTES = 16;

  private static final int CRITICAL = 1;
  private static final int CRC_AT = 4;
  private static final byte[] NO_CRC = new byte[4];

  /**
   * The tags of this version. 32 partition, 33 channels, 34 places, 35 journal, 36 dedup ids and 37
   * seal are reserved.
   */
  enum Tag {
    STATE(2, true),
    PARENT(3, true),
    FAMILY(4, true),
    REFS(5, true),
    RANKS(6, true),
    REGIONS(7, true),
    OUTPUTS(8, true),
    LEDGER(9, false),
    COSTS(10, false),
    LEVEL(11, false),
    ENVIRONMENT(12, false),
    PARAMETERS(13, true),
    USER(14, false),
    HOLDER(15, false),
    ENDING(16, false),
    NOTE(17, false),
    MEASURED(18, false);

    private static final Tag[] ALL = values();

    private final int code;
    private final boolean critical;

    Tag(int code, boolean critical) {
      this.code = code;
      this.critical = critical;
    }

    static @Nullable Tag ofCode(int code) {
      for (Tag tag : ALL) {
        if (tag.code == code) {
          return tag;
        }
      }
      return null;
    }
  }

  private Sections() {}

  /** Collects sections in the order they are added. */
  static final class Writer {
    private final ByteWriter out = new ByteWriter(4096);

    Writer add(Tag tag, Consumer<ByteWriter> payload) {
      ByteWriter body = new ByteWriter(256);
      payload.accept(body);
      int start = out.length();
      out.u16(tag.code).u16(tag.critical ? CRITICAL : 0).i32(0).i64(body.length());
      out.raw(body.toByteArray());
      int bytes = out.length() - start;
      out.putI32At(start + 4, Checksum.crc32c(out.view(start, bytes)));
      out.zeros(-bytes & 7);
      return this;
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }
  }

  /**
   * Checks every section and returns a reader for each known one.
   *
   * @param base offset of the sections in the file
   */
  static Map<Tag, ByteReader> read(String file, long base, byte[] sections) {
    Map<Tag, ByteReader> found = new EnumMap<>(Tag.class);
    int at = 0;
    while (at < sections.length) {
      ByteReader in = new ByteReader(file, base + at, slice(sections, at, sections.length - at));
      int code = in.u16();
      int flags = in.u16();
      int crc = in.i32();
      long length = in.u63();
      if (length > in.remaining()) {
        throw in.damaged("a section of " + length + " bytes exceeds the file");
      }
      int bytes = HEADER_BYTES + (int) length;
      checkCrc(file, base + at, sections, at, bytes, crc);
      Tag tag = Tag.ofCode(code);
      if (tag != null) {
        ByteBuffer payload = slice(sections, at + HEADER_BYTES, (int) length);
        found.put(tag, new ByteReader(file, base + at + HEADER_BYTES, payload));
      } else if ((flags & CRITICAL) != 0) {
        throw new UnsupportedFormatException(file, "section " + code + " is required to read it");
      }
      int padding = -bytes & 7;
      in.skip((int) length);
      in.zeros(padding);
      at += bytes + padding;
    }
    return found;
  }

  private static ByteBuffer slice(byte[] bytes, int from, int count) {
    return ByteBuffer.wrap(bytes, from, count);
  }

  private static void checkCrc(
      String file, long offset, byte[] sections, int at, int bytes, int expected) {
    int computed = crc(sections, at, bytes);
    if (computed != expected) {
      throw DamagedException.differs(file, offset, "section CRC32C", expected, computed);
    }
  }

  /** The CRC32C of a section, its own four bytes taken as zeros. */
  static int crc(byte[] sections, int at, int bytes) {
    CRC32C crc = new CRC32C();
    crc.update(sections, at, CRC_AT);
    crc.update(NO_CRC, 0, NO_CRC.length);
    crc.update(sections, at + CRC_AT + NO_CRC.length, bytes - CRC_AT - NO_CRC.length);
    return (int) crc.getValue();
  }

  /** The section's reader, or damage where a record cannot do without it. */
  static ByteReader required(Map<Tag, ByteReader> sections, Tag tag, String file) {
    ByteReader in = sections.get(tag);
    if (in == null) {
      throw new DamagedException(
          file, -1, "section " + tag.name().toLowerCase(Locale.ROOT) + " is missing");
    }
    return in;
  }
}
