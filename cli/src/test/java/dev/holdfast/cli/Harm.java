// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/** What people, programs and disks do to a store's files at rest, at random. */
final class Harm {
  private static final List<String> PLACES =
      List.of("STOP", "pins", "quarantine", "HOLDFAST", "ALIVE", "NEWEST-00000000000000ff");

  private final Path store;
  private final Path foreign;
  private final Random random;
  private final List<String> done = new ArrayList<>();

  /**
   * @param foreign another store, whose files may get into this one
   */
  Harm(Path store, Path foreign, Random random) {
    this.store = store;
    this.foreign = foreign;
    this.random = random;
  }

  /** What was done, in words. */
  List<String> done() {
    return done;
  }

  void inflict() throws IOException {
    List<Path> files = files(store);
    if (files.isEmpty()) {
      return;
    }
    Path file = pick(files);
    if (Files.isSymbolicLink(file)) {
      delete(file);
      return;
    }
    switch (random.nextInt(12)) {
      case 0 -> delete(file);
      case 1 -> {
        delete(file);
        inflict();
      }
      case 2, 3 -> flip(file);
      case 4 -> resize(file, random.nextLong(1 + Files.size(file)));
      case 5 -> resize(file, Files.size(file) + 1 + random.nextInt(5_000));
      case 6 -> {
        Files.write(file, new byte[(int) Files.size(file)]);
        told("zeroed", file);
      }
      case 7 -> copy(pick(files), file);
      case 8 -> {
        Path other = place();
        if (random.nextBoolean()) {
          copy(file, other);
        } else if (!Files.isDirectory(other)) {
          Files.move(file, other, StandardCopyOption.REPLACE_EXISTING);
          told("moved to " + other.getFileName(), file);
        }
      }
      case 9 -> {
        Path theirs = pick(files(foreign));
        copy(theirs, random.nextBoolean() ? file : store.resolve(foreign.relativize(theirs)));
      }
      case 10 -> {
        Files.delete(file);
        Files.createDirectory(file);
        told("made a folder", file);
      }
      default -> {
        Path away = store.resolveSibling("away-" + done.size());
        Files.move(file, away);
        Files.createSymbolicLink(file, random.nextBoolean() ? away : store.resolveSibling("none"));
        told("made a link", file);
      }
    }
  }

  /** A name that a file of a store may have. */
  private Path place() {
    if (random.nextBoolean()) {
      return store.resolve(PLACES.get(random.nextInt(PLACES.size())));
    }
    return store
        .resolve("log")
        .resolve(String.format(Locale.ROOT, "%016x.hf", 1 + random.nextInt(2 * HaltedJob.STEPS)));
  }

  private void delete(Path file) throws IOException {
    Files.delete(file);
    told("deleted", file);
  }

  private void flip(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes == 0) {
      Files.write(file, new byte[1 + random.nextInt(100)]);
      told("filled", file);
      return;
    }
    long near = random.nextLong(Math.min(bytes, 1_000));
    long at =
        switch (random.nextInt(3)) {
          case 0 -> near;
          case 1 -> bytes - 1 - near;
          default -> random.nextLong(bytes);
        };
    SmallStore.damage(file, at);
    told("flipped byte " + at, file);
  }

  private void resize(Path file, long bytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(bytes);
    }
    told("now " + bytes + " bytes", file);
  }

  private void copy(Path from, Path to) throws IOException {
    if (Files.isRegularFile(from) && !Files.isDirectory(to) && !from.equals(to)) {
      Files.createDirectories(to.getParent());
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
      told("copy of " + from, to);
    }
  }

  private Path pick(List<Path> files) {
    return files.get(random.nextInt(files.size()));
  }

  private void told(String what, Path file) {
    done.add(store.relativize(file) + " " + what);
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      return tree.filter(file -> Files.isSymbolicLink(file) || Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }
}
