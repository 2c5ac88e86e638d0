// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Notices when a checkpoint has become several times as expensive, on any machine: only ratios
 * within one run count, the median of rounds in which both sides are measured in turn, and the
 * bounds are far from what is measured. A run of minutes, so it is one of the soak.
 */
@EnabledIfSystemProperty(named = "holdfast.soak", matches = "true")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class RegressionGuardTest {
  private static final long BYTES = 256L << 20;
  private static final int WARMUPS = 3;
  private static final int ROUNDS = 11;

  @TempDir private Path temp;

  private Comparison.Result measure(int regions, double changedPercent) throws Exception {
    State state = new State(State.Kind.INCOMPRESSIBLE, BYTES, regions, 1);
    List<Peer> peers =
        List.of(
            new HoldfastPeer(temp.resolve("holdfast"), state),
            new PlainWrite(temp.resolve("plain")));
    try (Comparison comparison = new Comparison(state, peers)) {
      return comparison.measure(changedPercent, WARMUPS, ROUNDS);
    }
  }

  private static void requireAtMost(double bound, Sample ratio, String what) {
    assertTrue(
        ratio.median() <= bound,
        () ->
            "%s: median %.2f (%.2f to %.2f), expected at most %.2f"
                .formatted(what, ratio.median(), ratio.least(), ratio.most(), bound));
  }

  @Test
  void capture_ofATenthChanged_costsNotMuchMoreThanACopyInMemory() throws Exception {
    Sample blocked = measure(1, 10).blockedInCopies(HoldfastPeer.NAME);
    requireAtMost(3, blocked, "blocked time in copies of the state");
  }

  @Test
  void capture_ofTenThousandRegions_costsNotMuchMorePerByte() throws Exception {
    Sample blocked = measure(10_000, 10).blockedInCopies(HoldfastPeer.NAME);
    requireAtMost(6, blocked, "blocked time in copies of the state");
  }

  @Test
  void durability_ofIncompressibleState_costsNotMuchMoreThanAPlainWrite() throws Exception {
    Sample durable = measure(1, 100).durableInWrites(HoldfastPeer.NAME);
    requireAtMost(4, durable, "time to durable in plain writes of the state");
  }

  @Test
  void durability_ofATenthChanged_costsLessThanAPlainWriteOfAll() throws Exception {
    Sample durable = measure(1, 10).durableInWrites(HoldfastPeer.NAME);
    requireAtMost(1, durable, "time to durable in plain writes of the state");
  }
}
