// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.simulator.drill.DrillEvent.Doing;
import dev.holdfast.simulator.drill.DrillEvent.NewestVersion;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.StoreException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a store shows of the program that writes it, from outside. A version's file has a hidden
 * name, which begins with its number, until it is complete and synced; then it is linked to its
 * number, and the hidden name removed. (The record of an attempt's begin, whose number is the
 * attempt's own, comes about in the same way and is not meant here.) So "being written" and "just
 * published" can be told apart, while its last bytes, its sync and the moment before the link look
 * the same.
 */
final class StoreWatch {
  private static final int DEPTH = 3;
  private static final String SUFFIX = ".holdfast";
  private static final Pattern HIDDEN =
      Pattern.compile("\\.([0-9a-f]{16})-([0-9a-f]{16})-.*\\.tmp");

  private final Path folder;
  private final Optional<String> named;
  private Optional<Path> found = Optional.empty();
  private Set<Path> left = Set.of();

  /**
   * @param folder where the program runs
   * @param named its store in that, empty to look for one
   */
  StoreWatch(Path folder, Optional<String> named) {
    this.folder = folder;
    this.named = named;
  }

  /**
   * What can be seen.
   *
   * @param version the number of the version that it is about, 0 for none
   * @param bytes the length of its hidden file, -1 for none
   */
  record Sight(Doing doing, long version, long bytes) {}

  /** A version as a restart would find it. */
  record Newest(NewestVersion version, long capturedEpochMs) {}

  /** The store's directory, once there is one. */
  Optional<Path> store() throws IOException {
    if (found.isEmpty()) {
      found = stores(folder, named).stream().findFirst();
    }
    return found;
  }

  /** Every store in a folder. */
  static List<Path> stores(Path folder, Optional<String> named) throws IOException {
    if (named.isPresent()) {
      Path store = folder.resolve(named.get());
      return Files.isDirectory(store.resolve("log")) ? List.of(store) : List.of();
    }
    List<Path> stores = new ArrayList<>();
    visit(
        folder,
        DEPTH,
        (path, facts) -> {
          if (path.getFileName().toString().endsWith(SUFFIX)
              && Files.isDirectory(path.resolve("log"))) {
            stores.add(path);
          }
        });
    stores.sort(null);
    return stores;
  }

  /**
   * Shows what is below a folder, in which a program may be at work: what vanishes meanwhile is
   * left out.
   */
  private static void visit(Path folder, int depth, BiConsumer<Path, BasicFileAttributes> seen)
      throws IOException {
    Files.walkFileTree(
        folder,
        Set.of(),
        depth,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes facts) {
            seen.accept(path, facts);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes facts) {
            seen.accept(path, facts);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException cause) throws IOException {
            if (cause instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw cause;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException cause)
              throws IOException {
            if (cause == null || cause instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw cause;
          }
        });
  }

  /** Hidden files that are there now belong to the dead. */
  void forgetHidden() throws IOException {
    left = new HashSet<>(hidden());
  }

  /** What the names in the store say at this moment. */
  Sight look() throws IOException {
    if (store().isEmpty()) {
      return new Sight(Doing.RUNNING, 0, -1);
    }
    for (Path path : hidden()) {
      Matcher name = HIDDEN.matcher(path.getFileName().toString());
      if (!left.contains(path) && name.matches() && !name.group(1).equals(name.group(2))) {
        boolean visible = Files.exists(path.resolveSibling(name.group(1) + ".hf"));
        long number = Long.parseLong(name.group(1), 16);
        return new Sight(visible ? Doing.PUBLISHING : Doing.WRITING, number, bytes(path));
      }
    }
    return new Sight(Doing.COMPUTING, 0, -1);
  }

  /** The files that are being written, or were when somebody died. */
  private List<Path> hidden() throws IOException {
    Optional<Path> store = store();
    if (store.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> names = Files.list(store.get().resolve("log"))) {
      return names.filter(path -> path.getFileName().toString().startsWith(".")).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static long bytes(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return -1; // it has just got its name
    }
  }

  /** What the next attempt will restore; empty where there is nothing, or nothing usable. */
  Optional<Newest> newest() throws IOException {
    Optional<Path> store = store();
    if (store.isEmpty()) {
      return Optional.empty();
    }
    try (StoredVersion version = DrillStore.open(store.get()).newest().orElse(null)) {
      return version == null
          ? Optional.empty()
          : Optional.of(
              new Newest(
                  new NewestVersion(version.number(), version.info().state().step()),
                  version.info().state().capturedEpochMs()));
    } catch (StoreException e) {
      return Optional.empty(); // not yet a store; or the restart itself will say so
    }
  }

  /** The number of the newest attempt that has opened the store, 0 for none. */
  long newestAttempt() throws IOException {
    Optional<Path> store = store();
    if (store.isEmpty()) {
      return 0;
    }
    try {
      return DrillStore.open(store.get()).records().stream()
          .filter(StoreRecord.Attempt.class::isInstance)
          .mapToLong(StoreRecord::number)
          .max()
          .orElse(0);
    } catch (StoreException e) {
      return 0;
    }
  }

  /**
   * The state of all files, by which one sees that a program without a store has done something.
   */
  String trace() throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    visit(
        folder,
        Integer.MAX_VALUE,
        (path, facts) -> {
          if (facts.isRegularFile()) {
            files.put(path.toString(), facts.size() + " " + facts.lastModifiedTime());
          }
        });
    return files.toString();
  }
}
