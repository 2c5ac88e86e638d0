// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.security.SecureRandom;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A random 128-bit identity of a store or a file. */
public record Id128(long high, long low) {
  public static final Id128 NONE = new Id128(0, 0);

  private static final SecureRandom RANDOM = new SecureRandom();

  public static Id128 random() {
    return new Id128(RANDOM.nextLong(), RANDOM.nextLong());
  }

  /** Reads 32 hexadecimal digits. */
  public static Id128 parse(String hex) {
    if (hex.length() != 32) {
      throw new NumberFormatException("32 hexadecimal digits expected: " + hex);
    }
    return new Id128(
        Long.parseUnsignedLong(hex.substring(0, 16), 16),
        Long.parseUnsignedLong(hex.substring(16), 16));
  }

  /** By hand: every file that is opened is compared with its store. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Id128 id && id.high == high && id.low == low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high ^ low);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%016x%016x", high, low);
  }
}
