// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Compares pieces of 4 KiB of the program's memory with native memory, as fast as memory can be
 * read by one thread.
 *
 * <p>Every method but the first two is the same loop. Its accesses become vector instructions only
 * when the compiler knows the classes of both segments, and a loop shared by all classes loses that
 * as soon as a program has protected arrays of a third type: then it is eight times slower. A test
 * for the exact class before the loop, in a method of its own, always gives the compiler what it
 * needs. {@link MemorySegment#mismatch} is the fallback for all other classes and lengths; on two
 * streams from memory it takes 1.2 times as long as these loops, and 1.5 times once it has been
 * used with several classes (measured on an x86 server, JDK 25). The first word is compared before
 * the loop: where everything has changed, that is all that is read.
 */
final class Pieces {
  /** The unit of comparison: what differs is copied in pieces, too. */
  static final int PIECE_BYTES = 4096;

  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private static final Class<?> NATIVE = MemorySegment.NULL.getClass();
  private static final Class<?> DOUBLES = MemorySegment.ofArray(new double[0]).getClass();
  private static final Class<?> FLOATS = MemorySegment.ofArray(new float[0]).getClass();
  private static final Class<?> LONGS = MemorySegment.ofArray(new long[0]).getClass();
  private static final Class<?> INTS = MemorySegment.ofArray(new int[0]).getClass();
  private static final Class<?> SHORTS = MemorySegment.ofArray(new short[0]).getClass();
  private static final Class<?> CHARS = MemorySegment.ofArray(new char[0]).getClass();
  private static final Class<?> BYTES = MemorySegment.ofArray(new byte[0]).getClass();

  private Pieces() {}

  /** Whether the piece of {@code live} at {@code at} differs from that of {@code kept}. */
  static boolean differ(MemorySegment live, long at, MemorySegment kept, long keptAt, int bytes) {
    if (bytes != PIECE_BYTES) {
      return mismatch(live, at, kept, keptAt, bytes);
    }
    Class<?> type = live.getClass();
    if (type == DOUBLES) {
      return doublesDiffer(live, at, kept, keptAt);
    } else if (type == FLOATS) {
      return floatsDiffer(live, at, kept, keptAt);
    } else if (type == LONGS) {
      return longsDiffer(live, at, kept, keptAt);
    } else if (type == INTS) {
      return intsDiffer(live, at, kept, keptAt);
    } else if (type == SHORTS) {
      return shortsDiffer(live, at, kept, keptAt);
    } else if (type == CHARS) {
      return charsDiffer(live, at, kept, keptAt);
    } else if (type == BYTES) {
      return bytesDiffer(live, at, kept, keptAt);
    } else if (type == NATIVE) {
      return nativeDiffer(live, at, kept, keptAt);
    }
    return mismatch(live, at, kept, keptAt, bytes);
  }

  private static boolean mismatch(
      MemorySegment live, long at, MemorySegment kept, long keptAt, int bytes) {
    return MemorySegment.mismatch(live, at, at + bytes, kept, keptAt, keptAt + bytes) >= 0;
  }

  private static boolean doublesDiffer(
      MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != DOUBLES || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }

  private static boolean floatsDiffer(
      MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != FLOATS || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }

  private static boolean longsDiffer(MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != LONGS || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }

  private static boolean intsDiffer(MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != INTS || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }

  private static boolean shortsDiffer(
      MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != SHORTS || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }

  private static boolean charsDiffer(MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != CHARS || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }

  private static boolean bytesDiffer(MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != BYTES || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }

  private static boolean nativeDiffer(
      MemorySegment live, long at, MemorySegment kept, long keptAt) {
    if (live.getClass() != NATIVE || kept.getClass() != NATIVE) {
      return mismatch(live, at, kept, keptAt, PIECE_BYTES);
    }
    if (live.get(WORD, at) != kept.get(WORD, keptAt)) {
      return true;
    }
    long difference = 0;
    for (int i = 0; i < PIECE_BYTES; i += Long.BYTES) {
      difference |= live.get(WORD, at + i) ^ kept.get(WORD, keptAt + i);
    }
    return difference != 0;
  }
}
