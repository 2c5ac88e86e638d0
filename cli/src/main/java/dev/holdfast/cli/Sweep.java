// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One parameter and the values it takes, written {@code mttf=1h..7d:log:25} (25 values, each the
 * same factor apart), {@code cost=1min..10min:lin:10} (the same distance apart) or {@code
 * nodes=100,200,400}.
 *
 * @param values at least one, in the order they were written
 */
record Sweep(Parameter parameter, List<Double> values) {
  private static final int COUNT_MAX = 1000;
  private static final Pattern RANGE = Pattern.compile("(.+?)\\.\\.(.+?):(lin|log):([0-9]{1,6})");

  static Sweep parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw rejected(text);
    }
    Parameter parameter = Parameter.named(text.substring(0, equals));
    String option = "--vary " + parameter.word();
    String how = text.substring(equals + 1);
    Matcher range = RANGE.matcher(how);
    if (range.matches()) {
      int count = Integer.parseInt(range.group(4));
      double from = parameter.read(option, range.group(1));
      double to = parameter.read(option, range.group(2));
      boolean log = range.group(3).equals("log");
      return new Sweep(parameter, spread(text, from, to, log, count, parameter));
    }
    if (how.contains("..")) {
      throw rejected(text);
    }
    List<Double> values = new ArrayList<>();
    for (String value : how.split(",", -1)) {
      values.add(parameter.read(option, value));
    }
    return new Sweep(parameter, List.copyOf(values));
  }

  private static List<Double> spread(
      String text, double from, double to, boolean log, int count, Parameter parameter) {
    if (count < 2 || count > COUNT_MAX) {
      throw new CommandException(
          ExitCode.USAGE, "--vary " + text + ": choose 2 to " + COUNT_MAX + " values");
    }
    if (log && !(from > 0 && to > 0)) {
      throw new CommandException(
          ExitCode.USAGE, "--vary " + text + ": a log sweep cannot reach 0; use lin");
    }
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double share = (double) i / (count - 1);
      double value = log ? from * Math.pow(to / from, share) : from + share * (to - from);
      // Both ends as they were written; whole numbers stay whole.
      value = i == 0 ? from : i == count - 1 ? to : value;
      values.add(parameter.kind() == Parameter.Kind.COUNT ? Math.rint(value) : value);
    }
    return List.copyOf(values);
  }

  private static CommandException rejected(String text) {
    return new CommandException(
        ExitCode.USAGE,
        "--vary \""
            + text
            + "\": write PARAMETER=FROM..TO:log:COUNT or :lin:COUNT or a list of values, such as"
            + " mttf=1h..7d:log:25 or nodes=100,200,400");
  }

  /** The inputs at each value of every sweep, the last sweep turning fastest. */
  static List<Inputs> points(Inputs base, List<Sweep> sweeps) {
    List<Inputs> points = List.of(base);
    for (Sweep sweep : sweeps) {
      points =
          points.stream()
              .flatMap(p -> sweep.values.stream().map(v -> p.with(sweep.parameter, v)))
              .toList();
    }
    return points;
  }
}
