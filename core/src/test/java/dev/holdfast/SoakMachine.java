// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A small deterministic computation with state of every kind: arrays that stay, flat and jagged;
 * two that are swapped; one that grows and shrinks; records; numbers; memory outside the heap; two
 * generators. Every part of it depends on all others within a few steps, so that a single wrong bit
 * anywhere shows.
 */
final class SoakMachine {
  private static final int FIELD = 12_000;
  private static final int GROWTH_MAX = 4_000;
  private static final int CHANGES = 60;
  private static final long MIX = 0x9e3779b97f4a7c15L;

  private final double[] field;
  private final long[][] rows;
  private final MemorySegment outside;
  private final Ref<float[]> front;
  private final Ref<float[]> back;
  private final Ref<int[]> growing;
  private final Ref<Walker> walker;
  private final LongCell step;
  private final DoubleCell sum;
  private final RestorableUniformRandomProvider rng;
  private final Random random;

  /** A record, with text. */
  record Walker(long moves, double x, String trail) {}

  SoakMachine(Holdfast hf) {
    field = hf.protect("field", new double[FIELD]);
    long[][] jagged = new long[40][];
    for (int i = 0; i < jagged.length; i++) {
      jagged[i] = new long[i * 3 % 17];
    }
    rows = hf.protect("rows", jagged);
    outside = hf.allocate("outside", 8_192, 64);
    front = hf.ref("front", new float[3_000]);
    back = hf.ref("back", new float[3_000]);
    growing = hf.ref("growing", new int[10]);
    walker = hf.ref("walker", new Walker(0, 0.5, "."));
    step = hf.cell("step", 0);
    sum = hf.cell("sum", 0.0);
    rng = hf.protect("rng", RandomSource.XO_RO_SHI_RO_128_PP.create(42));
    random = hf.protect("random", new Random(7));
  }

  /** Steps done. */
  long step() {
    return step.get();
  }

  /** Does a step and returns the line it adds to the output file. */
  String advance() {
    long number = step.increment();
    double kick = rng.nextDouble() + random.nextGaussian();
    changeField(number, kick);
    long[] row = rows[(int) (number % rows.length)];
    for (int i = 0; i < row.length; i++) {
      row[i] = row[i] * MIX + Double.doubleToRawLongBits(kick) + i;
    }
    long at = number * 8 % outside.byteSize();
    outside.set(ValueLayout.JAVA_LONG, at, rng.nextLong() ^ number);
    relax(kick);
    grow(number);
    Walker before = walker.get();
    String trail = number % 50 == 0 ? "." : before.trail() + (char) ('a' + number % 26);
    walker.set(new Walker(before.moves() + 1, before.x() * 0.9 + kick, trail));
    sum.set(sum.get() * 0.99 + kick + field[(int) (number % FIELD)]);
    return String.format(Locale.ROOT, "%d,%x", number, Double.doubleToRawLongBits(sum.get()));
  }

  private void changeField(long number, double kick) {
    int start = rng.nextInt(FIELD - CHANGES);
    for (int i = start; i < start + CHANGES; i++) {
      field[i] = field[i] * 0.5 + kick;
    }
    if (number % 40 == 0) {
      for (int i = 0; i < FIELD; i++) {
        field[i] += sum.get() * i;
      }
    }
  }

  private void relax(double kick) {
    float[] from = front.get();
    float[] to = back.get();
    for (int i = 0; i < to.length; i++) {
      to[i] = 0.5f * from[i] + 0.25f * from[(i + 1) % from.length] + (i == 0 ? (float) kick : 0);
    }
    front.set(to);
    back.set(from);
  }

  private void grow(long number) {
    int[] old = growing.get();
    int length = old.length > GROWTH_MAX ? 10 : old.length + rng.nextInt(200);
    int[] next = Arrays.copyOf(old, length);
    next[length - 1] = (int) number;
    growing.set(next);
  }

  /** A digest of the whole state, made from the live values. */
  String digest() {
    Digest digest = new Digest();
    Arrays.stream(field).mapToLong(Double::doubleToRawLongBits).forEach(digest::add);
    for (long[] row : rows) {
      digest.add(row.length);
      Arrays.stream(row).forEach(digest::add);
    }
    for (long at = 0; at < outside.byteSize(); at += Long.BYTES) {
      digest.add(outside.get(ValueLayout.JAVA_LONG, at));
    }
    addFloats(digest, front.get());
    addFloats(digest, back.get());
    digest.add(growing.get().length);
    Arrays.stream(growing.get()).forEach(digest::add);
    digest.add(walker.get().moves());
    digest.add(Double.doubleToRawLongBits(walker.get().x()));
    walker.get().trail().chars().forEach(digest::add);
    digest.add(step.get());
    digest.add(Double.doubleToRawLongBits(sum.get()));
    return Long.toHexString(digest.value);
  }

  private static void addFloats(Digest digest, float[] values) {
    for (float value : values) {
      digest.add(Float.floatToRawIntBits(value));
    }
  }

  /** Sixty-four bits that depend on every value and on its place. */
  private static final class Digest {
    private long value = MIX;

    void add(long bits) {
      value = (value ^ bits) * MIX;
      value ^= value >>> 32;
    }
  }
}
