// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.util.Arrays;

/** A file's bytes while effects are applied to them. */
final class DiskImage {
  /** The place of an effect that no crash has torn. */
  private static final int WHOLE = Integer.MAX_VALUE;

  private byte[] bytes;
  private int size;

  DiskImage(byte[] durable) {
    bytes = durable.clone();
    size = durable.length;
  }

  void write(Unsynced.Data data, Crash crash, int effect) {
    int from = crash.from(effect, data);
    int to = crash.to(effect, data);
    if (from < to) {
      grow(data.at() + to, crash);
      System.arraycopy(data.bytes(), from, bytes, data.at() + from, to - from);
    }
  }

  void resize(Unsynced.Length length, Crash crash) {
    grow(length.bytes(), crash);
    size = length.bytes();
  }

  /** What is grown and not written is zero, or whatever the disk held there before. */
  private void grow(int to, Crash crash) {
    if (to > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(to, 2 * bytes.length));
    }
    for (int i = size; i < to; i++) {
      bytes[i] = crash.filler(i);
    }
    size = Math.max(size, to);
  }

  /** Applies an effect of a file that is being synced. */
  void apply(Unsynced synced) {
    switch (synced) {
      case Unsynced.Data data -> write(data, Crash.NOTHING_LEFT, WHOLE);
      case Unsynced.Length length -> resize(length, Crash.NOTHING_LEFT);
      case Unsynced.Name name -> throw new IllegalStateException(name + " of a file");
    }
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
