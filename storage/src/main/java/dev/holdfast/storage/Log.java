// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * What a fresh listing of the number line shows.
 *
 * @param numbers the records, ascending
 * @param others every other name in the directory
 */
record Log(TreeSet<Long> numbers, List<String> others) {

  static Log list(Disk disk, StoreLayout layout) throws IOException {
    LongStream.Builder numbers = LongStream.builder();
    List<String> others = new ArrayList<>();
    for (String name : disk.list(layout.log())) {
      OptionalLong number = StoreLayout.recordNumber(name);
      if (number.isPresent()) {
        numbers.add(number.getAsLong());
      } else {
        others.add(name);
      }
    }
    TreeSet<Long> ascending = new TreeSet<>(); // a tree grows faster at its end
    numbers.build().sorted().forEach(ascending::add);
    return new Log(ascending, others);
  }

  /**
   * Versions that were being deleted and had lost their names, with those that they have now: one
   * each, of a number that has several.
   */
  NavigableMap<Long, String> gone() {
    NavigableMap<Long, String> gone = new TreeMap<>();
    others.forEach(name -> StoreLayout.goneNumber(name).ifPresent(n -> gone.put(n, name)));
    return gone;
  }

  /** Whether a number has several such names: a file was repaired that somebody was deleting. */
  boolean isGoneTwice() {
    return others.stream().filter(StoreLayout::isGone).count() > gone().size();
  }

  /** Whether every record has been lost: something tells that there has been one. */
  boolean isEmptied(Disk disk, StoreLayout layout) throws IOException {
    return numbers.isEmpty()
        && disk.list(layout.root()).stream().anyMatch(StoreLayout::tellsOfARecord);
  }

  /** Says which numbers are left out. */
  interface Sieve {
    boolean leavesOut(long number) throws IOException;
  }

  /** The same without some records. */
  Log without(Sieve sieve) throws IOException {
    TreeSet<Long> left = new TreeSet<>();
    for (long number : numbers) {
      if (!sieve.leavesOut(number)) {
        left.add(number);
      }
    }
    return new Log(left, others);
  }

  /** The highest number but for some, 0 for none. */
  long highestBut(Set<Long> foreign) {
    return numbers.descendingSet().stream()
        .filter(n -> !foreign.contains(n))
        .findFirst()
        .orElse(0L);
  }

  /** The highest number, 0 for an empty line. */
  long highest() {
    return numbers.isEmpty() ? 0 : numbers.last();
  }
}
