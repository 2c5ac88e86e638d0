// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

/** How much a version survives, weakest first. */
public enum Level {
  /** The death of the process (kill -9), not of the operating system. */
  PROCESS(1),
  /** Power loss or a crash of the operating system: everything was synced. */
  NODE(2),
  /** The loss of one failure domain. */
  PARTNER(3),
  /** The loss of the node: it lies on a shared file system, synced. */
  GLOBAL(4);

  private final int code;

  Level(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Level ofCode(int code, ByteReader at) {
    for (Level level : values()) {
      if (level.code == code) {
        return level;
      }
    }
    throw at.damaged("level 1 to 4 expected, found " + code);
  }
}
