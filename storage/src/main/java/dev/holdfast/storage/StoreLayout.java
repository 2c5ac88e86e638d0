// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in a store (docs/format/store.md), and the key without which its files are only bytes.
 */
record StoreLayout(Path root, Keys keys) {
  private static final String RECORD = ".hf";
  private static final int NUMBER_DIGITS = 16;
  private static final Pattern TEMPORARY =
      Pattern.compile("\\.([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]+)\\.tmp");
  private static final Pattern ROOT_TEMPORARY =
      Pattern.compile("\\.(HOLDFAST|STOP)-[0-9a-f]{32}\\.tmp");
  private static final Pattern REPAIR =
      Pattern.compile("\\.([0-9a-f]{16})-repair-[0-9a-f]{32}\\.tmp");
  private static final Pattern NEWEST = Pattern.compile("NEWEST-([0-9a-f]{16})");
  private static final Pattern SET_ASIDE = Pattern.compile("([0-9a-f]{16})\\.hf-[0-9]+");
  private static final String ALIVE = "ALIVE";

  /** Stores of earlier builds have it without an id. */
  private static final Pattern GONE =
      Pattern.compile("([0-9a-f]{16})\\.hf(?:\\.[0-9a-f]{32})?\\.gone");

  /** A higher number is not one of ours: counting on from it would overflow. */
  private static final long NUMBER_MAX = 1L << 62;

  /** A store whose files lie in the clear. */
  StoreLayout(Path root) {
    this(root, Keys.NONE);
  }

  Path signpost() {
    return root.resolve("HOLDFAST");
  }

  Path alive() {
    return root.resolve(ALIVE);
  }

  /** The name that tells of the newest version. */
  Path newest(long number) {
    return root.resolve("NEWEST-" + digits(number));
  }

  /** ALIVE is made after a store's first record, and NEWEST after its first version. */
  static boolean tellsOfARecord(String name) {
    return name.equals(ALIVE) || newestNumber(name).isPresent();
  }

  /** The version of which a name in the root tells. */
  static OptionalLong newestNumber(String name) {
    Matcher matcher = NEWEST.matcher(name);
    return matcher.matches() ? number(matcher.group(1)) : OptionalLong.empty();
  }

  Path stop() {
    return root.resolve("STOP");
  }

  Path log() {
    return root.resolve("log");
  }

  Path pins() {
    return root.resolve("pins");
  }

  Path quarantine() {
    return root.resolve("quarantine");
  }

  Path pin(long number) {
    return pins().resolve(digits(number));
  }

  Path record(long number) {
    return log().resolve(recordName(number));
  }

  static String recordName(long number) {
    return digits(number) + RECORD;
  }

  /** Without a formatter, because a hundred thousand records may be opened at once. */
  private static String digits(long number) {
    return HexFormat.of().toHexDigits(number);
  }

  /**
   * The name of a version that is being deleted.
   *
   * @param taking one of its own each time that a name is taken: whoever stood still meanwhile
   *     finds nothing that others have taken since
   */
  Path gone(long number, Id128 taking) {
    return log().resolve(recordName(number) + "." + taking + ".gone");
  }

  /** The name of a file that is being written, hidden until it is linked. */
  Path temporary(long number, long attempt, String attemptTry) {
    return log().resolve("." + digits(number) + "-" + digits(attempt) + "-" + attemptTry + ".tmp");
  }

  /**
   * The name of a repaired record that is being written. It names no attempt, so that no writer
   * takes it for what an earlier one has left.
   */
  Path repairTemporary(long number, Id128 id) {
    return log().resolve("." + digits(number) + "-repair-" + id + ".tmp");
  }

  static boolean isRepair(String name) {
    return REPAIR.matcher(name).matches();
  }

  /** The record that a file in quarantine was. */
  static OptionalLong quarantinedNumber(String name) {
    Matcher matcher = SET_ASIDE.matcher(name);
    return matcher.matches() ? number(matcher.group(1)) : OptionalLong.empty();
  }

  /** The name of a signpost that is being written. */
  static String signpostTemporary(Id128 id) {
    return ".HOLDFAST-" + id + ".tmp";
  }

  /** The name of a request to stop that is being written. */
  Path stopTemporary(Id128 id) {
    return root.resolve(".STOP-" + id + ".tmp");
  }

  /** Whether a signpost or a request to stop is being written under this name. */
  static boolean isRootTemporary(String name) {
    return ROOT_TEMPORARY.matcher(name).matches();
  }

  /** The number of a record; by hand, because a log is listed at every commit. */
  static OptionalLong recordNumber(String name) {
    if (name.length() != NUMBER_DIGITS + RECORD.length() || !name.endsWith(RECORD)) {
      return OptionalLong.empty();
    }
    long number = 0;
    for (int i = 0; i < NUMBER_DIGITS; i++) {
      char digit = name.charAt(i);
      boolean valid = (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
      if (!valid) {
        return OptionalLong.empty();
      }
      number = (number << 4) | Character.digit(digit, 16);
    }
    return valid(number);
  }

  /** The attempt that a temporary file belongs to. */
  static OptionalLong temporaryAttempt(String name) {
    Matcher matcher = TEMPORARY.matcher(name);
    return matcher.matches() ? number(matcher.group(2)) : OptionalLong.empty();
  }

  static boolean isGone(String name) {
    return goneNumber(name).isPresent();
  }

  /** The number of a version that is being deleted. */
  static OptionalLong goneNumber(String name) {
    Matcher matcher = GONE.matcher(name);
    return matcher.matches() ? number(matcher.group(1)) : OptionalLong.empty();
  }

  private static OptionalLong number(String hex) {
    return valid(Long.parseUnsignedLong(hex, 16));
  }

  private static OptionalLong valid(long number) {
    return number > 0 && number <= NUMBER_MAX ? OptionalLong.of(number) : OptionalLong.empty();
  }
}
