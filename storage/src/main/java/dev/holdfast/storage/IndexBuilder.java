// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds a version's index: entries of blocks in order, then the layers that XOR-coded ones need,
 * copied from the base so that the base's own index is never needed again.
 */
final class IndexBuilder {
  private final @Nullable Base base;
  private final BlockIndex index;
  private final Map<FileRef, Integer> fileByRef = new LinkedHashMap<>();

  /** Entries that lie on a layer: (entry here, entry of the layer in the base). */
  private final List<int[]> owedLayers = new ArrayList<>();

  IndexBuilder(@Nullable Base base, int blocks) {
    this.base = base;
    this.index = new BlockIndex(blocks);
  }

  private Base base() {
    if (base == null) {
      throw new IllegalStateException("a full version has no base");
    }
    return base;
  }

  /** The next block is unchanged: it lies where the base says. */
  void keep(int baseEntry) {
    int entry = index.addCopy(base().index(), baseEntry, file(baseEntry), BlockIndex.NO_LAYER);
    if (base().index().xorDepth(baseEntry) > 0) {
      owedLayers.add(new int[] {entry, base().index().xorRef(baseEntry)});
    }
  }

  /**
   * The next block is stored in this file.
   *
   * @param baseEntry the base's entry it was XORed with, or -1 when self-contained
   * @return its entry, whose offset is set once it is known
   */
  int stored(int storedBytes, int crcStored, int crcRaw, int codec, int baseEntry) {
    int depth = baseEntry < 0 ? 0 : base().index().xorDepth(baseEntry) + 1;
    int entry =
        index.add(0, storedBytes, crcStored, crcRaw, 0, codec, depth, BlockIndex.NO_LAYER, 0);
    if (baseEntry >= 0) {
      owedLayers.add(new int[] {entry, baseEntry});
    }
    return entry;
  }

  BlockIndex index() {
    return index;
  }

  private int file(int baseEntry) {
    return fileByRef.computeIfAbsent(base().file(baseEntry), ref -> fileByRef.size() + 1);
  }

  /** Appends the layers and returns the finished index. */
  BlockIndex finish() {
    for (int[] owed : owedLayers) {
      int upper = owed[0];
      int lower = owed[1];
      while (true) {
        int layer = index.addCopy(base().index(), lower, file(lower), BlockIndex.NO_LAYER);
        index.setXorRef(upper, layer);
        if (base().index().xorDepth(lower) == 0) {
          break;
        }
        upper = layer;
        lower = base().index().xorRef(lower);
      }
    }
    return index;
  }

  /** The files referred to, in the order of their numbers in the index. */
  List<FileRef> refs() {
    return List.copyOf(fileByRef.keySet());
  }
}
