// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The regions of a version by name. */
final class StoredRegions {
  private final BlockReader version;
  private final List<RegionSchema> schemas;
  private final Map<String, Integer> indexByName = new HashMap<>();

  StoredRegions(BlockReader version) {
    this.version = version;
    this.schemas = version.regions();
    for (int i = 0; i < schemas.size(); i++) {
      indexByName.put(schemas.get(i).name(), i);
    }
  }

  @Nullable RegionSchema find(String name) {
    Integer index = indexByName.get(name);
    return index == null ? null : schemas.get(index);
  }

  /** A region that was found to be there when the version was compared. */
  RegionSchema get(String name) {
    RegionSchema schema = find(name);
    if (schema == null) {
      throw new IllegalStateException("region " + name + " is not in the version");
    }
    return schema;
  }

  int index(String name) {
    Integer index = indexByName.get(name);
    return index == null ? -1 : index;
  }

  BlockReader version() {
    return version;
  }

  /** All values of a region of ints. */
  int[] readInts(String name) {
    RegionSchema schema = get(name);
    int[] values = new int[Math.toIntExact(schema.sizeBytes() / Integer.BYTES)];
    MemorySegment target = MemorySegment.ofArray(values);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(schema.blockSizeBytes());
      for (int b = 0; b < schema.blockCount(); b++) {
        MemorySegment dst = block.asSlice(0, schema.blockLengthBytes(b));
        version.readBlock(index(name), b, dst);
        MemorySegment.copy(dst, 0, target, (long) b << schema.blockLog2(), dst.byteSize());
      }
    }
    return values;
  }

  /** Fills the program alone, block by block; a part that is not stored must be empty. */
  void fill(Part part, Scratch scratch) {
    String name = part.schema().name();
    RegionSchema schema = find(name);
    if (schema == null) {
      return;
    }
    for (int b = 0; b < schema.blockCount(); b++) {
      int length = schema.blockLengthBytes(b);
      MemorySegment block = scratch.segment(length);
      version.readBlock(index(name), b, block);
      part.fill((long) b << schema.blockLog2(), block, length);
    }
  }
}
