// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.Check.ok;
import static dev.holdfast.cli.doctor.Check.warning;

import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limits of this shell that a job meets too: {@code /proc/self/limits}, proc(5). */
final class LimitDoctor {
  /** A version may refer to 64 files, and a program opens its own. */
  private static final long OPEN_FILES_LOW = 256;

  private static final Pattern LINE = Pattern.compile("(Max [a-z ]+?) {2,}(\\S+) +(\\S+).*");
  private static final String SOURCE = "/proc/self/limits";

  private LimitDoctor() {}

  static List<String> ownLimits() {
    return SystemFacts.lines(Path.of(SOURCE));
  }

  static List<Check> of(List<String> limits) {
    List<Check> checks = new ArrayList<>();
    if (limits.isEmpty()) {
      checks.add(ok("limits", "not known: there is no " + SOURCE, SOURCE));
      return checks;
    }
    OptionalLong files = soft(limits, "Max open files");
    checks.add(
        files.isPresent() && files.getAsLong() < OPEN_FILES_LOW
            ? warning("open files", files.getAsLong() + " at most", "ulimit -n 4096")
            : ok("open files", text(files), SOURCE));
    OptionalLong size = soft(limits, "Max file size");
    checks.add(
        size.isPresent()
            ? warning(
                "file size",
                size.getAsLong() + " bytes at most: a longer version fails",
                "ulimit -f unlimited")
            : ok("file size", text(size), SOURCE));
    OptionalLong memory = soft(limits, "Max address space");
    checks.add(
        memory.isPresent()
            ? warning(
                "address space",
                memory.getAsLong() + " bytes at most: Java reserves far more than it uses",
                "ulimit -v unlimited")
            : ok("address space", text(memory), SOURCE));
    return checks;
  }

  private static String text(OptionalLong limit) {
    return limit.isPresent() ? limit.getAsLong() + " at most" : "unlimited";
  }

  private static OptionalLong soft(List<String> limits, String name) {
    for (String line : limits) {
      Matcher matcher = LINE.matcher(line);
      boolean number = matcher.matches() && matcher.group(1).equals(name);
      if (number && matcher.group(2).matches("\\d{1,18}")) {
        return OptionalLong.of(Long.parseLong(matcher.group(2)));
      }
    }
    return OptionalLong.empty();
  }
}
