// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * One effect of what was asked of a {@link MemoryDisk} and has not been made durable. A crash may
 * leave it or not, whatever it does with the others.
 */
sealed interface Unsynced {
  /** The file or directory whose sync makes it durable. */
  MemoryDisk.Node owner();

  /**
   * Bytes within one sector.
   *
   * @param at where in the file
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Data(MemoryDisk.Node owner, int at, byte[] bytes) implements Unsynced {
    @Override
    public String toString() {
      return bytes.length + " bytes at " + at;
    }
  }

  /** A new length, longer or shorter. */
  record Length(MemoryDisk.Node owner, int bytes) implements Unsynced {
    @Override
    public String toString() {
      return "length " + bytes;
    }
  }

  /**
   * What a name stands for.
   *
   * @param target null for a name that is taken away
   * @param onlyWith the other half of a rename: the old name does not go before the new one is
   *     there, but may stay beside it
   */
  record Name(
      MemoryDisk.Node owner,
      String name,
      MemoryDisk.@Nullable Node target,
      @Nullable Unsynced onlyWith)
      implements Unsynced {
    @Override
    public String toString() {
      return (target == null ? "no name " : "name ") + name;
    }
  }
}
