// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * The empty file {@code NEWEST-<n16>}: version n has been acknowledged. The log alone cannot tell
 * that its newest files were deleted, since what is left looks like a log that never went further;
 * this name, which stands outside of it, can.
 *
 * <p>The number is in the name because a name is changed whole or not at all. It is not synced:
 * after a power failure it may tell of an older version than the newest, never of one that was not
 * durable. So it may be lost, and nothing but the search for what is missing depends on it.
 */
final class NewestMark {
  private final StoreOptions options;
  private final StoreLayout layout;
  private long told;

  NewestMark(StoreOptions options, StoreLayout layout) {
    this.options = options;
    this.layout = layout;
  }

  /** The highest number that is told, 0 for none. */
  static long read(Disk disk, StoreLayout layout) throws IOException {
    return disk.list(layout.root()).stream()
        .mapToLong(name -> StoreLayout.newestNumber(name).orElse(0))
        .max()
        .orElse(0);
  }

  /** Goes on from the name that is there; others, which a crash or a copy may leave, go. */
  void begin() throws IOException {
    told = read(options.disk(), layout);
    for (String name : options.disk().list(layout.root())) {
      if (StoreLayout.newestNumber(name).orElse(told) != told) {
        options.disk().delete(layout.root().resolve(name));
      }
    }
  }

  /** A version was acknowledged; never an error. */
  void raise(long number) {
    try {
      rename(number);
      told = number;
    } catch (IOException | OutOfMemoryError e) {
      // The next version tries again; until then an older one is told.
    }
  }

  private void rename(long number) throws IOException {
    if (told > 0) {
      try {
        options.disk().rename(layout.newest(told), layout.newest(number));
        return;
      } catch (NoSuchFileException e) {
        // Somebody has deleted it.
      }
    }
    options.disk().create(layout.newest(number), options.access()).close();
  }
}
