// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process that keeps restart files is killed at random moments: while files are written, while
 * they are committed, while they are put back. Afterwards there is always one whole state, none
 * older than the last that was durable.
 *
 * <p>A seed can be given with -Dholdfast.seed.
 */
final class FileKillTest {
  private static final int ROUNDS = 8;

  @TempDir private Path folder;
  private long durable;

  @Test
  void killedAnywhere_alwaysOneWholeSet_noneOlderThanTheLastDurable() throws IOException {
    long seed = Long.getLong("holdfast.seed", new Random().nextLong());
    System.err.println("FileKillTest: repeat with -Dholdfast.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      try (ChildJvm child =
          new ChildJvm(folder, Map.of(), List.of(), FileKillWorker.class.getName(), folder + "")) {
        child.expect("OPEN", this::hear);
        listenFor(child, random.nextInt(4), random.nextInt(40));
        child.kill(this::hear);
      }
      spoil(random);
    }
    try (FileSession session =
        FileSession.open(
            "job",
            FileKillWorker.files(folder),
            Map.of("HOLDFAST_STORE", folder.resolve("job.holdfast").toString()))) {
      session.restore();
      assertTrue(FileKillWorker.roundOf(folder) >= durable, "seed " + seed);
    }
    assertTrue(durable > 0, "nothing was ever durable; seed " + seed);
  }

  /** So many lines, and so many milliseconds. */
  private void listenFor(ChildJvm child, int lines, int millis) {
    for (int i = 0; i < lines; i++) {
      if (child.listen(5_000) instanceof ChildJvm.Line(String text)) {
        hear(text);
      }
    }
    if (child.listen(millis + 1L) instanceof ChildJvm.Line(String text)) {
      hear(text);
    }
  }

  private void hear(String line) {
    assertFalse(line.startsWith("BROKEN"), line);
    if (line.startsWith("DURABLE ")) {
      durable = Math.max(durable, Long.parseLong(line.substring("DURABLE ".length())));
    } else if (line.startsWith("RESTORED ")) {
      long restored = Long.parseLong(line.substring("RESTORED ".length()));
      assertTrue(restored >= durable, () -> line + ", but " + durable + " was durable");
    }
  }

  /** What a crash may do to files that were not synced. */
  private void spoil(Random random) throws IOException {
    for (String name : FileKillWorker.NAMES) {
      Path file = folder.resolve(name);
      switch (random.nextInt(4)) {
        case 0 -> Files.deleteIfExists(file);
        case 1 -> {
          Files.createDirectories(file.getParent());
          Files.write(file, new byte[random.nextInt(1000)]);
        }
        default -> {} // as the kill has left it
      }
    }
  }
}
