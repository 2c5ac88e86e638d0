// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What one crash leaves of the unsynced effects.
 *
 * @param left the effects that are left, by their place in the list
 * @param torn the place of bytes of which only a part is left, or -1
 * @param from where that part begins
 * @param to where it ends
 * @param garbage whether places that were grown and not written hold old bytes instead of zeros
 */
record Crash(BitSet left, int torn, int from, int to, boolean garbage) {
  static final Crash NOTHING_LEFT = new Crash(new BitSet(), -1, 0, 0, false);

  /** Up to this many effects every subset is visited, where the limit allows. */
  private static final int EXHAUSTIVE_MAX = 10;

  boolean leaves(int effect) {
    return left.get(effect);
  }

  @SuppressWarnings("ReferenceEquality") // the same thing may be asked for twice
  boolean leaves(List<Unsynced> effects, Unsynced wanted) {
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i) == wanted) {
        return left.get(i);
      }
    }
    return true; // it is durable already
  }

  int from(int effect, Unsynced.Data data) {
    return effect == torn ? Math.min(from, data.bytes().length) : 0;
  }

  int to(int effect, Unsynced.Data data) {
    return effect == torn ? Math.min(to, data.bytes().length) : data.bytes().length;
  }

  byte filler(int at) {
    return garbage ? (byte) ((at * 0x9e3779b1) >>> 13) : 0;
  }

  /**
   * The crashes to look at: nothing left, everything, every prefix, the last bytes torn, lengths
   * without their bytes; and then every subset where there are few effects, random ones otherwise.
   *
   * @param limit about how many at most
   */
  static List<Crash> of(List<Unsynced> effects, Random random, int limit) {
    int count = effects.size();
    Set<Crash> crashes = new LinkedHashSet<>();
    crashes.add(NOTHING_LEFT);
    crashes.add(whole(prefix(count), false));
    addTorn(effects, crashes);
    addBareLengths(effects, crashes);
    if (count <= EXHAUSTIVE_MAX && 1 << count <= limit) {
      for (long subset = 0; subset < 1L << count; subset++) {
        crashes.add(whole(BitSet.valueOf(new long[] {subset}), random.nextBoolean()));
      }
      return List.copyOf(crashes);
    }
    int step = Math.max(1, 3 * count / limit);
    for (int end = count - 1; end > 0; end -= step) {
      crashes.add(whole(prefix(end), random.nextBoolean()));
    }
    while (crashes.size() < limit) {
      crashes.add(whole(subset(count, random), random.nextBoolean()));
    }
    return List.copyOf(crashes);
  }

  /** Of each effect what a coin decides, in their order. */
  static Crash tossed(int effects, BooleanSupplier leaves) {
    BitSet left = new BitSet();
    for (int i = 0; i < effects; i++) {
      left.set(i, leaves.getAsBoolean());
    }
    return whole(left, false);
  }

  private static Crash whole(BitSet left, boolean garbage) {
    return new Crash(left, -1, 0, 0, garbage);
  }

  private static BitSet prefix(int end) {
    BitSet left = new BitSet();
    left.set(0, end);
    return left;
  }

  /** Most, half or few of the effects. */
  private static BitSet subset(int count, Random random) {
    int share = 1 + random.nextInt(7);
    BitSet left = new BitSet();
    for (int i = 0; i < count; i++) {
      left.set(i, random.nextInt(8) < share);
    }
    return left;
  }

  /** The last bytes written, cut at either end: in the middle, and by one. */
  private static void addTorn(List<Unsynced> effects, Set<Crash> crashes) {
    for (int i = effects.size() - 1; i >= 0; i--) {
      if (effects.get(i) instanceof Unsynced.Data data) {
        int length = data.bytes().length;
        BitSet all = prefix(effects.size());
        for (int cut : new int[] {1, length / 2, length - 1}) {
          crashes.add(new Crash(all, i, 0, cut, false));
          crashes.add(new Crash(all, i, cut, length, true));
        }
        return;
      }
    }
  }

  private static void addBareLengths(List<Unsynced> effects, Set<Crash> crashes) {
    BitSet left = prefix(effects.size());
    for (int i = 0; i < effects.size(); i++) {
      left.set(i, !(effects.get(i) instanceof Unsynced.Data));
    }
    crashes.add(whole(left, false));
    crashes.add(whole(left, true));
  }

  /** In words, to be read beside the test that failed. */
  String describe(List<Unsynced> effects) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < effects.size(); i++) {
      String part = i == torn ? " (only " + from + " to " + to + ")" : "";
      words.add((left.get(i) ? "left: " : "lost: ") + effects.get(i) + part);
    }
    return words + (garbage ? ", old bytes where nothing was written" : "");
  }
}
