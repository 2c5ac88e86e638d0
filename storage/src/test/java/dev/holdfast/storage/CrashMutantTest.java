// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The harness of {@link CrashStatesTest} catches every mutant of the protocol and of its checks. In
 * the soak every scenario is tried on every mutant; otherwise the one that is expected to catch it.
 */
class CrashMutantTest {
  private static final int LIMIT = 20;
  private static final EnumSet<CrashMutant> caught = EnumSet.noneOf(CrashMutant.class);

  @AfterAll
  static void report() {
    int mutants = CrashMutant.values().length;
    TrustReport.write("mutants", Map.of("mutants", mutants, "mutants_caught", caught.size()));
  }

  @ParameterizedTest
  @EnumSource(CrashMutant.class)
  void mutant_isCaught(CrashMutant mutant) {
    boolean soak = Boolean.getBoolean("holdfast.soak");
    long seed = Long.getLong("holdfast.crash.seed", 1);
    List<CrashScenario> scenarios =
        soak ? Arrays.asList(CrashScenario.values()) : List.of(mutant.caughtBy());
    for (CrashScenario scenario : scenarios) {
      String violation = mutant.violation(scenario, seed, LIMIT);
      if (!violation.isEmpty()) {
        caught.add(mutant);
        System.out.printf("%s: %s%n  caught: %s%n", mutant, mutant.sentence(), violation);
      }
      if (scenario == mutant.caughtBy()) {
        assertNotEquals("", violation, mutant.sentence());
      }
    }
  }

  /** What catches a mutant passes over the protocol as it is. */
  @ParameterizedTest
  @EnumSource(
      value = CrashMutant.class,
      names = {"SUCCESSOR_NOT_LOOKED_FOR", "DIGEST_SKIPPED"})
  void protocolAsItIs_isNotCaught(CrashMutant mutant) {
    MutantCode nothing = new MutantCode("none", "none", 0);
    Class<?> same = nothing.load(CrashMutant.class);
    assertNotEquals(CrashMutant.class, same);
    assertEquals("", CrashMutant.violation(mutant.caughtBy().name(), 1, 4));
  }
}
