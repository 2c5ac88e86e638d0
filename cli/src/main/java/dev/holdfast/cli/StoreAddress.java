// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code STORE[@VERSION[:REGION]]} as a person writes it. Without a store it is the only one in the
 * current folder.
 *
 * @param path the store's directory
 * @param version a version's number; empty for the newest
 * @param region a region's name
 */
record StoreAddress(Path path, OptionalLong version, Optional<String> region) {

  static StoreAddress parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return new StoreAddress(only(), OptionalLong.empty(), Optional.empty());
    }
    int at = text.lastIndexOf('@');
    if (at < 0 || Files.isDirectory(Path.of(text))) {
      return new StoreAddress(Path.of(text), OptionalLong.empty(), Optional.empty());
    }
    Path store = at == 0 ? only() : Path.of(text.substring(0, at));
    String rest = text.substring(at + 1);
    int colon = rest.indexOf(':');
    String number = colon < 0 ? rest : rest.substring(0, colon);
    Optional<String> region =
        colon < 0 ? Optional.empty() : Optional.of(rest.substring(colon + 1));
    return new StoreAddress(store, version(text, number), region);
  }

  private static OptionalLong version(String text, String number) {
    if (number.isEmpty() || number.equals("newest")) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(number));
    } catch (NumberFormatException e) {
      throw new CommandException(
          ExitCode.USAGE,
          "\"" + text + "\": version \"" + number + "\" is not a number; holdfast ls shows them");
    }
  }

  private static Path only() {
    Path here = Path.of("");
    try (Stream<Path> entries = Files.list(here.toAbsolutePath())) {
      List<Path> stores =
          entries
              .filter(path -> path.getFileName().toString().endsWith(".holdfast"))
              .filter(path -> Files.isDirectory(path))
              .sorted()
              .toList();
      if (stores.size() == 1) {
        return stores.getFirst();
      }
      throw new CommandException(
          ExitCode.USAGE,
          stores.isEmpty()
              ? "no store in the current folder; name one: STORE[@VERSION[:REGION]]"
              : stores.size() + " stores in the current folder; name one: " + stores);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Store openStore() {
    return Store.open(path, Disk.local());
  }

  /** The version that is addressed. */
  StoredVersion openVersion(Store store) {
    if (version.isPresent()) {
      return store.version(version.getAsLong());
    }
    return store
        .newest()
        .orElseThrow(
            () -> new CommandException(ExitCode.NO_VERSION, path + " holds no version yet"));
  }
}
