// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Standard output, which remembers that it refused something: PrintWriter swallows that, and an
 * answer that did not arrive must not end with code 0.
 */
final class Output extends OutputStream {
  private final OutputStream to;
  private @Nullable IOException failure;

  Output(OutputStream to) {
    this.to = to;
  }

  @Override
  public void write(int oneByte) throws IOException {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      to.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    to.flush();
  }

  boolean failed() {
    return failure != null;
  }

  /** Whether its reader has had enough, as in {@code holdfast ls | head -1}. */
  boolean closedByReader() {
    return failure != null
        && String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe");
  }

  /** What it refused with. */
  String failureInWords() {
    return failure == null ? "" : String.valueOf(failure.getMessage());
  }
}
