// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionsTest {
  private static void assertRefused(Executable declaration, String... words) {
    RuntimeException e = assertThrows(RuntimeException.class, declaration);
    for (String word : words) {
      assertTrue(States.message(e).contains(word), States.message(e));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".a", "/a", "a b", "a#lengths", "ä", "a\n"})
  void names_unfit_areRefused(String name) {
    assertRefused(() -> Regions.cell(name, new LongCell(1)), "region name", "A-Z a-z 0-9");
    assertRefused(() -> Regions.cell("x".repeat(201), new LongCell(1)), "1 to 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "solver/u", "u.old", "0", "_x", "-"})
  void names_fit_areTaken(String name) {
    assertEquals(name, Regions.cell(name, new LongCell(1)).name());
  }

  @Test
  void declarations_unsupported_areRefusedWithTheRemedy() {
    assertRefused(
        () -> Regions.protect("x", new ArrayList<>()),
        "region x",
        "java.util.ArrayList",
        "InPlaceCodec");
    assertRefused(
        () -> States.variable("x", new Ref<>(List.of(1))), "region x", "codec", "Codec.of");
    assertRefused(() -> Regions.protect("x", 5L), "java.lang.Long", "ref or bind");
    assertRefused(
        () -> Regions.variable("x", () -> null, v -> {}, null), "region x is null", "first value");
    assertRefused(
        () -> Regions.protect("x", new int[1][1][1][1][1][1][1][1][1]), "nested 9 times", "8");
  }

  @Test
  void segments_unfit_areRefused() {
    assertRefused(
        () -> Regions.protect("x", MemorySegment.ofArray(new byte[1]).asReadOnly()), "read-only");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment confined = arena.allocate(8);
      assertRefused(() -> Regions.protect("x", confined), "confined", "Arena.ofShared()");
    }
    Arena shared = Arena.ofShared();
    try (ProtectedState state = States.of(Regions.protect("x", shared.allocate(8)))) {
      state.capture().committed();
      shared.close();
      assertRefused(state::capture, "region x", "arena has been closed");
    }
  }

  @Test
  void arrays_nullRow_isNamed() {
    int[][][] array = {{{1}, {2}}, {{3}, null}};
    assertRefused(() -> Regions.protect("x", array), "x[1][1] is null", "empty row");
  }

  @Test
  void protect_rowsChangeTheirLength_failsAtTheNextCapture() {
    double[][] array = new double[3][4];
    try (ProtectedState state = States.of(Regions.protect("x", array))) {
      state.capture().committed();
      array[1] = new double[5];
      assertRefused(state::capture, "region x", "ref or bind");
      array[1] = new double[4];
      assertDoesNotThrow(state::capture).committed();
    }
  }

  @Test
  void variable_turnsNullOrAnotherType_failsAtTheNextCapture() {
    Object[] holder = {new double[3]};
    Region region = Regions.variable("x", () -> holder[0], v -> holder[0] = v, null);
    try (ProtectedState state = States.of(region)) {
      state.capture().committed();
      holder[0] = new float[3];
      assertRefused(state::capture, "region x", "double[]", "float[]");
    }
  }

  @Test
  void add_takenName_namesBoth() {
    try (ProtectedState state = States.of(Regions.protect("x", new double[7]))) {
      assertRefused(
          () -> state.add(Regions.cell("x", new LongCell(1))), "double[7]", "cell long", "scope");
      assertEquals(1, state.regionCount());
      assertEquals(56, state.sizeBytes());
    }
  }
}
