// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that differs passes for the same, and the place is named. */
final class FileDifferenceTest {
  @TempDir private Path temp;

  private Optional<String> between(String expected, String actual) throws IOException {
    Path one = Files.writeString(temp.resolve("one"), expected);
    Path two = Files.writeString(temp.resolve("two"), actual);
    return FileDifference.between("f", one, two);
  }

  @Test
  void files_same_differNowhere() throws Exception {
    assertEquals(Optional.empty(), between("a\nb\n", "a\nb\n"));
    assertEquals(Optional.empty(), between("", ""));
  }

  @Test
  void line_other_isNamedWithBothValues() throws Exception {
    assertEquals(
        Optional.of("f:2: expected \"b\", found \"c\""), between("a\nb\nx\n", "a\nc\nx\n"));
  }

  @Test
  void line_missing_isNamed() throws Exception {
    assertEquals(
        Optional.of("f:2: expected \"b\", found the end of the file"), between("a\nb\n", "a\n"));
  }

  @Test
  void lastLine_withoutItsEnd_differs() throws Exception {
    assertEquals(
        Optional.of("f: byte 3 differs (of 4 expected, 3 found)"), between("a\nb\n", "a\nb"));
  }

  @Test
  void bytes_thatAreNoText_areNamedByOffset() throws Exception {
    assertEquals(
        Optional.of("f: byte 1 differs (of 3 expected, 3 found)"), between("\0a\0", "\0b\0"));
  }

  @Test
  void file_missing_differs() throws Exception {
    Path there = Files.writeString(temp.resolve("there"), "");
    assertEquals(
        Optional.of("f: missing"), FileDifference.between("f", there, temp.resolve("none")));
    assertEquals(
        Optional.of("f: the undisturbed run has not made this file"),
        FileDifference.between("f", temp.resolve("none"), there));
  }
}
