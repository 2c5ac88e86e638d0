// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.RegionSource;
import java.io.DataInput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OwedBlocksTest {
  private static final int BLOCK_LONGS = (64 << 10) / Long.BYTES;

  private final long[] array = new long[4 * BLOCK_LONGS];

  private static List<Integer> changed(Capture capture) {
    RegionSource source = capture.sources().getFirst();
    List<Integer> blocks = new ArrayList<>();
    for (int b = 0; b < source.schema().blockCount(); b++) {
      if (source.changed(b)) {
        blocks.add(b);
      }
    }
    return blocks;
  }

  @Test
  void capture_fresh_owesEverything() {
    try (ProtectedState state = States.of(Regions.protect("a", array))) {
      Capture capture = state.capture();
      assertEquals(List.of(0, 1, 2, 3), changed(capture));
      assertEquals(array.length * 8L, capture.stateBytes());
      assertEquals(array.length * 8L, capture.changedBytes());
      capture.committed();
      Capture next = state.capture();
      assertEquals(List.of(), changed(next));
      assertEquals(0, next.changedBytes());
      next.committed();
    }
  }

  @Test
  void failed_blocks_areInTheNextCaptureChangedAgainOrNot() {
    try (ProtectedState state = States.of(Regions.protect("a", array))) {
      state.capture().committed();
      array[0] = 1;
      Capture first = state.capture();
      assertEquals(List.of(0), changed(first));
      first.failed();
      array[3 * BLOCK_LONGS] = 1;
      Capture second = state.capture();
      assertEquals(List.of(0, 3), changed(second));
      assertEquals(2 * 65536, second.changedBytes());
      second.failed();
      array[0] = 0; // back to what is committed: still owed, for no version holds what was captured
      Capture third = state.capture();
      assertEquals(List.of(0, 3), changed(third));
      third.committed();
      Capture fourth = state.capture();
      assertEquals(List.of(), changed(fourth));
      fourth.committed();
    }
  }

  @Test
  void committed_changedBlock_holdsTheBytesOfTheNewestCommittedVersion() {
    try (ProtectedState state = States.of(Regions.protect("a", array))) {
      array[BLOCK_LONGS] = 7;
      state.capture().committed();
      array[BLOCK_LONGS] = 8;
      Capture capture = state.capture();
      RegionSource source = capture.sources().getFirst();
      MemorySegment before = source.committed(1);
      assertNotNull(before);
      assertEquals(7, before.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      assertEquals(8, source.block(1).get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      array[BLOCK_LONGS] = 9; // the program goes on while the capture is open
      assertEquals(8, source.block(1).get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      capture.failed();
      Capture again = state.capture();
      assertTrue(source.changed(1));
      assertNull(again.sources().getFirst().committed(1));
      again.committed();
    }
  }

  @Test
  void committed_withoutSpareBuffers_isNotAtHand() {
    try (ProtectedState state = States.of(States.PLENTY, 65536, Regions.protect("a", array))) {
      state.capture().committed();
      array[0]++;
      array[BLOCK_LONGS]++;
      Capture capture = state.capture();
      assertNotNull(capture.sources().getFirst().committed(0));
      assertNull(capture.sources().getFirst().committed(1));
      assertEquals(List.of(0, 1), changed(capture));
      capture.committed();
    }
  }

  @Test
  void capture_whileTwoAreOpen_isRefused() {
    try (ProtectedState state = States.of(Regions.protect("a", array))) {
      Capture first = state.capture();
      Capture second = state.capture();
      assertThrows(IllegalStateException.class, state::capture);
      assertThrows(IllegalStateException.class, state::close);
      assertThrows(IllegalStateException.class, second::committed);
      first.committed();
      assertThrows(IllegalStateException.class, first::failed);
      second.committed();
      assertThrows(IllegalStateException.class, second::failed);
      assertFalse(state.blocking());
    }
  }

  @Test
  void capture_whileOneIsBeingWritten_leavesThatOneAsItIs() {
    for (boolean committed : new boolean[] {true, false}) {
      Arrays.fill(array, 0);
      try (ProtectedState state = States.of(Regions.protect("a", array))) {
        state.capture().committed();
        array[0] = 1;
        array[BLOCK_LONGS] = 1;
        Capture first = state.capture();
        StoredImage before = StoredImage.full(first);
        array[0] = 2;
        array[2 * BLOCK_LONGS] = 2;
        Capture second = state.capture();
        before.assertSameAs(StoredImage.full(first));
        assertEquals(List.of(0, 1), changed(first));
        if (committed) {
          first.committed();
          assertEquals(List.of(0, 2), changed(second));
          StoredImage.delta(second, before);
          assertNotNull(second.sources().getFirst().committed(0));
        } else {
          first.failed();
          assertEquals(List.of(0, 1, 2), changed(second));
          assertNull(second.sources().getFirst().committed(0));
        }
        assertNotNull(second.sources().getFirst().committed(2));
        second.committed();
        Capture third = state.capture();
        assertEquals(List.of(), changed(third));
        third.committed();
      }
    }
  }

  /** What cannot be moved aside waits for the writer, wherever that is discovered. */
  @Test
  void capture_besideOneThatLeavesNoRoom_waitsForItsEnd() {
    try (ProtectedState state = States.of(States.PLENTY, 2 * 65536, Regions.protect("a", array))) {
      state.capture().committed();
      array[0] = 1;
      Capture first = state.capture();
      StoredImage before = StoredImage.full(first);
      for (int b = 0; b < 4; b++) {
        array[b * BLOCK_LONGS] = 2;
      }
      Capture second;
      try (LateEnd _ =
          new LateEnd(() -> {
            before.assertSameAs(StoredImage.full(first));
            first.committed();
          })) {
        second = state.capture();
      }
      assertEquals(List.of(0, 1, 2, 3), changed(second));
      StoredImage.delta(second, before);
      second.committed();
    }
  }

  @Test
  void capture_regionThatFails_losesNothing() {
    Ref<String> ref = new Ref<>("x");
    Codec<String> codec =
        Codec.of(
            "text",
            (text, out) -> {
              if (text.equals("bad")) {
                throw new IOException("no");
              }
              out.writeUTF(text);
            },
            DataInput::readUTF);
    Region text = Regions.variable("text", ref::get, ref::set, codec);
    try (ProtectedState state = States.of(Regions.protect("a", array), text)) {
      StoredImage version = States.commit(state);
      array[0] = 5;
      ref.set("bad");
      IllegalStateException e = assertThrows(IllegalStateException.class, state::capture);
      assertTrue(States.message(e).contains("region text (text) cannot be written: no"));
      ref.set("good");
      Capture capture = state.capture();
      assertEquals(List.of(0), changed(capture));
      StoredImage.delta(capture, version);
      capture.committed();
    }
  }

  /**
   * Random changes, growth, failures and restores, against a version that is built block by block
   * from what the captures say has changed: it must always be what the program held.
   */
  @Test
  void captures_randomOperations_deltasAlwaysAddUp() {
    for (int seed = 0; seed < 2_000; seed++) {
      try {
        new RandomRun(seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static final class RandomRun {
    private final Random random;
    private final byte[] fixed;
    private final Ref<short[]> flat;
    private final Ref<int[][]> nested;
    private final Ref<String> text = new Ref<>("");
    private final LongCell cell = new LongCell(0);

    RandomRun(int seed) {
      random = new Random(seed);
      fixed = new byte[1 + random.nextInt(150_000)];
      flat = new Ref<>(new short[random.nextInt(80_000)]);
      nested = new Ref<>(rows());
    }

    private int[][] rows() {
      int[][] rows = new int[random.nextInt(6)][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = new int[random.nextInt(2) * random.nextInt(12_000)];
      }
      return rows;
    }

    private Region[] regions() {
      return new Region[] {
        Regions.protect("fixed", fixed),
        States.variable("flat", flat),
        States.variable("nested", nested),
        States.variable("text", text),
        Regions.cell("cell", cell)
      };
    }

    void run() {
      long pool = random.nextInt(4) * 70_000L;
      long memory = random.nextInt(3) == 0 ? 100_000 + random.nextInt(800_000) : States.PLENTY;
      try (ProtectedState state = States.of(memory, pool, regions())) {
        if (random.nextBoolean()) {
          state.prepare();
        }
        StoredImage version = null;
        for (int op = 0; op < 10; op++) {
          change();
          Capture capture = state.capture();
          if (version != null && !state.blocking() && random.nextInt(3) == 0) {
            version = two(state, capture, version);
            continue;
          }
          version = end(capture, StoredImage.full(capture), version);
          if (version != null && random.nextInt(6) == 0) {
            state.restore(version);
            assertArrayEquals(version.region("fixed"), fixed);
          }
        }
      }
    }

    /** A second capture while the first is being written, which ends when it must or later. */
    private @Nullable StoredImage two(ProtectedState state, Capture first, StoredImage version) {
      StoredImage full = StoredImage.full(first);
      change();
      AtomicReference<@Nullable StoredImage> newest = new AtomicReference<>(version);
      Capture second;
      StoredImage its;
      try (LateEnd _ = new LateEnd(() -> newest.set(end(first, full, newest.get())))) {
        second = state.capture();
        its = StoredImage.full(second);
      }
      its.assertSameAs(StoredImage.full(second));
      return end(second, its, newest.get());
    }

    /** Ends a capture one way or the other; returns the newest version then. */
    private @Nullable StoredImage end(
        Capture capture, StoredImage full, @Nullable StoredImage version) {
      full.assertSameAs(StoredImage.full(capture));
      StoredImage next = version == null ? full : StoredImage.delta(capture, version);
      next.assertSameAs(full);
      if (random.nextInt(3) == 0) {
        capture.failed();
        return version;
      }
      capture.committed();
      return next;
    }

    private void change() {
      for (int n = random.nextInt(4); n > 0; n--) {
        switch (random.nextInt(8)) {
          case 0, 1 -> fixed[random.nextInt(fixed.length)]++;
          case 2 -> flat.set(Arrays.copyOf(flat.get(), random.nextInt(80_000)));
          case 3, 4 -> {
            if (flat.get().length > 0) {
              flat.get()[random.nextInt(flat.get().length)]++;
            }
          }
          case 5 -> nested.set(rows());
          case 6 -> {
            for (int[] row : nested.get()) {
              if (row.length > 0) {
                row[random.nextInt(row.length)]++;
              }
            }
          }
          default -> {
            text.set("x".repeat(random.nextInt(2) * random.nextInt(70_000)));
            cell.increment();
          }
        }
      }
    }
  }
}
