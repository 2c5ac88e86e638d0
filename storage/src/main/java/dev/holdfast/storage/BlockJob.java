// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.CodecChoice;
import dev.holdfast.storage.codec.Encoded;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A block that is to be stored, with all that decides how; any thread may encode it.
 *
 * @param region the region's position in the version
 * @param raw its bytes, which stay until it is written
 * @param choice how it is encoded by itself
 * @param layer what it may be XORed with, or null
 */
record BlockJob(
    int region,
    RegionSchema schema,
    int block,
    MemorySegment raw,
    CodecChoice choice,
    @Nullable Layer layer) {

  /**
   * The newest committed version's block.
   *
   * @param baseEntry its entry in that version's index
   * @param bytes its bytes
   * @param pathBytes what must be read to restore it
   * @param choice how the difference is encoded
   */
  record Layer(int baseEntry, MemorySegment bytes, long pathBytes, CodecChoice choice) {}

  /**
   * An encoded block.
   *
   * @param baseEntry the entry it was XORed with, or -1
   */
  record Done(BlockJob job, Encoded encoded, int baseEntry) {}

  /**
   * Whether it is not compressed, so that all there is to do is checksums. They cost less than to
   * have the bytes in another processor's cache when they are written.
   */
  boolean isCheap() {
    return !choice.compresses() && (layer == null || !layer.choice.compresses());
  }

  /** Encodes it; the stored bytes are the encoder's, or {@link #raw} itself. */
  Done encode(BlockEncoder encoder) {
    if (layer != null && encoder.xorMayPay(raw, layer.bytes, layer.choice)) {
      Encoded difference = encoder.encodeXor(raw, layer.bytes, layer.choice);
      long path = layer.pathBytes + difference.storedBytes();
      if (difference.pays() && path <= raw.byteSize() / 2) {
        return new Done(this, difference, layer.baseEntry);
      }
    }
    return new Done(this, encoder.encode(raw, choice), -1);
  }
}
