// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import java.util.List;
import java.util.Set;

/**
 * A store's log as a reader finds it, its blocks aside.
 *
 * @param <T> what is kept of a record
 * @param records what is kept of every record, ascending, the damaged ones included
 * @param missing records that were in the log and are not any more, and that nobody may delete
 * @param unusable versions that are sound themselves, and need a record that is damaged or missing
 */
public record Contents<T>(List<T> records, List<Rejection> missing, Set<Long> unusable) {
  public Contents {
    records = List.copyOf(records);
    missing = List.copyOf(missing);
    unusable = Set.copyOf(unusable);
  }
}
