// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.FileStamp;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Files that together are one state of a program, as they were seen at one moment.
 *
 * @param state the files that hold the state, by name, with their stamps
 * @param markers the files that mark them as whole
 */
record FileSet(NavigableMap<String, FileStamp> state, NavigableMap<String, FileStamp> markers) {
  static final FileSet NONE = new FileSet(new TreeMap<>(), new TreeMap<>());

  FileSet {
    state = Collections.unmodifiableNavigableMap(new TreeMap<>(state));
    markers = Collections.unmodifiableNavigableMap(new TreeMap<>(markers));
  }

  boolean isEmpty() {
    return state.isEmpty();
  }

  Set<String> names() {
    return all().keySet();
  }

  /** State and markers, by name. */
  NavigableMap<String, FileStamp> all() {
    NavigableMap<String, FileStamp> all = new TreeMap<>(state);
    all.putAll(markers);
    return all;
  }

  long stateBytes() {
    return all().values().stream().mapToLong(FileStamp::bytes).sum();
  }

  /** When the last of the state was written, in nanoseconds since 1970; 0 for none. */
  long writtenNs() {
    return state.values().stream().mapToLong(FileStamp::modifiedNs).max().orElse(0);
  }

  /** When the last of all files was written. */
  long newestNs() {
    return all().values().stream().mapToLong(FileStamp::modifiedNs).max().orElse(0);
  }

  /** Whether it holds a file that the other one does not hold in the same state. */
  boolean hasNewsFor(FileSet other) {
    return anyNews(all(), other);
  }

  /** Whether one of these files is not in the set, or has changed since. */
  static boolean anyNews(NavigableMap<String, FileStamp> files, FileSet since) {
    NavigableMap<String, FileStamp> known = since.all();
    return files.entrySet().stream()
        .anyMatch(file -> {
          FileStamp before = known.get(file.getKey());
          return before == null || !before.sameContent(file.getValue());
        });
  }
}
