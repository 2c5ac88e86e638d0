// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names in a store (docs/format/store.md). */
record StoreLayout(Path root) {
  private static final Pattern RECORD = Pattern.compile("([0-9a-f]{16})\\.hf");
  private static final Pattern TEMPORARY =
      Pattern.compile("\\.([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]+)\\.tmp");
  private static final Pattern SIGNPOST_TEMPORARY =
      Pattern.compile("\\.HOLDFAST-[0-9a-f]{32}\\.tmp");
  private static final String GONE = ".gone";

  /** A higher number is not one of ours: counting on from it would overflow. */
  private static final long NUMBER_MAX = 1L << 62;

  Path signpost() {
    return root.resolve("HOLDFAST");
  }

  Path alive() {
    return root.resolve("ALIVE");
  }

  Path log() {
    return root.resolve("log");
  }

  Path pins() {
    return root.resolve("pins");
  }

  Path record(long number) {
    return log().resolve(recordName(number));
  }

  static String recordName(long number) {
    return String.format(Locale.ROOT, "%016x.hf", number);
  }

  Path gone(long number) {
    return log().resolve(recordName(number) + GONE);
  }

  /** The name of a file that is being written, hidden until it is linked. */
  Path temporary(long number, long attempt, String attemptTry) {
    return log()
        .resolve(String.format(Locale.ROOT, ".%016x-%016x-%s.tmp", number, attempt, attemptTry));
  }

  /** The name of a signpost that is being written. */
  static String signpostTemporary(Id128 id) {
    return ".HOLDFAST-" + id + ".tmp";
  }

  static boolean isSignpostTemporary(String name) {
    return SIGNPOST_TEMPORARY.matcher(name).matches();
  }

  static OptionalLong recordNumber(String name) {
    Matcher matcher = RECORD.matcher(name);
    return matcher.matches() ? number(matcher.group(1)) : OptionalLong.empty();
  }

  /** The attempt that a temporary file belongs to. */
  static OptionalLong temporaryAttempt(String name) {
    Matcher matcher = TEMPORARY.matcher(name);
    return matcher.matches() ? number(matcher.group(2)) : OptionalLong.empty();
  }

  static boolean isGone(String name) {
    return name.endsWith(GONE)
        && recordNumber(name.substring(0, name.length() - GONE.length())).isPresent();
  }

  private static OptionalLong number(String hex) {
    long number = Long.parseUnsignedLong(hex, 16);
    return number > 0 && number <= NUMBER_MAX ? OptionalLong.of(number) : OptionalLong.empty();
  }
}
