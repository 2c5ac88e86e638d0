// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The first place at which a file is not that of another, byte by byte: a line where both are text
 * there and it shows, or else a byte. Files of any size are compared without being held in memory.
 *
 * @param line the line, 1 or more; empty where lines would not show the difference
 * @param offsetBytes the first byte that differs, 0 or more
 * @param expected what the first file holds there, in words
 * @param actual what the second holds
 */
public record FileDifference(OptionalLong line, long offsetBytes, String expected, String actual) {
  private static final int SHOWN_MAX = 120;
  private static final String END = "the end of the file";

  /** Empty when the files are the same. */
  public static Optional<FileDifference> between(Path expected, Path actual) throws IOException {
    long at = Files.mismatch(expected, actual);
    if (at < 0) {
      return Optional.empty();
    }
    long line = 1;
    long start = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(expected), 1 << 16)) {
      for (long i = 0; i < at; i++) {
        if (in.read() == '\n') {
          line++;
          start = i + 1;
        }
      }
    }
    long from = Math.max(start, at - SHOWN_MAX / 2); // in a long line, close to the difference
    String one = line(expected, from);
    String two = line(actual, from);
    boolean shows = !one.equals(two) && isText(one) && isText(two);
    return Optional.of(
        shows
            ? new FileDifference(OptionalLong.of(line), at, one, two)
            : new FileDifference(OptionalLong.empty(), at, octet(expected, at), octet(actual, at)));
  }

  private static byte[] read(Path file, long from, int lengthBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(from);
      return in.readNBytes(lengthBytes);
    }
  }

  private static String line(Path file, long from) throws IOException {
    String text = new String(read(file, from, 2 * SHOWN_MAX), StandardCharsets.UTF_8);
    if (text.isEmpty()) {
      return END;
    }
    int end = text.indexOf('\n');
    String line = end < 0 ? text : text.substring(0, end);
    return quoted(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
  }

  /** A text as a message shows it: its beginning, when it is long. */
  static String quoted(String text) {
    return '"' + (text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "..." : text) + '"';
  }

  private static boolean isText(String line) {
    return line.chars().noneMatch(c -> Character.isISOControl(c) && c != '\t');
  }

  private static String octet(Path file, long at) throws IOException {
    byte[] octet = read(file, at, 1);
    return octet.length == 0 ? END : "0x" + HexFormat.of().toHexDigits(octet[0]);
  }
}
