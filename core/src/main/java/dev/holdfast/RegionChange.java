// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How much of a region changed from one version to another: how many blocks and elements, and by
 * how much the numbers in it. An element of opaque bytes is a byte. An element has changed when its
 * bits have: a NaN is the same as a NaN of the same bits, and 0.0 is not -0.0.
 *
 * @param region the region's name
 * @param outcome what can be said in one word
 * @param first the first place that changed, or why nothing can be compared; empty for the same
 *     bits
 * @param counts how much; empty when the region is in one version only, or of another form
 */
public record RegionChange(
    String region, Outcome outcome, Optional<VersionDifference> first, Optional<Counts> counts) {

  /** Whether and how a region differs. */
  public enum Outcome {
    /** The same bits. */
    SAME,
    /** Other bits. */
    CHANGED,
    ONLY_IN_FIRST,
    ONLY_IN_SECOND,
    /** Another type, shape or size: nothing to count. */
    OTHER_FORM
  }

  /**
   * What was counted in a region of one form in both versions.
   *
   * @param blocks all blocks
   * @param changedBlocks those of which a bit changed
   * @param elements all elements
   * @param changedElements those of which a bit changed
   * @param notFiniteElements changed elements whose change is no finite number, because one of the
   *     two is NaN or infinite; they take no part in the largest changes
   * @param absolute the largest |after - before|; empty where no number changed
   * @param relative the largest |after - before| / max(|before|, |after|), at most 2
   */
  public record Counts(
      int blocks,
      int changedBlocks,
      long elements,
      long changedElements,
      long notFiniteElements,
      Optional<Largest> absolute,
      Optional<Largest> relative) {}

  /**
   * A change of a number.
   *
   * @param change 0 or more
   * @param place the first element that changed by so much, such as {@code [3][17]}
   */
  public record Largest(double change, String place) {}

  /** Every region of either version: those of the first in its order, then those it lacks. */
  public static List<RegionChange> between(StoredVersion before, StoredVersion after) {
    List<RegionChange> changes = new ArrayList<>();
    List<RegionSchema> regions = before.info().regions();
    for (int region = 0; region < regions.size(); region++) {
      RegionSchema schema = regions.get(region);
      int other = after.regionNamed(schema.name());
      if (other < 0) {
        changes.add(
            incomparable(Outcome.ONLY_IN_FIRST, VersionDifference.onlyInFirst(schema.name())));
        continue;
      }
      Optional<VersionDifference> form =
          VersionDifference.ofForm(schema, after.info().regions().get(other));
      changes.add(
          form.isPresent()
              ? incomparable(Outcome.OTHER_FORM, form.get())
              : new Count(schema).of(before, region, after, other));
    }
    for (RegionSchema more : after.info().regions()) {
      if (before.regionNamed(more.name()) < 0) {
        changes.add(
            incomparable(Outcome.ONLY_IN_SECOND, VersionDifference.onlyInSecond(more.name())));
      }
    }
    return changes;
  }

  private static RegionChange incomparable(Outcome outcome, VersionDifference why) {
    return new RegionChange(why.region(), outcome, Optional.of(why), Optional.empty());
  }

  /** Counts in one region, block by block. */
  private static final class Count {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfChar CHAR = ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfDouble DOUBLE =
        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);

    private final RegionSchema schema;
    private final ElementType type;
    private final int widthBytes;
    private final boolean numbers;

    private @Nullable VersionDifference first;
    private int changedBlocks;
    private long changedElements;
    private long notFiniteElements;
    private double absolute = -1;
    private long absoluteElement;
    private double relative = -1;
    private long relativeElement;

    Count(RegionSchema schema) {
      this.schema = schema;
      this.type = schema.elementType();
      this.widthBytes = type.widthBytes();
      this.numbers =
          type != ElementType.OPAQUE
              && type != ElementType.BOOLEAN
              && schema.kind() != RegionKind.RNG;
    }

    RegionChange of(StoredVersion before, int region, StoredVersion after, int other) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment left = arena.allocate(schema.blockSizeBytes(), 8);
        MemorySegment right = arena.allocate(schema.blockSizeBytes(), 8);
        for (int block = 0; block < schema.blockCount(); block++) {
          MemorySegment one = left.asSlice(0, schema.blockLengthBytes(block));
          MemorySegment two = right.asSlice(0, schema.blockLengthBytes(block));
          before.readBlock(region, block, one);
          after.readBlock(other, block, two);
          long at = one.mismatch(two);
          if (at >= 0) {
            addBlock((long) block << schema.blockLog2(), at, one, two);
          }
        }
      }
      long elements = schema.sizeBytes() / widthBytes;
      Counts counts =
          new Counts(
              schema.blockCount(),
              changedBlocks,
              elements,
              changedElements,
              notFiniteElements,
              largest(absolute, absoluteElement),
              largest(relative, relativeElement));
      Outcome outcome = first == null ? Outcome.SAME : Outcome.CHANGED;
      return new RegionChange(
          schema.name(), outcome, Optional.ofNullable(first), Optional.of(counts));
    }

    private Optional<Largest> largest(double change, long element) {
      return change < 0
          ? Optional.empty()
          : Optional.of(new Largest(change, VersionDifference.place(schema, element)));
    }

    private void addBlock(long start, long mismatch, MemorySegment one, MemorySegment two) {
      if (first == null) {
        first = VersionDifference.at(schema, start, mismatch, one, two);
      }
      changedBlocks++;
      long end = one.byteSize() - widthBytes;
      for (long at = mismatch - mismatch % widthBytes; at <= end; at += widthBytes) {
        if (bits(one, at) != bits(two, at)) {
          changedElements++;
          if (numbers) {
            addNumber((start + at) / widthBytes, one, two, at);
          }
        }
      }
    }

    private void addNumber(long element, MemorySegment one, MemorySegment two, long at) {
      double change =
          switch (type) {
            case FLOAT -> Math.abs((double) two.get(FLOAT, at) - one.get(FLOAT, at));
            case DOUBLE -> Math.abs(two.get(DOUBLE, at) - one.get(DOUBLE, at));
            default -> distance(whole(one, at), whole(two, at));
          };
      if (!Double.isFinite(change)) {
        notFiniteElements++;
        return;
      }
      if (change > absolute) {
        absolute = change;
        absoluteElement = element;
      }
      double size = Math.max(Math.abs(number(one, at)), Math.abs(number(two, at)));
      double share = change == 0 ? 0 : change / size;
      if (share > relative) {
        relative = share;
        relativeElement = element;
      }
    }

    /** Exact where doubles of the two are not. */
    private static double distance(long from, long to) {
      long difference = to - from;
      boolean overflow = ((to ^ from) & (to ^ difference)) < 0;
      return overflow ? Math.abs((double) to - (double) from) : Math.abs((double) difference);
    }

    private double number(MemorySegment bytes, long at) {
      return switch (type) {
        case FLOAT -> bytes.get(FLOAT, at);
        case DOUBLE -> bytes.get(DOUBLE, at);
        default -> whole(bytes, at);
      };
    }

    private long whole(MemorySegment bytes, long at) {
      return type == ElementType.CHAR ? bytes.get(CHAR, at) : bits(bytes, at);
    }

    /** The bits of an element, with its sign. */
    private long bits(MemorySegment bytes, long at) {
      return switch (widthBytes) {
        case 1 -> bytes.get(ValueLayout.JAVA_BYTE, at);
        case 2 -> bytes.get(SHORT, at);
        case 4 -> bytes.get(INT, at);
        default -> bytes.get(LONG, at);
      };
    }
  }
}
