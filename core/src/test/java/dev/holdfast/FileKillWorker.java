// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.StoreHeldException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Puts files back, checks them, writes new ones and has them committed, until it is killed. */
final class FileKillWorker {
  static final List<String> NAMES = List.of("a.bin", "sub/b.bin");
  private static final int BYTES_MAX = 600_000;

  private FileKillWorker() {}

  static RestartFiles files(Path folder) {
    return new RestartFiles(folder, List.of("a.bin", "sub/*.bin"), List.of(), 0, Duration.ZERO);
  }

  /** What a file holds in a round. */
  static byte[] content(long round, String name) {
    Random random = new Random(31 * round + name.hashCode());
    byte[] bytes = new byte[1 + random.nextInt(BYTES_MAX)];
    random.nextBytes(bytes);
    bytes[0] = (byte) round;
    return bytes;
  }

  /** The round that all files are of, or -1 when there is none. */
  static long roundOf(Path folder) throws IOException {
    long round = -1;
    for (String name : NAMES) {
      Path file = folder.resolve(name);
      if (!Files.exists(file)) {
        return -1;
      }
      byte[] bytes = Files.readAllBytes(file);
      long own = bytes.length == 0 ? -1 : bytes[0];
      if (own < 0 || !Arrays.equals(bytes, content(own, name)) || (round >= 0 && round != own)) {
        return -1;
      }
      round = own;
    }
    return round;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    try (FileSession session =
        FileSession.open(
            "job",
            files(folder),
            Map.of("HOLDFAST_STORE", folder.resolve("job.holdfast").toString()))) {
      SoakWorker.say("OPEN");
      Restored restored = session.restore();
      long round = 0;
      if (restored.version() > 0) {
        round = roundOf(folder);
        SoakWorker.say(round < 0 ? "BROKEN version " + restored.version() : "RESTORED " + round);
      }
      session.started();
      while (true) {
        round++;
        for (String name : NAMES) {
          Path file = folder.resolve(name);
          Files.createDirectories(file.getParent());
          Files.write(file, content(round, name));
        }
        long before = session.look().version();
        while (session.look().version() == before) {
          LockSupport.parkNanos(200_000);
        }
        SoakWorker.say("DURABLE " + round);
      }
    } catch (StoreHeldException e) {
      SoakWorker.say("HELD");
    }
  }
}
