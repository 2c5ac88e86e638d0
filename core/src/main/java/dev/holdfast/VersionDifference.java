// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The first place at which a region of one version is not that of another, bit by bit. Two versions
 * of the same job at the same step must hold the same bits, however often the job was restarted on
 * the way; where they do not, the place says which state the program has forgotten to protect, or
 * protects wrongly.
 *
 * @param region the region's name; empty for the count of steps, which is no region's
 * @param place where in it, such as {@code [3][17]} or {@code byte 5}; empty for the whole
 * @param expected what the first version holds there, in words
 * @param actual what the second holds
 */
public record VersionDifference(String region, String place, String expected, String actual) {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfChar CHAR =
      ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The first difference of each region that differs, in the order of the first version. */
  public static List<VersionDifference> between(StoredVersion expected, StoredVersion actual) {
    List<VersionDifference> found = new ArrayList<>();
    steps(expected, actual).ifPresent(found::add);
    for (int region = 0; region < expected.info().regions().size(); region++) {
      String name = expected.info().regions().get(region).name();
      int other = actual.regionNamed(name);
      if (other < 0) {
        found.add(onlyInFirst(name));
      } else {
        ofRegion(expected, region, actual, other).ifPresent(found::add);
      }
    }
    for (RegionSchema more : actual.info().regions()) {
      if (expected.regionNamed(more.name()) < 0) {
        found.add(onlyInSecond(more.name()));
      }
    }
    return found;
  }

  static VersionDifference onlyInFirst(String region) {
    return new VersionDifference(region, "", "there", "missing");
  }

  static VersionDifference onlyInSecond(String region) {
    return new VersionDifference(region, "", "missing", "there");
  }

  private static Optional<VersionDifference> steps(StoredVersion expected, StoredVersion actual) {
    VersionInfo.State one = expected.info().state();
    VersionInfo.State two = actual.info().state();
    return one.step() == two.step() && one.phases().equals(two.phases())
        ? Optional.empty()
        : Optional.of(new VersionDifference("", "", inWords(one), inWords(two)));
  }

  private static String inWords(VersionInfo.State state) {
    StringBuilder words = new StringBuilder(state.step() + " in all");
    state
        .phases()
        .forEach(phase ->
            words.append(
                String.format(
                    Locale.ROOT,
                    " (loop \"%s\": %d of %d%s)",
                    phase.name(),
                    phase.done(),
                    phase.total(),
                    phase.finished() ? "" : ", unfinished")));
    return words.toString();
  }

  private static Optional<VersionDifference> ofRegion(
      StoredVersion expected, int region, StoredVersion actual, int other) {
    RegionSchema schema = expected.info().regions().get(region);
    Optional<VersionDifference> form = ofForm(schema, actual.info().regions().get(other));
    if (form.isPresent()) {
      return form;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment left = arena.allocate(schema.blockSizeBytes(), 8);
      MemorySegment right = arena.allocate(schema.blockSizeBytes(), 8);
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment one = left.asSlice(0, schema.blockLengthBytes(block));
        MemorySegment two = right.asSlice(0, schema.blockLengthBytes(block));
        expected.readBlock(region, block, one);
        actual.readBlock(other, block, two);
        long at = one.mismatch(two);
        if (at >= 0) {
          return Optional.of(at(schema, (long) block << schema.blockLog2(), at, one, two));
        }
      }
    }
    return Optional.empty();
  }

  /** What keeps two regions of one name from being compared place by place. */
  static Optional<VersionDifference> ofForm(RegionSchema schema, RegionSchema other) {
    String form = form(schema);
    String otherForm = form(other);
    return form.equals(otherForm)
            && schema.sizeBytes() == other.sizeBytes()
            && schema.elementType() == other.elementType()
            && schema.blockLog2() == other.blockLog2()
        ? Optional.empty()
        : Optional.of(
            new VersionDifference(schema.name(), "", form, otherForm + sizes(schema, other)));
  }

  private static String form(RegionSchema schema) {
    String words = Schemas.inWords(schema);
    return schema.kind() == RegionKind.ARRAY || schema.kind() == RegionKind.SEGMENT
        ? words
        : String.format(Locale.ROOT, "%s of %,d bytes", words, schema.sizeBytes());
  }

  private static String sizes(RegionSchema schema, RegionSchema other) {
    return schema.blockLog2() == other.blockLog2()
        ? ""
        : ", in blocks of " + other.blockSizeBytes() + " bytes";
  }

  /** The difference at the first byte of a block that is another. */
  static VersionDifference at(
      RegionSchema schema, long blockStart, long mismatch, MemorySegment one, MemorySegment two) {
    if (schema.kind() == RegionKind.RNG) {
      return new VersionDifference(schema.name(), "", "one state of the generator", "another");
    }
    ElementType type = schema.elementType();
    if (schema.kind() == RegionKind.CELL && type == ElementType.OPAQUE) {
      String expected = scalar(schema, one);
      String actual = scalar(schema, two);
      if (!expected.equals(actual)) {
        return new VersionDifference(schema.name(), "", expected, actual);
      }
    }
    long inBlock = mismatch / type.widthBytes() * type.widthBytes();
    long element = (blockStart + inBlock) / type.widthBytes();
    String expected = value(type, one, inBlock);
    String actual = value(type, two, inBlock);
    if (expected.equals(actual)) { // two bit patterns of NaN
      expected += " with bits " + bits(type, one, inBlock);
      actual += " with bits " + bits(type, two, inBlock);
    }
    return new VersionDifference(schema.name(), place(schema, element), expected, actual);
  }

  /** The element as a Java programmer addresses it. */
  static String place(RegionSchema schema, long element) {
    if (schema.elementType() == ElementType.OPAQUE || schema.kind() == RegionKind.SEGMENT) {
      return String.format(Locale.ROOT, "byte %,d", element);
    }
    if (schema.kind() == RegionKind.CELL) {
      return "";
    }
    if (Schemas.ofDifferentLengths(schema)) {
      return String.format(Locale.ROOT, "element %,d of all rows", element);
    }
    StringBuilder indices = new StringBuilder();
    long rest = element;
    for (int d = schema.shape().size() - 1; d >= 0; d--) {
      long extent = schema.shape().get(d);
      indices.insert(0, "[" + rest % extent + "]");
      rest /= extent;
    }
    return indices.toString();
  }

  private static String value(ElementType type, MemorySegment bytes, long at) {
    return switch (type) {
      case OPAQUE -> "0x" + bits(type, bytes, at);
      case BYTE -> String.valueOf(bytes.get(ValueLayout.JAVA_BYTE, at));
      case BOOLEAN -> String.valueOf(bytes.get(ValueLayout.JAVA_BYTE, at) != 0);
      case SHORT -> String.valueOf(bytes.get(SHORT, at));
      case CHAR -> "char " + (int) bytes.get(CHAR, at);
      case INT -> String.valueOf(bytes.get(INT, at));
      case LONG -> String.valueOf(bytes.get(LONG, at));
      case FLOAT -> String.valueOf(bytes.get(FLOAT, at));
      case DOUBLE -> String.valueOf(bytes.get(DOUBLE, at));
    };
  }

  /** Most significant byte first. */
  private static String bits(ElementType type, MemorySegment bytes, long at) {
    StringBuilder digits = new StringBuilder();
    for (int i = type.widthBytes() - 1; i >= 0; i--) {
      digits.append(HexFormat.of().toHexDigits(bytes.get(ValueLayout.JAVA_BYTE, at + i)));
    }
    return digits.toString();
  }

  /** A scalar behind ref or bind; only its type where a block does not hold the whole of it. */
  private static String scalar(RegionSchema schema, MemorySegment bytes) {
    Optional<ValueForm> form = ValueForms.scalarNamed(schema.typeName());
    if (form.isEmpty() || schema.blockCount() > 1) {
      return schema.typeName();
    }
    byte[] all = bytes.toArray(ValueLayout.JAVA_BYTE);
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(all))) {
      Object value = form.get().read(in);
      return switch (value) {
        case Character c -> "char " + (int) c;
        case String text -> FileDifference.quoted(text);
        default -> value.toString();
      };
    } catch (IOException e) { // not what this version of the library writes
      return schema.typeName();
    }
  }

  /** For example {@code field[3][17]: expected 1.5, found 1.25}. */
  @Override
  public String toString() {
    String subject = region.isEmpty() ? "the count of steps" : region;
    String where = place.isEmpty() || place.startsWith("[") ? place : " " + place;
    return subject + where + ": expected " + expected + ", found " + actual;
  }
}
