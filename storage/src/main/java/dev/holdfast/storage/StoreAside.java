// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** Sets an old store aside so that a job can begin anew. Nothing is deleted. */
final class StoreAside {
  private static final int NAMES_MAX = 10_000;

  private StoreAside() {}

  /**
   * Takes the store over, as any writer must, and gives it another name. One that has lost its
   * records has no holder either: none could ever commit again.
   *
   * @throws StoreHeldException when another run holds it
   */
  static void setAside(Path path, StoreOptions options) throws IOException {
    Disk disk = options.disk();
    StoreLayout layout = StoreDirectory.resolve(disk, path, options.keys());
    if (StoreDirectory.isLogLost(disk, layout) || Log.list(disk, layout).isEmptied(disk, layout)) {
      rename(layout.root(), options);
      return;
    }
    try (StoreWriter old = StoreWriter.open(path, options.continuing())) {
      rename(old.root(), options);
    }
  }

  private static void rename(Path root, StoreOptions options) throws IOException {
    Disk disk = options.disk();
    Path aside = freeName(disk, root);
    disk.rename(root, aside);
    options.tell().accept("beginning anew; the old store is now " + aside);
    Path parent = root.getParent();
    if (parent != null) {
      StoreDirectory.syncOrLearn(disk, parent, options.tell());
    }
  }

  /** A name beside this one that nothing has yet. */
  static Path freeName(Disk disk, Path path) throws IOException {
    for (int i = 1; i < NAMES_MAX; i++) {
      Path candidate = path.resolveSibling(path.getFileName() + ".old-" + i);
      if (!disk.exists(candidate)) {
        return candidate;
      }
    }
    throw new IOException("too many old ones beside it: move some away");
  }
}
