// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.util.Arrays;

/**
 * A set of 64-bit fingerprints of blocks that have been verified, so that a block which many
 * versions share is decoded once. Open addressing, 8 to 16 bytes per element.
 */
final class Fingerprints {
  private long[] slots = new long[1 << 10];
  private int size;

  /** Mixes one more value into a fingerprint (the finalizer of SplitMix64). */
  static long mix(long fingerprint, long value) {
    long z = fingerprint * 0x9e3779b97f4a7c15L + value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  boolean contains(long fingerprint) {
    return slots[slot(slots, nonZero(fingerprint))] != 0;
  }

  void add(long fingerprint) {
    long element = nonZero(fingerprint);
    int slot = slot(slots, element);
    if (slots[slot] == 0) {
      slots[slot] = element;
      if (++size > slots.length / 2) {
        grow();
      }
    }
  }

  private void grow() {
    long[] wider = new long[slots.length * 2];
    Arrays.stream(slots).filter(e -> e != 0).forEach(e -> wider[slot(wider, e)] = e);
    slots = wider;
  }

  /** Zero marks a free slot. */
  private static long nonZero(long fingerprint) {
    return fingerprint == 0 ? 1 : fingerprint;
  }

  private static int slot(long[] slots, long element) {
    int at = (int) element & slots.length - 1;
    while (slots[at] != 0 && slots[at] != element) {
      at = at + 1 & slots.length - 1;
    }
    return at;
  }
}
