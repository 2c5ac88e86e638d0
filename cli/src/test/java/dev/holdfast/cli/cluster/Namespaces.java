// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parts of this machine that look like machines of their own. */
final class Namespaces {
  private Namespaces() {}

  /** Why none can be made; empty if they can. */
  static Optional<String> missing() throws IOException, InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("not root");
    }
    Shell.Ended ended =
        Shell.run(
            Duration.ofSeconds(20),
            Map.of(),
            List.of(
                ("unshare --pid --fork --kill-child --mount-proc --uts --mount"
                        + " --propagation private mount -t tmpfs none /dev/shm")
                    .split(" ", -1)));
    return ended.code() == 0
        ? Optional.empty()
        : Optional.of("no namespaces can be made here: " + ended.err());
  }

  /** The name of a process, as the kernel has it; empty when it has ended. */
  static String name(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "comm")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
