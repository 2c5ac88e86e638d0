// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.Job;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreRefusedException;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code STORE[@VERSION[:REGION]]} as a person writes it. Without a store it is the only one in the
 * current folder; {@code @newest}, or {@code @} alone, is the newest version.
 *
 * @param path the store's directory
 * @param namesVersion whether a version is named, the newest or one with a number
 * @param number a version's number; empty for the newest
 * @param region a region's name
 */
record StoreAddress(Path path, boolean namesVersion, OptionalLong number, Optional<String> region) {
  private static final String SUFFIX = ".holdfast";
  private static final Pattern FORM =
      Pattern.compile("(?<store>.*?)@(?<version>[0-9]*|newest)(?::(?<region>.+))?");

  static StoreAddress parse(@Nullable String text) {
    if (text == null) {
      return whole(only());
    }
    if (text.isEmpty()) {
      throw CommandException.usage(
          "the store's name is empty, as of a variable that is not set; leave it out for the only"
              + " store of this folder");
    }
    Path asPath = path(text);
    return !text.contains("@") || Files.isDirectory(asPath)
        ? whole(asPath)
        : version(text, Optional.empty());
  }

  /**
   * The address of a whole store.
   *
   * @param refusal what is said to somebody who names a version
   */
  static StoreAddress parseWhole(@Nullable String text, String refusal) {
    StoreAddress address = parse(text);
    if (address.namesVersion()) {
      throw CommandException.usage(refusal);
    }
    return address;
  }

  /** Another version of the same store, given as {@code @VERSION}. */
  StoreAddress at(String version) {
    return version(version, Optional.of(path));
  }

  /**
   * @param without the store where the text names none; empty for the only one
   */
  private static StoreAddress version(String text, Optional<Path> without) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw notAddress(text);
    }
    String store = form.group("store");
    return new StoreAddress(
        store.isEmpty() ? without.orElseGet(StoreAddress::only) : path(store),
        true,
        number(text, form.group("version")),
        Optional.ofNullable(form.group("region")));
  }

  private static StoreAddress whole(Path store) {
    return new StoreAddress(store, false, OptionalLong.empty(), Optional.empty());
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new CommandException(
          ExitCode.USAGE, "\"" + text + "\" cannot be the name of a folder: " + e.getReason());
    }
  }

  private static OptionalLong number(String text, String version) {
    if (version.isEmpty() || version.equals("newest")) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(version));
    } catch (NumberFormatException e) { // too long for a number
      throw notAddress(text);
    }
  }

  private static CommandException notAddress(String text) {
    return new CommandException(
        ExitCode.USAGE,
        "\""
            + text
            + "\" is not STORE[@VERSION[:REGION]]: VERSION is a number or \"newest\";"
            + " holdfast ls STORE shows the numbers");
  }

  private static Path only() {
    List<String> stores = storesIn(Path.of(""));
    if (stores.size() == 1) {
      return Path.of(stores.getFirst());
    }
    throw new CommandException(
        ExitCode.USAGE,
        stores.isEmpty()
            ? "no store (*" + SUFFIX + ") in the current folder; name one: STORE[@VERSION[:REGION]]"
            : stores.size()
                + " stores in the current folder; name one: "
                + String.join(", ", stores));
  }

  /** The stores in a folder; none where there is no such folder. */
  static List<Path> storesBelow(Path folder) {
    return Files.isDirectory(folder) ? storesIn(folder).stream().map(Path::of).toList() : List.of();
  }

  private static List<String> storesIn(Path folder) {
    try (Stream<Path> entries = Files.list(folder.toAbsolutePath())) {
      return entries
          .filter(path -> path.getFileName().toString().endsWith(SUFFIX))
          .filter(Files::isDirectory)
          .map(path -> folder.resolve(path.getFileName()).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new StoreIoException("listing", folder.toAbsolutePath(), e);
    }
  }

  /** The key with which stores are read here. */
  static Keys keys() {
    return Job.keys(System.getenv());
  }

  Store openStore() {
    try {
      return Store.open(path, Disk.local(), keys());
    } catch (StoreRefusedException e) {
      throw refused(e);
    }
  }

  /** Says what is there instead, and what may have been meant. */
  private RuntimeException refused(StoreRefusedException e) {
    if (Files.isDirectory(path.resolve("log"))) {
      return e;
    }
    Path folder = path.toAbsolutePath().normalize();
    Path near = folder;
    String what = " is a folder, but not a store";
    if (!Files.isDirectory(folder)) {
      what = Files.exists(folder) ? " is a file; a store is a folder" : ": there is no such store";
      near = path.getParent() == null ? Path.of("") : path.getParent();
    }
    List<String> stores = Files.isDirectory(near.toAbsolutePath()) ? storesIn(near) : List.of();
    String hint = stores.isEmpty() ? "" : "; stores there: " + String.join(", ", stores);
    return new CommandException(ExitCode.NO_VERSION, path + what + hint);
  }

  /** The version that is addressed. */
  StoredVersion openVersion(Store store) {
    if (number.isPresent()) {
      return store.version(number.getAsLong());
    }
    return store
        .newest()
        .orElseThrow(
            () -> new CommandException(ExitCode.NO_VERSION, path + " holds no version yet"));
  }
}
