// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Hears what Holdfast tells people on the error stream, until it is closed. */
final class Told implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Told() {
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** A failure must say this. */
  static void assertSays(Throwable failure, String wanted) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(wanted), message);
  }

  /** How many lines contain a text. */
  long lines(String containing) {
    return text().lines().filter(line -> line.contains(containing)).count();
  }

  @Override
  public void close() {
    System.setErr(before);
    before.print(text());
  }
}
