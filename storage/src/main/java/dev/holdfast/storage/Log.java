// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * What a fresh listing of the number line shows.
 *
 * @param numbers the records, ascending
 * @param others every other name in the directory
 */
record Log(TreeSet<Long> numbers, List<String> others) {

  static Log list(Disk disk, StoreLayout layout) throws IOException {
    TreeSet<Long> numbers = new TreeSet<>();
    List<String> others = new ArrayList<>();
    for (String name : disk.list(layout.log())) {
      OptionalLong number = StoreLayout.recordNumber(name);
      if (number.isPresent()) {
        numbers.add(number.getAsLong());
      } else {
        others.add(name);
      }
    }
    return new Log(numbers, others);
  }

  /** The highest number, 0 for an empty line. */
  long highest() {
    return numbers.isEmpty() ? 0 : numbers.last();
  }
}
