// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a harness has counted, as a small JSON file of its own: figures about trust are quoted from
 * these files and from nowhere else. They lie in the folder that the system property {@code
 * holdfast.trust} names, {@code target/trust} of the root project in a build.
 */
public final class TrustReport {
  private TrustReport() {}

  /**
   * Writes the figures of one harness, in place of those of an earlier run.
   *
   * @param harness names the file, such as {@code crash-states}
   * @param figures counts and measures, with their units in their names
   */
  public static void write(String harness, Map<String, ? extends Number> figures) {
    Path folder = Path.of(System.getProperty("holdfast.trust", "target/trust"));
    String json =
        new TreeMap<>(figures)
            .entrySet().stream()
                .map(figure -> "  \"" + figure.getKey() + "\": " + figure.getValue())
                .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(harness + ".json"), json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing figures to " + folder, e);
    }
  }
}
