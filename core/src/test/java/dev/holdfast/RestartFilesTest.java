// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Names of files, as people write them. */
final class RestartFilesTest {
  private static final Path FOLDER = Path.of("/work");

  private static void refused(String says, List<String> state, List<String> done) {
    HoldfastException refused =
        assertThrows(
            HoldfastException.class,
            () -> new RestartFiles(FOLDER, state, done, 0, Duration.ZERO),
            () -> state + " " + done);
    Told.assertSays(refused, says);
  }

  private static Optional<List<String>> match(String pattern, String name) {
    return FilePattern.parse("--state", pattern).match(name);
  }

  @Test
  void patternsThatCannotWork_areRefused_withTheRemedy() {
    refused("no --state", List.of(), List.of());
    refused("names no file", List.of(" "), List.of());
    refused("\"/scratch/chk\" is absolute", List.of("/scratch/chk"), List.of());
    refused("leads out of the folder", List.of("a/../../chk"), List.of());
    refused("empty name", List.of("restart/"), List.of());
    refused("is a folder", List.of("."), List.of());
    refused("** is not understood", List.of("**/chk"), List.of());
    refused("braces", List.of("chk.{a,b}"), List.of());
    refused("[ without ]", List.of("chk[0-9"), List.of());
    refused("one for each in the same order", List.of("a", "b", "c"), List.of("a.ok", "b.ok"));
    refused("cannot mark itself", List.of("chk*"), List.of("chk*"));
    refused("more wildcards", List.of("chk"), List.of("chk*.ok"));
  }

  @Test
  void wildcards_standForCharactersOfOneName() {
    assertEquals(Optional.of(List.of("12")), match("chk*.h5", "chk12.h5"));
    assertEquals(Optional.of(List.of("")), match("chk*.h5", "chk.h5"));
    assertEquals(Optional.empty(), match("chk*.h5", "chk12.h5.tmp"));
    assertEquals(Optional.empty(), match("chk*", "chk/1"));
    assertEquals(Optional.of(List.of("0", "7")), match("rank?/chk[0-9]", "rank0/chk7"));
    assertEquals(Optional.empty(), match("chk[!0-9]", "chk7"));
    assertEquals(Optional.of(List.of()), match("./a.b+c(d)", "a.b+c(d)"));
    assertEquals(Optional.empty(), match("a.b", "axb"));
  }

  @Test
  void hiddenFiles_areMeantOnlyByTheirDot() {
    assertTrue(match("*.h5", ".chk.h5").isEmpty());
    assertTrue(match("?chk", ".chk").isEmpty());
    assertTrue(match(".*.h5", ".chk.h5").isPresent());
  }

  @Test
  void markers_areNoState_evenWhereThePatternOfTheStateMatchesThem() {
    Patterns patterns = Patterns.of(List.of("chk*"), List.of("chk*.ok"));
    assertTrue(patterns.isMarker("chk1.ok"));
    assertFalse(patterns.isState("chk1.ok"));
    assertTrue(patterns.isState("chk1"));
    assertFalse(patterns.know("other"));
  }

  @Test
  void numbersOutOfRange_areRefused() {
    assertThrows(
        HoldfastException.class,
        () -> new RestartFiles(FOLDER, List.of("a"), List.of(), -1, Duration.ZERO));
    assertThrows(
        HoldfastException.class,
        () -> new RestartFiles(FOLDER, List.of("a"), List.of(), 0, Duration.ofSeconds(-1)));
  }
}
