// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** What happens to files at rest. */
enum Damage {
  FLIP_AT_THE_BEGINNING,
  FLIP_IN_THE_MIDDLE,
  FLIP_AT_THE_END,
  CUT,
  EMPTIED,
  ZEROED,
  EXTENDED,
  DELETED;

  void inflict(MemoryDisk disk, Path file) throws IOException {
    byte[] bytes = disk.bytes(file);
    switch (this) {
      case FLIP_AT_THE_BEGINNING -> flip(bytes, 16);
      case FLIP_IN_THE_MIDDLE -> flip(bytes, bytes.length / 2);
      case FLIP_AT_THE_END -> flip(bytes, bytes.length - 20);
      case CUT -> disk.setBytes(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
      case EMPTIED -> disk.setBytes(file, new byte[0]);
      case ZEROED -> Arrays.fill(bytes, (byte) 0);
      case EXTENDED -> disk.setBytes(file, Arrays.copyOf(bytes, bytes.length + 10));
      case DELETED -> {
        disk.delete(file);
        disk.syncDirectory(Objects.requireNonNull(file.getParent()));
      }
    }
  }

  private static void flip(byte[] bytes, int at) {
    if (at >= 0 && at < bytes.length) {
      bytes[at] ^= 4;
    }
  }
}
