// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The first place at which a file is not that of another, in words. */
final class FileDifference {
  private static final int SHOWN = 60;
  private static final int READ_BYTES_MAX = 64 << 20;

  private FileDifference() {}

  /** Empty when they are the same, byte for byte. */
  static Optional<String> between(String name, Path expected, Path actual) throws IOException {
    if (!Files.isRegularFile(expected)) {
      return Optional.of(name + ": the undisturbed run has not made this file");
    }
    if (!Files.isRegularFile(actual)) {
      return Optional.of(name + ": missing");
    }
    long at = Files.mismatch(expected, actual);
    if (at < 0) {
      return Optional.empty();
    }
    if (Math.max(Files.size(expected), Files.size(actual)) > READ_BYTES_MAX) {
      return Optional.of(binary(name, at, expected, actual));
    }
    List<String> left = lines(expected);
    List<String> right = lines(actual);
    for (int line = 0; line < Math.max(left.size(), right.size()); line++) {
      String one = line < left.size() ? left.get(line) : null;
      String two = line < right.size() ? right.get(line) : null;
      if (one == null || two == null || !one.equals(two)) {
        return Optional.of(
            one != null && one.indexOf('\0') >= 0
                ? binary(name, at, expected, actual)
                : String.format(
                    Locale.ROOT,
                    "%s:%d: expected %s, found %s",
                    name,
                    line + 1,
                    said(one),
                    said(two)));
      }
    }
    return Optional.of(binary(name, at, expected, actual)); // the end of the last line
  }

  private static String said(@Nullable String line) {
    if (line == null) {
      return "the end of the file";
    }
    return '"' + (line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line) + '"';
  }

  private static String binary(String name, long at, Path expected, Path actual)
      throws IOException {
    return String.format(
        Locale.ROOT,
        "%s: byte %,d differs (of %,d expected, %,d found)",
        name,
        at,
        Files.size(expected),
        Files.size(actual));
  }

  /** Every byte is a character: what is shown of a file that is not text does not matter. */
  private static List<String> lines(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
  }
}
