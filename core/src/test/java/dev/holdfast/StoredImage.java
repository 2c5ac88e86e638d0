// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A version in memory, made from a capture the way a store makes one: changed blocks on a base. */
final class StoredImage implements SequentialReader {
  private final List<RegionSchema> schemas = new ArrayList<>();
  private final Map<String, byte[][]> blocks = new LinkedHashMap<>();

  /** A full version: every block is taken from the capture. */
  static StoredImage full(Capture capture) {
    return of(capture, null);
  }

  /** A delta: a block that is not changed is taken from the base, and must be right there. */
  static StoredImage delta(Capture capture, StoredImage base) {
    return of(capture, base);
  }

  private static StoredImage of(Capture capture, @Nullable StoredImage base) {
    StoredImage image = new StoredImage();
    for (RegionSource source : capture.sources()) {
      RegionSchema schema = source.schema();
      byte[][] region = new byte[schema.blockCount()][];
      for (int b = 0; b < region.length; b++) {
        byte[] captured = bytes(source, b);
        if (base != null && !source.changed(b)) {
          region[b] = base.block(schema.name(), b);
          assertArrayEquals(captured, region[b], schema.name() + " block " + b + " unchanged");
        } else {
          region[b] = captured;
          if (base != null) {
            checkCommitted(source, b, base);
          }
        }
      }
      image.schemas.add(schema);
      image.blocks.put(schema.name(), region);
    }
    return image;
  }

  private static byte[] bytes(RegionSource source, int block) {
    MemorySegment segment = source.block(block);
    assertTrue(segment.isNative());
    assertEquals(source.schema().blockLengthBytes(block), segment.byteSize());
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private static void checkCommitted(RegionSource source, int block, StoredImage base) {
    MemorySegment committed = source.committed(block);
    if (committed != null) {
      assertArrayEquals(
          base.block(source.schema().name(), block),
          committed.toArray(ValueLayout.JAVA_BYTE),
          "the committed bytes of block " + block);
    }
  }

  byte[] block(String region, int block) {
    return blocks.getOrDefault(region, new byte[0][])[block];
  }

  RegionSchema schema(String name) {
    return schemas.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  /** All bytes of a region. */
  byte[] region(String name) {
    RegionSchema schema = schema(name);
    byte[] all = new byte[Math.toIntExact(schema.sizeBytes())];
    for (int b = 0; b < schema.blockCount(); b++) {
      byte[] block = block(name, b);
      System.arraycopy(block, 0, all, b << schema.blockLog2(), block.length);
    }
    return all;
  }

  void assertSameAs(StoredImage other) {
    assertEquals(schemas, other.schemas);
    for (RegionSchema schema : schemas) {
      assertArrayEquals(region(schema.name()), other.region(schema.name()), schema.name());
    }
  }

  /** The same version with another description of one region. */
  StoredImage describedAs(RegionSchema schema) {
    StoredImage image = new StoredImage();
    image.blocks.putAll(blocks);
    schemas.forEach(s -> image.schemas.add(s.name().equals(schema.name()) ? schema : s));
    return image;
  }

  /** The same version in blocks of another size. */
  StoredImage inBlocksOf(int blockLog2) {
    StoredImage image = new StoredImage();
    for (RegionSchema s : schemas) {
      RegionSchema schema =
          new RegionSchema(
              s.name(),
              s.kind(),
              s.elementType(),
              s.typeName(),
              s.shape(),
              s.sizeBytes(),
              blockLog2,
              s.mappable());
      byte[] all = region(s.name());
      byte[][] cut = new byte[schema.blockCount()][];
      for (int b = 0; b < cut.length; b++) {
        int from = b << blockLog2;
        cut[b] = Arrays.copyOfRange(all, from, from + schema.blockLengthBytes(b));
      }
      image.schemas.add(schema);
      image.blocks.put(s.name(), cut);
    }
    return image;
  }

  @Override
  public List<RegionSchema> regions() {
    return List.copyOf(schemas);
  }

  @Override
  public void readBlock(int region, int block, MemorySegment dst) {
    byte[] bytes = block(schemas.get(region).name(), block);
    assertEquals(bytes.length, dst.byteSize());
    assertTrue(dst.isNative());
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, dst, 0, bytes.length);
  }
}
