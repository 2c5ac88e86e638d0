// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** Objects, records, scalars and generators: values that are encoded to opaque bytes. */
final class EncodedRegion extends Region {
  private static final long[] NO_EXTENTS = {};

  private final Place place;
  private final ObjectForm form;
  private final Encoded part;
  private EncodeBuffer buffer = new EncodeBuffer();
  private byte[] restored = {};

  EncodedRegion(String name, RegionKind kind, Place place, ObjectForm form) {
    super(name);
    this.place = place;
    this.form = form;
    part = new Encoded(kind);
    part.describe(0, NO_EXTENTS);
  }

  @Override
  List<Part> parts() {
    return List.of(part);
  }

  @Override
  void shareBuffer(EncodeBuffer shared) {
    buffer = shared;
  }

  @Override
  boolean shapeMustMatch() {
    return false;
  }

  @Override
  void refresh() {
    try {
      form.write(place.get(), buffer.begin(part));
    } catch (IOException | RuntimeException e) {
      throw failed("cannot be written", e);
    }
    part.describe(buffer.length(), NO_EXTENTS);
  }

  private IllegalStateException failed(String what, Exception cause) {
    return new IllegalStateException(
        "region %s (%s) %s: %s".formatted(name(), form.typeName(), what, cause.getMessage()),
        cause);
  }

  @Override
  boolean canHold(RegionSchema there, Map<String, RegionSchema> stored) {
    return there.sizeBytes() <= Integer.MAX_VALUE - 64;
  }

  @Override
  void beginRestore(StoredRegions stored, List<String> differences) {
    int bytes = Math.toIntExact(stored.get(name()).sizeBytes());
    restored = new byte[bytes];
    part.describe(bytes, NO_EXTENTS);
  }

  @Override
  void finishRestore() {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(restored));
    restored = new byte[0];
    try {
      Object value = form.read(place.get(), in);
      if (in.available() > 0) {
        throw new IOException(in.available() + " bytes were written but not read");
      }
      place.set(value);
    } catch (IOException | RuntimeException e) {
      throw failed("cannot be read back", e);
    }
  }

  /** The bytes, as the shared buffer holds them; encoded again when another region has used it. */
  private final class Encoded extends Part {
    Encoded(RegionKind kind) {
      super(name(), kind, ElementType.OPAQUE, form.typeName());
    }

    @Override
    MemorySegment window(long offset, int lengthBytes) {
      if (!buffer.isOwnedBy(this)) {
        long sizeBytes = schema().sizeBytes();
        refresh();
        if (schema().sizeBytes() != sizeBytes) {
          throw new ConcurrentWriteException(
              ("region %s was encoded to %d bytes and, in the same capture, to %d: its codec"
                      + " depends on more than the value, or another thread changed the value")
                  .formatted(name(), sizeBytes, schema().sizeBytes()));
        }
      }
      return buffer.segment();
    }

    @Override
    void fill(long offset, MemorySegment source, int lengthBytes) {
      MemorySegment.copy(source, 0, MemorySegment.ofArray(restored), offset, lengthBytes);
    }
  }
}
