// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The committed version that the next delta builds on. The next delta refers to its blocks, and may
 * XOR with them because a committed version holds them.
 */
final class Base {
  private final VersionInfo info;
  private final BlockIndex index;
  private final FileRef own;
  private final int[] firstEntry;
  private final Map<String, Integer> regionByName = new HashMap<>();

  Base(VersionInfo info, BlockIndex index, FileRef own) {
    this.info = info;
    this.index = index;
    this.own = own;
    this.firstEntry = StoredVersion.firstEntries(info.regions());
    for (int i = 0; i < info.regions().size(); i++) {
      regionByName.put(info.regions().get(i).name(), i);
    }
  }

  VersionInfo info() {
    return info;
  }

  BlockIndex index() {
    return index;
  }

  FileRef own() {
    return own;
  }

  /** The region whose blocks can stand for this one's, or -1. */
  int regionLike(RegionSchema schema) {
    Integer found = regionByName.get(schema.name());
    if (found == null) {
      return -1;
    }
    RegionSchema before = info.regions().get(found);
    boolean alike =
        before.elementType() == schema.elementType()
            && before.kind() == schema.kind()
            && before.blockLog2() == schema.blockLog2();
    return alike ? found : -1;
  }

  /** The entry of a block of the same length, or -1 when the region has grown or shrunk there. */
  int entry(int region, RegionSchema now, int block) {
    RegionSchema before = info.regions().get(region);
    boolean same =
        block < before.blockCount()
            && before.blockLengthBytes(block) == now.blockLengthBytes(block);
    return same ? firstEntry[region] + block : -1;
  }

  /** Whether one more layer may lie on this entry. */
  boolean xorAllowed(int entry) {
    return index.xorDepth(entry) < BlockIndex.XOR_DEPTH_MAX && index.storedBytes(entry) > 0;
  }

  /** Bytes that must be read to restore this entry. */
  long storedBytesOnPath(int entry) {
    long bytes = index.storedBytes(entry);
    for (int at = entry; index.xorDepth(at) > 0; ) {
      at = index.xorRef(at);
      bytes += index.storedBytes(at);
    }
    return bytes;
  }

  /** The file that an index entry lies in. */
  FileRef file(int entry) {
    int file = index.file(entry);
    return file == 0 ? own : info.refs().get(file - 1);
  }

  /** Bytes of this version's blocks and layers, by the file that holds them. */
  Map<FileRef, Long> liveBytes() {
    Map<FileRef, Long> live = new HashMap<>();
    for (int entry = 0; entry < index.size(); entry++) {
      live.merge(file(entry), (long) index.storedBytes(entry), Long::sum);
    }
    return live;
  }

  /** Every other file this version needs. */
  List<FileRef> refs() {
    return info.refs();
  }
}
