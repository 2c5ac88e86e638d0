// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.Job;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.nio.file.Path;

/**
 * The store of a drilled command. The command inherits no key, but may name one itself; the same
 * one must then be named to the drill. Who could put a record there that is not the command's own
 * could as well have done anything else to the drill's folder.
 */
public final class DrillStore {
  private DrillStore() {}

  /**
   * Opens it for reading.
   *
   * @throws StoreException when it cannot be read
   */
  public static Store open(Path store) {
    return Store.open(store, Disk.local(), Job.keys(System.getenv()).acceptingUnsealed());
  }
}
