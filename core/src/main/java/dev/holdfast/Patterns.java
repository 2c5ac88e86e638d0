// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The patterns of a program's restart files, understood and found to fit together.
 *
 * @param state one or more
 * @param done empty without markers, otherwise one for each state pattern
 */
record Patterns(List<FilePattern> state, List<FilePattern> done) {

  /**
   * Understands patterns.
   *
   * @throws HoldfastException naming the first that cannot work
   */
  static Patterns of(List<String> state, List<String> done) {
    List<FilePattern> states =
        state.stream().map(one -> FilePattern.parse("--state", one)).toList();
    if (done.size() > 1 && done.size() != state.size()) {
      throw new HoldfastException(
          done.size()
              + " times --done for "
              + state.size()
              + " times --state: give one --done for all, or one for each in the same order");
    }
    List<FilePattern> markers = new ArrayList<>();
    for (int i = 0; i < state.size() && !done.isEmpty(); i++) {
      FilePattern marker = FilePattern.parse("--done", done.get(done.size() == 1 ? 0 : i));
      requirePair(states.get(i), marker);
      markers.add(marker);
    }
    return new Patterns(states, List.copyOf(markers));
  }

  private static void requirePair(FilePattern state, FilePattern marker) {
    if (marker.toString().equals(state.toString())) {
      throw new HoldfastException(
          "--done \"" + marker + "\" is the same as --state: a file cannot mark itself as whole");
    }
    if (marker.wildcards() > state.wildcards()) {
      throw new HoldfastException(
          "--done \""
              + marker
              + "\" has more wildcards than --state \""
              + state
              + "\": they are paired by what the wildcards stand for, so give it at most as many");
    }
  }

  boolean marked() {
    return !done.isEmpty();
  }

  /** Whether a file of this name is part of the program's state, or marks one that is. */
  boolean know(String name) {
    return isState(name) || isMarker(name);
  }

  /** A name that matches both kinds of pattern is a marker: {@code chk*} matches chk1.ok too. */
  boolean isState(String name) {
    return !isMarker(name) && state.stream().anyMatch(one -> one.matches(name));
  }

  boolean isMarker(String name) {
    return done.stream().anyMatch(one -> one.matches(name));
  }

  /** The texts by which files of a state pattern are paired with its marker. */
  List<String> key(int pattern, List<String> texts) {
    return marked() ? texts.subList(0, done.get(pattern).wildcards()) : texts;
  }

  /**
   * Refuses patterns that would take the store for the program's files.
   *
   * @throws HoldfastException naming the pattern
   */
  void refuse(Path folder, Path store, Path control) {
    List<Path> own =
        List.of(
            store,
            store.resolve("HOLDFAST"),
            store.resolve("ALIVE"),
            store.resolve("log").resolve("0000000000000001.hf"),
            control.resolve(ControlFolder.DUE),
            control.resolve(ControlFolder.WRITTEN));
    Stream.concat(state.stream(), done.stream())
        .forEach(pattern -> {
          Optional<Path> taken = own.stream().filter(p -> pattern.matches(folder, p)).findFirst();
          if (taken.isPresent()) {
            throw new HoldfastException(
                "pattern \""
                    + pattern
                    + "\" takes in "
                    + taken.get()
                    + " of the store: name the program's files more closely, or put the store"
                    + " elsewhere");
          }
        });
  }
}
