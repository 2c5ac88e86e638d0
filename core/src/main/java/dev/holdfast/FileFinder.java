// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.ProgramFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds the files that match patterns; Holdfast's own files never do. */
final class FileFinder {
  /** The folders into which files in the way are moved. */
  static final String ASIDE = "holdfast-aside-";

  private static final Pattern TEMPORARY = Pattern.compile("\\.(.+)\\.holdfast-([0-9a-f]+)\\.tmp");

  private final Path folder;
  private final Patterns patterns;
  private final Set<Path> own;
  private final Set<String> toldLinks = new HashSet<>();

  /**
   * @param own folders that belong to Holdfast
   */
  FileFinder(Path folder, Patterns patterns, Set<Path> own) {
    this.folder = folder;
    this.patterns = patterns;
    this.own = Set.copyOf(own);
  }

  /**
   * A file that matches.
   *
   * @param name relative to the folder
   * @param pattern the position of the pattern
   * @param texts what the pattern's wildcards stand for
   */
  record Found(String name, int pattern, List<String> texts, FileStamp stamp) {}

  /** Files of the program's state; each once, of the first pattern that it matches. */
  List<Found> state() throws IOException {
    List<Found> found = find(patterns.state());
    found.removeIf(file -> patterns.isMarker(file.name()));
    return found;
  }

  /** Markers, each once for every pattern that it matches. */
  List<Found> markers() throws IOException {
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < patterns.done().size(); i++) {
      int position = i;
      find(List.of(patterns.done().get(i)))
          .forEach(one -> found.add(new Found(one.name(), position, one.texts(), one.stamp())));
    }
    return found;
  }

  private List<Found> find(List<FilePattern> wanted) throws IOException {
    List<Found> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < wanted.size(); i++) {
      List<Found> ofPattern = new ArrayList<>();
      descend(wanted.get(i), i, 0, folder, "", ofPattern);
      for (Found file : ofPattern) {
        if (names.add(file.name())) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private void descend(
      FilePattern pattern, int position, int depth, Path at, String prefix, List<Found> found)
      throws IOException {
    FilePattern.Segment segment = pattern.segments().get(depth);
    boolean last = depth == pattern.segments().size() - 1;
    List<String> names = segment.wild() ? ProgramFiles.list(at) : List.of(segment.literal());
    for (String name : names) {
      if (!segment.pattern().matcher(name).matches() || TEMPORARY.matcher(name).matches()) {
        continue;
      }
      Path path = at.resolve(name);
      if (last) {
        add(pattern, position, prefix + name, path, found);
      } else if (!name.startsWith(ASIDE) && ProgramFiles.isDirectory(path) && !own.contains(path)) {
        descend(pattern, position, depth + 1, path, prefix + name + "/", found);
      }
    }
  }

  private void add(FilePattern pattern, int position, String name, Path path, List<Found> found)
      throws IOException {
    Optional<FileStamp> stamp = ProgramFiles.stamp(path);
    if (stamp.isPresent()) {
      List<String> texts = pattern.match(name).orElse(List.of());
      found.add(new Found(name, position, texts, stamp.get()));
    } else if (ProgramFiles.isLink(path)
        && !ProgramFiles.isDirectory(path)
        && toldLinks.add(name)) {
      Messages.warn(
          path
              + " is a symbolic link and does not count as a restart file: name the file that it"
              + " leads to");
    }
  }

  /** The name of a file while it is being put back, which nobody takes for the program's. */
  static Path temporary(Path file, long attempt) {
    return file.resolveSibling(
        "." + file.getFileName() + ".holdfast-" + Long.toHexString(attempt) + ".tmp");
  }

  /** Removes what a restore that was killed has left in a directory. */
  void sweep(Path directory) throws IOException {
    for (String name : ProgramFiles.list(directory)) {
      var matcher = TEMPORARY.matcher(name);
      if (matcher.matches()) {
        Path file = directory.resolve(matcher.group(1));
        if (patterns.know(folder.relativize(file).toString())) {
          ProgramFiles.delete(directory.resolve(name));
        }
      }
    }
  }
}
