// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that differs passes for the same, and the place is named. */
final class FileDifferenceTest {
  @TempDir private Path temp;

  private Optional<FileDifference> between(String expected, String actual) throws IOException {
    Path one = Files.writeString(temp.resolve("one"), expected);
    Path two = Files.writeString(temp.resolve("two"), actual);
    return FileDifference.between(one, two);
  }

  private static Optional<FileDifference> line(long line, long at, String one, String two) {
    return Optional.of(new FileDifference(OptionalLong.of(line), at, one, two));
  }

  private static Optional<FileDifference> octet(long at, String one, String two) {
    return Optional.of(new FileDifference(OptionalLong.empty(), at, one, two));
  }

  @Test
  void files_same_differNowhere() throws Exception {
    assertEquals(Optional.empty(), between("a\nb\n", "a\nb\n"));
    assertEquals(Optional.empty(), between("", ""));
  }

  @Test
  void line_other_isNamedWithBothValues() throws Exception {
    assertEquals(line(2, 2, "\"b\"", "\"c\""), between("a\nb\nx\n", "a\nc\nx\n"));
  }

  @Test
  void line_missing_isNamed() throws Exception {
    assertEquals(line(2, 2, "\"b\"", "the end of the file"), between("a\nb\n", "a\n"));
    assertEquals(line(1, 0, "the end of the file", "\"\""), between("", "\n"));
  }

  @Test
  void line_long_isShownWhereItDiffers() throws Exception {
    String before = "0123456789".repeat(100);
    String shown = "0123456789".repeat(6);
    assertEquals(
        line(2, 1_002, '"' + shown + "b\"", '"' + shown + "c\""),
        between("a\n" + before + "b\n", "a\n" + before + "c\n"));
  }

  @Test
  void lastLine_withoutItsEnd_differs() throws Exception {
    assertEquals(octet(3, "0x0a", "the end of the file"), between("a\nb\n", "a\nb"));
  }

  @Test
  void lineEnd_other_isNamedByOffset() throws Exception {
    assertEquals(octet(1, "0x0d", "0x0a"), between("a\r\n", "a\n"));
  }

  @Test
  void bytes_thatAreNoText_areNamedByOffset() throws Exception {
    assertEquals(octet(1, "0x61", "0x62"), between("\0a\0", "\0b\0"));
  }
}
