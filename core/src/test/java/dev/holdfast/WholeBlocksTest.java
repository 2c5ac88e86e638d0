// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Blocks that are copied together. */
class WholeBlocksTest {
  private static final int BLOCK_DOUBLES = (64 << 10) / Double.BYTES;
  private static final int BLOCKS = 400;

  @Test
  void capture_everythingChanged_hasSlotsInOrderAgain_andTheBytes() {
    SplittableRandom random = new SplittableRandom(5);
    double[] u = new double[BLOCKS * BLOCK_DOUBLES + 100];
    try (ProtectedState state = new ProtectedState(States.PLENTY, 8 << 20, true, 1)) {
      state.add(Regions.protect("u", u));
      state.capture().committed();
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 60; i++) {
          u[random.nextInt(u.length)] += 1;
        }
        state.capture().committed();
      }
      Capture some = state.capture();
      assertTrue(neighbours(some) < BLOCKS / 2, () -> "in order: " + neighbours(some));
      some.failed();
      Arrays.setAll(u, i -> u[i] + 1);
      Capture all = state.capture();
      assertTrue(neighbours(all) > BLOCKS * 8 / 10, () -> "in order: " + neighbours(all));
      assertSame(u, all);
      all.committed();
      u[7] = -1;
      Capture last = state.capture();
      assertSame(u, last);
      last.committed();
    }
  }

  @Test
  void capture_shortLastBlockBetweenLongOnes_keepsASlotOfItsLength() {
    double[] u = new double[2 * BLOCK_DOUBLES + 100];
    try (ProtectedState state = new ProtectedState(States.PLENTY, States.PLENTY, true, 1)) {
      state.add(Regions.protect("u", u));
      state.capture().committed();
      for (int round = 0; round < 2; round++) { // to a spare slot, which is the first, and back
        u[u.length - 1] += 1;
        state.capture().committed();
      }
      Arrays.setAll(u, i -> i + 1);
      Capture all = state.capture();
      assertSame(u, all);
      all.committed();
    }
  }

  private static int neighbours(Capture capture) {
    RegionSource source = capture.sources().getFirst();
    int neighbours = 0;
    for (int b = 1; b < BLOCKS; b++) {
      MemorySegment before = source.block(b - 1);
      boolean next = before.address() + before.byteSize() == source.block(b).address();
      neighbours += next ? 1 : 0;
    }
    return neighbours;
  }

  private static void assertSame(double[] u, Capture capture) {
    RegionSource source = capture.sources().getFirst();
    MemorySegment live = MemorySegment.ofArray(u);
    for (int b = 0; b < source.schema().blockCount(); b++) {
      MemorySegment block = source.block(b);
      long at = (long) b << source.schema().blockLog2();
      assertEquals(-1, block.mismatch(live.asSlice(at, block.byteSize())), "block " + b);
    }
  }

  /** A page watch says once that a page was written: what failed then must be made up for. */
  @Test
  void capture_afterOneThatFailedHalfWay_copiesWhatIsNotSaidToBeWrittenAgain() {
    double[] u = new double[8 * BLOCK_DOUBLES];
    FailingPart part = new FailingPart(u);
    try (ShadowMemory memory = new ShadowMemory(States.PLENTY)) {
      TrackedPart tracked = committed(part, memory);
      Arrays.setAll(u, i -> i);
      failToCapture(tracked, part);
      part.watch.nothing = true;
      tracked.capture();
      for (int b = 0; b < 8; b++) {
        assertEquals(-1, tracked.firstDifference(b), "block " + b);
        assertTrue(tracked.source().changed(b), "block " + b);
      }
    }
  }

  /** Old bytes kept for a capture that failed are none of the next one's. */
  @Test
  void capture_afterOneThatFailedBesideKeptPieces_givesNoOldBytes() {
    double[] u = new double[8 * BLOCK_DOUBLES];
    FailingPart part = new FailingPart(u);
    try (ShadowMemory memory = new ShadowMemory(States.PLENTY)) {
      TrackedPart tracked = committed(part, memory);
      Arrays.setAll(u, i -> i < BLOCK_DOUBLES ? i == 7 ? 1 : 0 : i);
      part.watch.few = true;
      failToCapture(tracked, part);
      part.watch.few = false;
      Arrays.fill(u, 0, BLOCK_DOUBLES / 2, 2);
      tracked.capture();
      for (int b = 0; b < 8; b++) {
        assertEquals(-1, tracked.firstDifference(b), "block " + b);
        assertNull(tracked.source().committed(b), "block " + b);
      }
    }
  }

  /** What tracks a part, of which one capture has been committed. */
  private static TrackedPart committed(FailingPart part, ShadowMemory memory) {
    TrackedPart tracked =
        new TrackedPart(part, memory, new Spares(memory, 4 << 20), new CaptureTeam(1));
    assertTrue(tracked.resize());
    tracked.capture();
    tracked.endCapture(true);
    return tracked;
  }

  private static void failToCapture(TrackedPart tracked, FailingPart part) {
    part.fails = true;
    assertThrows(IllegalStateException.class, tracked::capture);
    tracked.endCapture(false);
    part.fails = false;
  }

  /** A part whose memory cannot be copied. */
  private static final class FailingPart extends Part {
    private final MemorySegment memory;
    private final SaidWatch watch = new SaidWatch();
    private boolean fails;

    FailingPart(double[] u) {
      super("u", RegionKind.ARRAY, ElementType.DOUBLE, "double[]");
      memory = MemorySegment.ofArray(u);
      describe(memory.byteSize(), new long[] {u.length});
    }

    @Override
    MemorySegment window(long offset, int lengthBytes) {
      if (fails && lengthBytes > Pieces.PIECE_BYTES) {
        throw new IllegalStateException("the memory is gone");
      }
      return memory;
    }

    @Override
    boolean isOneSegment() {
      return true;
    }

    @Override
    WriteWatch watch() {
      return watch;
    }

    @Override
    void fill(long offset, MemorySegment source, int lengthBytes) {
      throw new AssertionError("nothing is restored");
    }
  }

  private static final class SaidWatch implements WriteWatch {
    private boolean nothing;

    /** Of the first block few pages were written. */
    private boolean few;

    @Override
    public boolean fewWritten(long base, int length) {
      return few && base == 0;
    }

    @Override
    public boolean told() {
      return true;
    }

    @Override
    public int nextWritten(long base, int from, int length) {
      return nothing ? length : from;
    }
  }
}
