// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ConcurrentWriteTest {
  /** An object whose encoding runs something: stands for a thread that writes during capture. */
  private static Region during(Runnable action) {
    return Regions.protect(
        "hook", new Object(), InPlaceCodec.of("hook", (o, out) -> action.run(), (o, in) -> {}));
  }

  @Test
  void capture_writtenMeanwhile_namesRegionElementAndThread() throws InterruptedException {
    double[] u = new double[200_000];
    AtomicBoolean stop = new AtomicBoolean();
    AtomicBoolean armed = new AtomicBoolean();
    CountDownLatch running = new CountDownLatch(1);
    Thread worker =
        new Thread(
            () -> {
              running.countDown();
              while (!stop.get()) {
                Thread.onSpinWait();
              }
            },
            "relax-worker-7");
    worker.start();
    running.await();
    try (ProtectedState state =
        States.of(
            Regions.protect("u", u),
            during(() -> {
              if (armed.get()) {
                u[123_456]++;
              }
            }))) {
      state.capture().committed();
      armed.set(true);
      ConcurrentWriteException e = assertThrows(ConcurrentWriteException.class, state::capture);
      assertTrue(States.message(e).contains("region u changed"), States.message(e));
      assertTrue(
          States.message(e).contains("element 123,456 (byte 987,654 of 1,600,000)"),
          States.message(e));
      assertTrue(
          States.message(e).contains("\"relax-worker-7\" at dev.holdfast"), States.message(e));
      armed.set(false);
      Capture capture = state.capture(); // nothing is lost, and the block is found
      assertEquals(65536, capture.changedBytes());
      capture.committed();
    } finally {
      stop.set(true);
      worker.join();
    }
  }

  @Test
  void capture_realWriter_isFound() throws InterruptedException {
    long[] u = new long[100_000];
    AtomicBoolean stop = new AtomicBoolean();
    Thread worker =
        new Thread(
            () -> {
              while (!stop.get()) {
                for (int i = 0; i < u.length; i += 512) {
                  u[i]++;
                }
              }
            },
            "writer");
    worker.start();
    try (ProtectedState state = States.of(Regions.protect("u", u))) {
      ConcurrentWriteException e =
          assertThrows(
              ConcurrentWriteException.class,
              () -> {
                for (int i = 0; i < 1_000_000; i++) {
                  state.capture().committed();
                }
              });
      assertTrue(States.message(e).contains("writer"), States.message(e));
    } finally {
      stop.set(true);
      worker.join();
    }
  }

  @Test
  void capture_sampleOnly_findsAWriterOfManyBlocks() {
    byte[] u = new byte[40 << 16];
    AtomicBoolean armed = new AtomicBoolean();
    try (ProtectedState state = new ProtectedState(States.PLENTY, 0, false, 2)) {
      state.add(Regions.protect("u", u));
      state.add(
          during(() -> {
            for (int i = 0; armed.get() && i < u.length; i += 4096) {
              u[i]++;
            }
          }));
      state.capture().committed();
      armed.set(true);
      assertThrows(ConcurrentWriteException.class, state::capture);
    }
  }

  @Test
  void capture_codecThatDependsOnMoreThanTheValue_isFound() {
    long[] count = new long[1];
    Region region =
        Regions.protect(
            "odd",
            new Object(),
            InPlaceCodec.of("odd", (o, out) -> out.writeLong(count[0]++), (o, in) -> {}));
    try (ProtectedState state = States.of(region)) {
      ConcurrentWriteException e = assertThrows(ConcurrentWriteException.class, state::capture);
      assertTrue(States.message(e).contains("region odd"), States.message(e));
    }
  }
}
