// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.reflect.Array;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a nested array after walking it: its innermost arrays in order, called
 * leaves, and the lengths of all arrays, outer before inner (depth first). An array whose arrays at
 * each level are equally long is rectangular and has a shape; of any other the lengths are stored.
 */
final class ArrayWalk {
  private final String name;
  private final int depth;
  private final long[] extents;
  private final int[] path;

  private @Nullable Object[] leaves = {};
  private int leafCount;
  private int[] lengths = {};
  private int lengthCount;
  private long[] starts = {};
  private long elements;
  private boolean rectangular;
  private int cursor;

  /**
   * @param name the region's, for messages
   */
  ArrayWalk(String name, int depth) {
    this.name = name;
    this.depth = depth;
    this.extents = new long[depth];
    this.path = new int[depth];
  }

  /**
   * Walks an array.
   *
   * @throws IllegalStateException when a row is null
   */
  void walk(Object array) {
    leafCount = 0;
    lengthCount = 0;
    elements = 0;
    cursor = 0;
    rectangular = true;
    Arrays.fill(extents, -1);
    visit(array, 0);
    for (int level = 0; level < depth; level++) {
      extents[level] = Math.max(0, extents[level]);
    }
    if (!rectangular) {
      findStarts();
    }
  }

  private void visit(Object array, int level) {
    int length = Array.getLength(array);
    if (extents[level] < 0) {
      extents[level] = length;
    } else if (extents[level] != length) {
      rectangular = false;
    }
    if (lengthCount == lengths.length) {
      lengths = Arrays.copyOf(lengths, Math.max(16, 2 * lengthCount));
    }
    lengths[lengthCount++] = length;
    if (level == depth - 1) {
      if (leafCount == leaves.length) {
        leaves = Arrays.copyOf(leaves, Math.max(16, 2 * leafCount));
      }
      leaves[leafCount++] = array;
      elements += length;
      return;
    }
    @Nullable Object[] rows = (@Nullable Object[]) array;
    for (int i = 0; i < length; i++) {
      path[level] = i;
      Object row = rows[i];
      if (row == null) {
        throw nullRow(level);
      }
      visit(row, level + 1);
    }
  }

  private IllegalStateException nullRow(int level) {
    StringBuilder at = new StringBuilder(name);
    for (int i = 0; i <= level; i++) {
      at.append('[').append(path[i]).append(']');
    }
    return new IllegalStateException(
        "region " + name + ": " + at + " is null; use an empty row instead");
  }

  private void findStarts() {
    if (starts.length <= leafCount) {
      starts = new long[leafCount + 1];
    }
    long start = 0;
    for (int leaf = 0; leaf < leafCount; leaf++) {
      starts[leaf] = start;
      start += Array.getLength(leaf(leaf));
    }
    starts[leafCount] = start;
  }

  /** Lets the program's arrays go; their shape stays known. */
  void forget() {
    Arrays.fill(leaves, 0, leafCount, null);
  }

  boolean rectangular() {
    return rectangular;
  }

  /** The number of elements in all leaves. */
  long elements() {
    return elements;
  }

  /** The shape of a rectangular array. */
  long[] extents() {
    return extents;
  }

  /** The lengths of all arrays are at 0 to {@link #lengthCount}. */
  int[] lengths() {
    return lengths;
  }

  int lengthCount() {
    return lengthCount;
  }

  Object leaf(int leaf) {
    Object array = leaves[leaf];
    if (array == null) {
      throw new IllegalStateException("region " + name + " has been released");
    }
    return array;
  }

  /** The first element of a leaf, counted over all leaves. */
  long start(int leaf) {
    return rectangular ? leaf * extents[depth - 1] : starts[leaf];
  }

  /**
   * The leaf that holds an element; quick when asked in order. Several threads may ask: where one
   * has found another's last answer it only searches longer.
   */
  int leafAt(long element) {
    if (rectangular) {
      return (int) (element / extents[depth - 1]);
    }
    int at = cursor;
    if (element < starts[at]) {
      at = 0;
    }
    if (element >= starts[at + 1]) {
      // Empty leaves share their start with the next one: the last of them is meant.
      int found = Arrays.binarySearch(starts, at, leafCount, element);
      at = found < 0 ? -found - 2 : found;
      while (starts[at + 1] <= element) {
        at++;
      }
    }
    cursor = at;
    return at;
  }
}
