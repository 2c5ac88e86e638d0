// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Durations;
import java.util.Map;
import java.util.Stack;
import java.util.regex.Pattern;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * For an option whose length of time may be left out: the word after it is its value where that is
 * a length of time, or a number without a unit, which is then refused. Any other is what the
 * command is about, as in {@code status --watch STORE}. After a {@code =} everything is the value.
 */
final class OptionalTime implements IParameterPreprocessor {
  private static final Pattern NUMBER = Pattern.compile("[0-9.]+");
  private static final String SEPARATOR = "separator";

  @Override
  @SuppressWarnings("JdkObsolete") // picocli's own
  public boolean preprocess(
      Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
    boolean attached = "=".equals(info.get(SEPARATOR));
    if (!attached && !words.isEmpty() && !isValue(words.peek())) {
      words.push(((OptionSpec) option).fallbackValue());
    }
    return false; // the value is read as that of any option
  }

  private static boolean isValue(String word) {
    if (NUMBER.matcher(word).matches()) {
      return true;
    }
    try {
      Durations.parse("", word);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
