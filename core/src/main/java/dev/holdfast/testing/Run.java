// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.Outcome;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A program's run in a folder of its own, with all its stops.
 *
 * @param folder its sandbox
 * @param outcome how its last leg ended; null when it failed
 * @param failure what its last leg threw; null when it threw nothing
 * @param resumedAt the steps done when its last leg began
 */
record Run(Path folder, @Nullable Outcome outcome, @Nullable Throwable failure, long resumedAt) {

  /** Its newest version; empty when it has made none. The caller closes it. */
  Optional<StoredVersion> version() {
    Path store = folder.resolve("store");
    return Files.isDirectory(store) ? Store.open(store, Disk.local()).newest() : Optional.empty();
  }

  /** Its output files by their path within the sandbox. */
  Map<String, Path> outputs() {
    Path output = folder.resolve("output");
    Map<String, Path> files = new TreeMap<>();
    if (Files.isDirectory(output)) {
      try (Stream<Path> all = Files.walk(output)) {
        all.filter(Files::isRegularFile)
            .forEach(file -> files.put(output.relativize(file).toString(), file));
      } catch (IOException e) {
        throw new UncheckedIOException("output files of the rehearsal in " + output, e);
      }
    }
    return files;
  }

  /** How it ended, in words. */
  String ending() {
    return switch (outcome) {
      case Outcome.Complete c -> c.durable() ? "completes" : "completes, its end not durable";
      case Outcome.StoppedAt s -> "stops at step " + s.step();
      case null -> failure == null ? "does not end" : "fails (" + failure + ")";
    };
  }
}
