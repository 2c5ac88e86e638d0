// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.io.Serial;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bytes of a store are not what was written. Nothing read from them has been returned. */
public final class DamagedException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String what;
  private final @Nullable String expected;
  private final @Nullable String actual;

  /**
   * @param file the damaged file
   * @param offset byte offset of the damage in the file, or -1 when it concerns the whole file
   * @param what what was expected and what was found
   */
  public DamagedException(String file, long offset, String what) {
    this(file, offset, what, null, null);
  }

  private DamagedException(
      String file, long offset, String what, @Nullable String expected, @Nullable String actual) {
    super(
        offset < 0
            ? String.format(Locale.ROOT, "%s is damaged: %s", file, what)
            : String.format(Locale.ROOT, "%s is damaged at byte %d: %s", file, offset, what),
        null);
    this.file = file;
    this.offset = offset;
    this.what = what;
    this.expected = expected;
    this.actual = actual;
  }

  /**
   * A value that is not what it should be.
   *
   * @param value what kind of value, such as "the length of the file"
   */
  public static DamagedException differs(
      String file, long offset, String value, String expected, String actual) {
    String what = value + ": " + expected + " expected, " + actual + " found";
    return new DamagedException(file, offset, what, expected, actual);
  }

  /** A checksum of 32 bits that is not what it should be. */
  public static DamagedException differs(
      String file, long offset, String value, int expected, int actual) {
    return differs(file, offset, value, hex(expected), hex(actual));
  }

  private static String hex(int checksum) {
    return String.format(Locale.ROOT, "%08x", checksum);
  }

  public String file() {
    return file;
  }

  public long offset() {
    return offset;
  }

  public String what() {
    return what;
  }

  /** The value that was expected, where one was compared. */
  public Optional<String> expected() {
    return Optional.ofNullable(expected);
  }

  /** The value that was found in its place. */
  public Optional<String> actual() {
    return Optional.ofNullable(actual);
  }
}
