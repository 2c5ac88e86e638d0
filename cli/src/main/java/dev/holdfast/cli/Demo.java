// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.simulator.drill.DrillEvent;
import dev.holdfast.simulator.drill.DrillPlan;
import dev.holdfast.simulator.drill.DrillResult;
import dev.holdfast.simulator.drill.DrillSignal;
import dev.holdfast.simulator.drill.DrillStore;
import dev.holdfast.simulator.drill.Verdict;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The demonstration: a drill of the heat example, which tells how far it has come. */
record Demo(int size, long steps, int kills, long seed) {
  private static final String STEP = "step ";

  DrillPlan plan(Path folder) {
    return new DrillPlan(
        command(),
        folder,
        OptionalInt.of(kills),
        Optional.empty(),
        List.of(DrillSignal.KILL),
        seed,
        List.of(),
        Optional.empty(),
        kills + 1,
        Optional.of(line -> (double) (step(line) + 1) / steps));
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:-UsePerfData");
    command.add("-cp");
    command.add(classPath());
    command.add("HeatDiffusion");
    command.addAll(List.of("" + size, "" + steps, "" + seed));
    return command;
  }

  /** The demonstration's own class path, absolute: the example runs in another folder. */
  private static String classPath() {
    List<String> parts = new ArrayList<>();
    String own = System.getProperty("java.class.path");
    for (String part : own.split(File.pathSeparator, -1)) {
      parts.add(Path.of(part).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, parts);
  }

  /** The step that a line of the example tells, -1 for another line. */
  private static long step(String line) {
    try {
      return line.startsWith(STEP) ? Long.parseLong(line.substring(STEP.length()).strip()) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  String title() {
    return Text.format(
        "Heat diffusion %,d x %,d, %,d steps, SIGKILL %d times on purpose (seed %d)",
        size, size, steps, kills, seed);
  }

  String inWords(DrillEvent event) {
    return switch (event) {
      case DrillEvent.ReferenceEnded e ->
          Text.format("  reference   undisturbed %57.1f s", e.seconds());
      case DrillEvent.Struck e ->
          Text.format(
              "  attempt %-2d  killed after step %,7d, %-20s %s",
              e.attempt(),
              step(e.lastLine()),
              DrillText.doing(e),
              e.newest()
                  .map(newest -> Text.format("newest version: step %,7d", newest.step()))
                  .orElse("no version yet"));
      case DrillEvent.Ended e ->
          e.code() == 0 ? Text.format("  attempt %-2d  finished", e.attempt()) : DrillText.of(e);
    };
  }

  /** The result in words. */
  List<String> inWords(DrillResult result) {
    List<String> lines = new ArrayList<>(DrillText.of(result));
    result
        .store()
        .filter(store -> result.account().isPresent())
        .ifPresent(store -> lines.addAll(DemoReport.lines(DrillStore.open(store))));
    lines.add("Copy: examples/HeatDiffusion.java    Test your own: holdfast drill -- java ...");
    return lines;
  }

  /** Fewer kills than were asked for show less, even when the bits agree: that is no success. */
  int code(DrillResult result) {
    return result.verdict() instanceof Verdict.SameBits && result.strikes() < kills
        ? ExitCode.FAILED
        : DrillText.code(result.verdict());
  }
}
