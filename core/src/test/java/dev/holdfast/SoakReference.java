// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The undisturbed run: what the state and the output file must be after every step. It runs on in
 * memory, as far as it is asked.
 */
final class SoakReference {
  private final SoakMachine machine = new SoakMachine(Holdfast.off());
  private final List<String> digests = new ArrayList<>();
  private final List<Integer> fileLengths = new ArrayList<>();
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  SoakReference() {
    digests.add(machine.digest());
    fileLengths.add(0);
  }

  private void runTo(long step) {
    while (machine.step() < step) {
      advance();
    }
  }

  private void advance() {
    file.writeBytes((machine.advance() + "\n").getBytes(StandardCharsets.UTF_8));
    digests.add(machine.digest());
    fileLengths.add(file.size());
  }

  /** The state's digest after so many steps. */
  synchronized String digest(long step) {
    runTo(step);
    return digests.get((int) step);
  }

  /** The output file's length after so many steps. */
  synchronized int fileLength(long step) {
    runTo(step);
    return fileLengths.get((int) step);
  }

  /** Whether a file holds what the output file holds at some moment, to the byte. */
  synchronized boolean isBeginningOfFile(byte[] content) {
    while (file.size() < content.length) {
      advance();
    }
    return Arrays.equals(content, Arrays.copyOf(file.toByteArray(), content.length));
  }
}
