// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.Metrics;
import dev.holdfast.policy.Durations;
import dev.holdfast.policy.SegmentModel;
import dev.holdfast.policy.Situation;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * The demonstration: an undisturbed run, then the same run killed at seeded random moments and
 * started again until it ends, then both compared.
 */
final class Demo {
  private static final Duration LOOK_EVERY = Duration.ofMillis(1);

  /** Every so many kills one waits for the moment at which a version is being written. */
  private static final int KILL_WHILE_WRITING_EVERY = 3;

  private final Path folder;
  private final int size;
  private final long steps;
  private final int kills;
  private final long seed;
  private final PrintWriter out;
  private final Progress progress;
  private final SplittableRandom random;

  Demo(Path folder, int size, long steps, int kills, long seed, CommandLine command) {
    this.folder = folder;
    this.size = size;
    this.steps = steps;
    this.kills = kills;
    this.seed = seed;
    this.out = command.getOut();
    this.progress = new Progress(command.getErr());
    this.random = new SplittableRandom(seed);
  }

  /** Returns whether both runs ended with the same bits. */
  boolean run() throws IOException {
    try {
      out.println(
          Text.format(
              "Heat diffusion %,d x %,d, %,d steps, SIGKILL %d times on purpose (seed %d)",
              size, size, steps, kills, seed));
      Path reference = Files.createDirectory(folder.resolve("reference"));
      double referenceSeconds = undisturbed(reference);
      out.println(Text.format("  reference  undisturbed %57.1f s", referenceSeconds));
      Path disturbed = Files.createDirectory(folder.resolve("killed"));
      int delivered = disturb(disturbed, referenceSeconds);
      boolean same = compare(reference, disturbed);
      report(disturbed, delivered);
      out.println(
          "Copy: examples/HeatDiffusion.java    Look: holdfast demo --keep, then holdfast ls");
      return same;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.FAILED, "interrupted");
    }
  }

  private double undisturbed(Path where) throws IOException, InterruptedException {
    long from = System.nanoTime();
    try (DemoChild child = start(where, 1, new HashMap<>())) {
      while (child.running()) {
        progress.show("reference", child.step(), steps);
        pause();
      }
      mustBeZero(child.await(), where, 1);
    }
    return (System.nanoTime() - from) * 1e-9;
  }

  private DemoChild start(Path where, int attempt, Map<String, String> environment)
      throws IOException {
    return DemoChild.start(where, log(where, attempt), size, steps, seed, environment);
  }

  private static Path log(Path where, int attempt) {
    return where.resolve("attempt-" + attempt + ".log");
  }

  private void mustBeZero(int code, Path where, int attempt) throws IOException {
    if (code != 0) {
      String log = Files.readString(log(where, attempt));
      throw new CommandException(
          ExitCode.FAILED,
          "the simulation ended with code " + code + " by itself; it said:\n" + log.strip());
    }
  }

  private static void pause() throws InterruptedException {
    Thread.sleep(LOOK_EVERY);
  }

  /** Kills and starts again until the job is complete; returns the kills delivered. */
  private int disturb(Path where, double referenceSeconds) throws IOException, InterruptedException {
    long[] targets = random.longs(kills, steps / 20, steps - steps / 10).sorted().toArray();
    double mttfSeconds = Math.max(0.2, referenceSeconds / (kills + 1));
    Map<String, String> environment = new HashMap<>();
    environment.put("HOLDFAST_MTTF", Text.format("%.3fs", mttfSeconds));
    int delivered = 0;
    for (int attempt = 1; ; attempt++) {
      try (DemoChild child = start(where, attempt, environment)) {
        boolean whileWriting = attempt % KILL_WHILE_WRITING_EVERY == KILL_WHILE_WRITING_EVERY - 1;
        boolean mayKill = delivered < kills;
        if (mayKill && awaitMoment(child, where, attempt, targets[delivered], whileWriting)) {
          child.kill();
          delivered++;
          environment.put("HOLDFAST_PREVIOUS_END", Long.toString(System.currentTimeMillis()));
          tellKilled(where, attempt, child.step());
          continue;
        }
        while (child.running()) {
          progress.show("attempt " + attempt, child.step(), steps);
          pause();
        }
        mustBeZero(child.await(), where, attempt);
        progress.clear();
        out.println("  attempt " + attempt + "  finished");
        return delivered;
      }
    }
  }

  /** Waits for the moment to kill; false when the child ends before it. */
  private boolean awaitMoment(
      DemoChild child, Path where, int attempt, long target, boolean whileWriting)
      throws IOException, InterruptedException {
    while (child.step() < target) {
      if (!child.running()) {
        return false;
      }
      progress.show("attempt " + attempt, child.step(), steps);
      pause();
    }
    if (whileWriting) {
      long giveUp = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (child.running() && writing(where).isEmpty() && System.nanoTime() < giveUp) {
        Thread.onSpinWait();
      }
    } else {
      Thread.sleep(random.nextInt(30));
    }
    return child.running();
  }

  /** The number of the version being written: its file has a hidden name until it is committed. */
  private static Optional<Long> writing(Path where) throws IOException {
    Path log = where.resolve("heat.holdfast").resolve("log");
    if (!Files.isDirectory(log)) {
      return Optional.empty();
    }
    try (Stream<Path> names = Files.list(log)) {
      return names
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".tmp"))
          .map(name -> Long.parseLong(name.substring(1, 17), 16))
          .findFirst();
    }
  }

  private void tellKilled(Path where, int attempt, long step) throws IOException {
    progress.clear();
    String doing = writing(where).map(n -> "writing version " + n).orElse("computing");
    String newest = "no version yet";
    try (StoredVersion version =
        store(where).newest().orElse(null)) {
      if (version != null) {
        newest = Text.format("newest version: step %,7d", version.info().state().step());
      }
    }
    out.println(
        Text.format(
            "  attempt %d  killed after step %,7d, %-20s %s", attempt, step, doing, newest));
  }

  private static Store store(Path where) {
    return Store.open(where.resolve("heat.holdfast"), Disk.local());
  }

  private boolean compare(Path reference, Path disturbed) throws IOException {
    Map<String, String> expected = Digests.of(reference, "heat.holdfast", "probe.csv");
    Map<String, String> actual = Digests.of(disturbed, "heat.holdfast", "probe.csv");
    boolean same = expected.equals(actual);
    if (same) {
      out.println(
          "SAME BITS: "
              + String.join(", ", expected.keySet())
              + "   sha256 "
              + Digests.combined(expected).substring(0, 16));
    } else {
      Map<String, String> differing = new LinkedHashMap<>(expected);
      differing.entrySet().removeIf(e -> e.getValue().equals(actual.get(e.getKey())));
      out.println("DIFFERENT BITS: " + String.join(", ", differing.keySet()));
    }
    return same;
  }

  private void report(Path where, int delivered) {
    Store store = store(where);
    Optional<Ledger> ledger = Optional.empty();
    for (StoreRecord record : store.records()) {
      if (record instanceof EndRecord end) {
        ledger = Optional.of(end.ended().ledger());
      }
    }
    try (StoredVersion version = store.newest().orElseThrow()) {
      ledger.ifPresent(found -> printLedger(found, delivered));
      Metrics metrics = Metrics.of(version.info().measured());
      ledger.ifPresent(found -> printSizes(found, metrics));
    }
    if (delivered < kills) {
      out.println("Only " + delivered + " of " + kills + " kills struck before the end.");
    }
  }

  private void printLedger(Ledger ledger, int delivered) {
    out.println(
        Text.format(
            "%.1f s = useful %.1f + rework %.1f + checkpoints %.1f + restart %.1f + down %.1f;"
                + " waste %.0f %% (predicted %.0f %%)",
            ledger.makespanNs() * 1e-9,
            ledger.usefulNs() * 1e-9,
            ledger.reworkNs() * 1e-9,
            ledger.checkpointNs() * 1e-9,
            ledger.restartNs() * 1e-9,
            ledger.downtimeNs() * 1e-9,
            ledger.waste() * 100,
            predictedWaste(ledger, delivered) * 100));
  }

  /**
   * What the model of independent failures expects for a job of this length, with the mean time
   * between the kills that struck, the measured costs and the first start counted as it was.
   */
  private static double predictedWaste(Ledger ledger, int delivered) {
    double useful = ledger.usefulNs() * 1e-9;
    double makespan = ledger.makespanNs() * 1e-9;
    double cost = Math.max(1e-6, ledger.checkpointNs() * 1e-9 / Math.max(1, ledger.versions()));
    double interval = useful / Math.max(1, ledger.versions());
    double restart = ledger.restartNs() * 1e-9 / ledger.attempts();
    double down = ledger.downtimeNs() * 1e-9 / Math.max(1, delivered);
    Situation situation =
        new Situation(cost, makespan / Math.max(1, delivered), restart, down);
    double expected =
        SegmentModel.makespanSeconds(useful, interval, situation) + restart;
    return 1 - useful / expected;
  }

  private void printSizes(Ledger ledger, Metrics metrics) {
    var blocked = metrics.blockedNs();
    out.println(
        Text.format(
            "%d versions, %s of state in %s (%.1fx); loop blocked %s median, %s p99",
            ledger.versions(),
            Text.size(ledger.stateBytes()),
            Text.size(ledger.storedBytes()),
            (double) ledger.stateBytes() / Math.max(1, ledger.storedBytes()),
            Durations.human(blocked.getValueAtPercentile(50) * 1e-9),
            Durations.human(blocked.getValueAtPercentile(99) * 1e-9)));
  }
}
