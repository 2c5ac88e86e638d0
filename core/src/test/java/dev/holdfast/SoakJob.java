// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A job that runs in children, and what its parent knows of it from the pipe alone: the newest
 * version that was acknowledged. Everything a child says is compared with the undisturbed run.
 */
final class SoakJob {
  private final Path directory;
  private final String loop;
  private final SoakReference reference;
  private long acknowledgedNumber;
  private long acknowledgedStep;
  private long restoredStep = -1;
  private int restarts;
  private int acknowledgements;

  /**
   * @param directory where it lives; must exist
   * @param loop steps or tick
   */
  SoakJob(Path directory, String loop, SoakReference reference) {
    this.directory = directory;
    this.loop = loop;
    this.reference = reference;
  }

  Path store() {
    return directory.resolve("store");
  }

  Path out() {
    return directory.resolve("out.csv");
  }

  /** The step of the newest version that was acknowledged. */
  long acknowledgedStep() {
    return acknowledgedStep;
  }

  long acknowledgedNumber() {
    return acknowledgedNumber;
  }

  /** The step that the newest child has restored. */
  long restoredStep() {
    return restoredStep;
  }

  /** How often a child has restored. */
  int restarts() {
    return restarts;
  }

  int acknowledgements() {
    return acknowledgements;
  }

  /** The newest version has been taken away: an older one will do. */
  void forgive() {
    acknowledgedStep = 0;
  }

  ChildJvm start(Map<String, String> environment, String... arguments) throws IOException {
    return startUnder(List.of(), environment, arguments);
  }

  /** Starts a child under another program, such as a tracer. */
  ChildJvm startUnder(List<String> tracer, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(SoakWorker.class.getName());
    command.add("store=" + store());
    command.add("out=" + out());
    command.add("loop=" + loop);
    command.addAll(List.of(arguments));
    return new ChildJvm(directory, environment, tracer, command.toArray(String[]::new));
  }

  /** Judges a line of a child. */
  void heard(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "RESTORED" -> restored(Long.parseLong(words[1]), words[2], Long.parseLong(words[3]));
      case "ACK" -> acknowledged(Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]);
      case "AT", "WAITING" -> {}
      default -> fail("a child said: " + line);
    }
  }

  private void restored(long step, String digest, long fileLength) {
    assertTrue(
        step >= acknowledgedStep,
        "LOST: step " + acknowledgedStep + " was acknowledged, step " + step + " restored");
    assertEquals(reference.digest(step), digest, "WRONG BYTES restored at step " + step);
    assertEquals(reference.fileLength(step), fileLength, "output file cut at step " + step);
    restoredStep = step;
    restarts++;
  }

  private void acknowledged(long number, long step, String digest) {
    assertTrue(number > acknowledgedNumber, "version " + number + " after " + acknowledgedNumber);
    assertEquals(reference.digest(step), digest, "WRONG BYTES computed at step " + step);
    acknowledgedNumber = number;
    acknowledgedStep = step;
    acknowledgements++;
  }

  /** The output file holds, to the byte, what the undisturbed run has written at some moment. */
  void checkFile() throws IOException {
    if (acknowledgedStep == 0 && !Files.exists(out())) {
      return;
    }
    byte[] content = Files.readAllBytes(out());
    assertTrue(reference.isBeginningOfFile(content), "output file, " + content.length + " bytes");
    assertTrue(content.length >= reference.fileLength(acknowledgedStep), "output file was lost");
  }
}
