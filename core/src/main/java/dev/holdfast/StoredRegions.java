// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.ParallelReader;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** Fills the program alone, by and by; a part that is not stored must be empty. */
  void fill(Part part) {
    RegionSchema schema = find(part.schema().name());
    if (schema != null) {
      version.readRegion(index(schema.name()), new PartTarget(part, schema));
    }
  }

  /** A part of the program that takes blocks. */
  private record PartTarget(Part part, RegionSchema schema) implements ParallelReader.Target {
    @Override
    public Optional<MemorySegment> memory(int block) {
      return Optional.empty();
    }

    @Override
    public void take(int block, MemorySegment bytes) {
      part.fill((long) block << schema.blockLog2(), bytes, (int) bytes.byteSize());
    }
  }
}
