// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Holdfast;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judgement of the demonstration: nothing that differs passes for the same. */
final class ComparisonTest {
  @TempDir private Path temp;

  /** A finished run as the demonstration compares it. */
  private Path run(String name, double cell, String output) throws Exception {
    Path folder = Files.createDirectory(temp.resolve(name));
    Holdfast.job("heat")
        .store(folder.resolve(Demo.STORE))
        .run(hf -> {
          double[] field = hf.protect("field", new double[30_000]);
          for (long step : hf.steps(1)) {
            field[20_000] = cell + step;
          }
        });
    Files.writeString(folder.resolve(Demo.PROBE), output);
    return folder;
  }

  @Test
  void compare_sameStateAndOutput_isSame() throws Exception {
    Comparison comparison = Comparison.of(run("a", 1.5, "1,2\n"), run("b", 1.5, "1,2\n"));
    assertTrue(comparison.same());
    assertTrue(comparison.inWords().startsWith("SAME BITS: field, probe.csv   sha256 "));
  }

  @Test
  void compare_oneBitOfRegion_isDifferent() throws Exception {
    Comparison comparison =
        Comparison.of(run("a", 1.5, "1,2\n"), run("b", Math.nextUp(1.5), "1,2\n"));
    assertFalse(comparison.same());
    assertEquals("DIFFERENT BITS: field", comparison.inWords());
  }

  @Test
  void compare_oneByteOfOutput_isDifferent() throws Exception {
    Comparison comparison = Comparison.of(run("a", 1.5, "1,2\n"), run("b", 1.5, "1,3\n"));
    assertFalse(comparison.same());
    assertEquals("DIFFERENT BITS: probe.csv", comparison.inWords());
  }

  @Test
  void compare_regionMissingOnEitherSide_isDifferent() {
    Comparison fewer = new Comparison(Map.of("a", "1", "b", "2"), Map.of("a", "1"));
    Comparison more = new Comparison(Map.of("a", "1"), Map.of("a", "1", "b", "2"));
    assertFalse(fewer.same());
    assertFalse(more.same());
    assertEquals(Set.of("b"), fewer.differing());
    assertEquals(Set.of("b"), more.differing());
  }

  @Test
  void verdict_fewerKillsThanAskedFor_isNoSuccess() {
    Comparison same =
        new Comparison(Map.of("a", "0123456789abcdef"), Map.of("a", "0123456789abcdef"));
    assertTrue(new DemoVerdict(same, 3, 3).success());
    DemoVerdict fewer = new DemoVerdict(same, 2, 3);
    assertFalse(fewer.success());
    assertTrue(fewer.lines().getLast().startsWith("ONLY 2 OF 3 KILLS STRUCK"));
    Comparison different = new Comparison(Map.of("a", "1"), Map.of("a", "2"));
    assertFalse(new DemoVerdict(different, 3, 3).success());
  }
}
