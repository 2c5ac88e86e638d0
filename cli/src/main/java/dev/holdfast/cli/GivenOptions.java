// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Which options stand on a command line. Options in groups need this: said again, an option makes
 * picocli begin its group anew, and what the group held until then would be forgotten without a
 * word.
 */
final class GivenOptions {
  private GivenOptions() {}

  /** Refuses an option that is said twice and takes one value. */
  static void refuseRepeated(CommandSpec spec) {
    Set<OptionSpec> seen = new HashSet<>();
    for (String argument : spec.commandLine().getParseResult().originalArgs()) {
      if (argument.equals("--")) {
        return; // a command follows, with options of its own
      }
      OptionSpec option = option(spec, argument);
      if (option != null && !option.isMultiValue() && !seen.add(option)) {
        throw new CommandException(
            ExitCode.USAGE, option.longestName() + " is given twice: say it once");
      }
    }
  }

  /** Options that say the same thing in different ways. */
  private static final List<Set<String>> ALTERNATIVES =
      List.of(
          Set.of("--policy", "--interval"),
          Set.of("--trace", "--dist", "--fit", "--burst"),
          Set.of("--json", "--csv"));

  /** Whether the arguments have the option of this name, or one that takes its place. */
  static boolean overrides(CommandSpec spec, List<String> arguments, String name) {
    OptionSpec wanted = spec.findOption(name);
    Set<OptionSpec> same = new HashSet<>();
    for (Set<String> alternatives : ALTERNATIVES) {
      Set<OptionSpec> options = new HashSet<>();
      alternatives.forEach(alternative -> options.add(spec.findOption(alternative)));
      if (options.contains(wanted)) {
        same.addAll(options);
      }
    }
    same.add(wanted);
    return wanted != null
        && arguments.stream().anyMatch(argument -> same.contains(option(spec, argument)));
  }

  private static @Nullable OptionSpec option(CommandSpec spec, String argument) {
    if (!argument.startsWith("-")) {
      return null;
    }
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    OptionSpec whole = spec.findOption(name);
    // A short option may have its value attached, as in -M24h.
    return whole != null || name.startsWith("--") || name.length() < 2
        ? whole
        : spec.findOption(name.substring(0, 2));
  }
}
