// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/**
 * Slots for what changed blocks held before, while a capture is open. The loop's thread takes them,
 * the writer's takes more and gives them back.
 */
final class Spares {
  private final ShadowMemory memory;
  private final long limitBytes;
  private long usedBytes;

  /**
   * @param limitBytes what may be taken at once
   */
  Spares(ShadowMemory memory, long limitBytes) {
    this.memory = memory;
    this.limitBytes = limitBytes;
  }

  /** A slot for a block of this length, or {@link ShadowMemory#NONE}. */
  synchronized long take(int lengthBytes) {
    return reserve(lengthBytes) ? takeReserved(lengthBytes) : ShadowMemory.NONE;
  }

  /** Keeps room for a slot that may be wanted later. */
  synchronized boolean reserve(int lengthBytes) {
    long bytes = ShadowMemory.slotBytes(lengthBytes);
    if (usedBytes + bytes > limitBytes) {
      return false;
    }
    usedBytes += bytes;
    return true;
  }

  /** A slot for which room was kept, which there is no longer; or {@link ShadowMemory#NONE}. */
  synchronized long takeReserved(int lengthBytes) {
    long slot = memory.take(lengthBytes);
    if (slot == ShadowMemory.NONE) {
      release(lengthBytes);
    }
    return slot;
  }

  /** The slot is not wanted. */
  synchronized void release(int lengthBytes) {
    usedBytes -= ShadowMemory.slotBytes(lengthBytes);
  }

  synchronized void putBack(long slot, int lengthBytes) {
    memory.putBack(slot, lengthBytes);
    release(lengthBytes);
  }
}
