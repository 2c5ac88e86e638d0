// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory into which objects are encoded, one at a time: it holds what its owner encoded last.
 * Shared by all regions, so that it is as large as the largest object and not as all of them.
 */
final class EncodeBuffer extends OutputStream {
  private static final int BYTES_MAX = Integer.MAX_VALUE - 64;

  private byte[] bytes = new byte[64];
  private MemorySegment segment = MemorySegment.ofArray(bytes);
  private int length;
  private @Nullable Part owner;
  private final DataOutputStream data = new DataOutputStream(this);

  /** Empties the buffer for a new owner. */
  DataOutputStream begin(Part newOwner) {
    owner = newOwner;
    length = 0;
    return data;
  }

  @SuppressWarnings("ReferenceEquality") // this very part is meant
  boolean isOwnedBy(Part candidate) {
    return owner == candidate;
  }

  int length() {
    return length;
  }

  /** What was encoded stands from 0 to {@link #length()}. */
  MemorySegment segment() {
    return segment;
  }

  @Override
  public void write(int value) throws IOException {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  @Override
  public void write(byte[] source, int from, int count) throws IOException {
    Objects.checkFromIndexSize(from, count, source.length);
    reserve(count);
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  private void reserve(int count) throws IOException {
    long wanted = (long) length + count;
    if (wanted > BYTES_MAX) {
      throw new IOException("an encoded object may have 2 GiB at most; protect its arrays apart");
    }
    if (wanted > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.clamp(2L * bytes.length, wanted, BYTES_MAX));
      segment = MemorySegment.ofArray(bytes);
    }
  }
}
