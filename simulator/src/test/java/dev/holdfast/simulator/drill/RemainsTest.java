// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is missing on either side, or holds other bytes, is named. */
final class RemainsTest {
  @TempDir private Path one;
  @TempDir private Path two;

  private Verdict compare() throws IOException {
    return Remains.compare(one, two, List.of("f"), Optional.empty());
  }

  private static Verdict other(String place) {
    return new Verdict.OtherBits(List.of(place));
  }

  @Test
  void file_missing_differs() throws Exception {
    Path there = Files.writeString(one.resolve("f"), "");
    assertEquals(other("f: missing"), compare());
    Files.move(there, two.resolve("f"));
    assertEquals(other("f: the undisturbed run has not made this file"), compare());
  }

  @Test
  void file_ofOtherBytes_isNamedWithItsPlace() throws Exception {
    Files.writeString(one.resolve("f"), "a\nb\n");
    Files.writeString(two.resolve("f"), "a\nc\n");
    assertEquals(other("f:2: expected \"b\", found \"c\""), compare());
    Files.writeString(two.resolve("f"), "a\nb");
    assertEquals(other("f byte 3: expected 0x0a, found the end of the file"), compare());
  }
}
