// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.io.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of a job that come faster than the disk is. */
@Timeout(60)
final class SecondCaptureTest {
  private static final int BLOCK = 8_192;
  private static final int STEPS = 6;

  @TempDir private Path temp;

  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private Job job() {
    return Holdfast.job("test")
        .store(temp.resolve("store"))
        .keep(50)
        .policy(CheckpointPolicy.fixed(Duration.ofHours(1)));
  }

  /** The loop would wait for ever if a second capture waited for the disk. */
  @Test
  void checkpoint_whileAVersionIsBeingWritten_doesNotWaitForTheDisk() throws Exception {
    try (BlockingDisk slow = new BlockingDisk()) {
      assertThrows(
          Crash.class,
          () ->
              job()
                  .disk(slow.disk())
                  .run(hf -> {
                    double[] x = hf.protect("x", new double[STEPS * BLOCK]);
                    for (long step : hf.steps(STEPS)) {
                      if (step == 1) {
                        assertTrue(hf.checkpoint().awaitDurable());
                      } else if (step == 3) {
                        captureTwo(hf, x, slow);
                      } else if (step == 5) {
                        throw new Crash();
                      }
                      x[(int) step * BLOCK] = step + 1;
                    }
                  }));
    }
    job()
        .run(hf -> {
          double[] x = hf.protect("x", new double[STEPS * BLOCK]);
          assertEquals(3, hf.restore());
          for (int step = 0; step < STEPS; step++) {
            assertEquals(step < 3 ? step + 1 : step == 3 ? 40 : 0, x[step * BLOCK]);
          }
        });
    Store store = Store.open(temp.resolve("store"), Disk.local());
    List<Long> counted =
        store.records().stream()
            .filter(VersionRecord.class::isInstance)
            .map(version -> ((VersionRecord) version).info().ledger().versions())
            .toList();
    assertEquals(
        LongStream.range(0, counted.size()).boxed().toList(),
        counted,
        "each version counts those before it");
  }

  /** The second holds what was written since the first, to the same blocks and to others. */
  private static void captureTwo(Holdfast hf, double[] x, BlockingDisk slow) throws Exception {
    slow.block();
    Version first = hf.checkpoint();
    slow.awaitBlocked();
    x[3 * BLOCK] = 40;
    Version second = hf.checkpoint();
    assertEquals(Version.State.CAPTURED, first.state());
    assertEquals(Version.State.CAPTURED, second.state());
    slow.close();
    assertTrue(first.awaitDurable());
    assertTrue(second.awaitDurable());
    assertEquals(first.number() + 1, second.number());
  }
}
