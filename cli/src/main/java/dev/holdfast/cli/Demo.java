// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The demonstration: an undisturbed run, then the same run killed at seeded random moments and
 * started again until it ends, then both compared.
 */
final class Demo {
  /** The folder of the run that is killed. */
  static final String KILLED = "killed";

  /** The store of either run. */
  static final String STORE = "heat.holdfast";

  static final String PROBE = "probe.csv";

  private static final Duration LOOK_EVERY = Duration.ofMillis(1);
  private static final Duration LOOK_FOR_WRITING_EVERY = Duration.ofNanos(50_000);

  /** Every so many kills one waits for the moment at which a version is being written. */
  private static final int KILL_WHILE_WRITING_EVERY = 3;

  /** A version's file has a hidden name, which begins with its number, until it is committed. */
  private static final Pattern BEING_WRITTEN = Pattern.compile("\\.([0-9a-f]{16})-.*\\.tmp");

  private final Path folder;
  private final List<String> arguments;
  private final int size;
  private final long steps;
  private final int kills;
  private final long seed;
  private final PrintWriter out;
  private final Progress progress;
  private final SplittableRandom random;
  private @Nullable DemoChild child;
  private boolean abandoned;

  Demo(Path folder, int size, long steps, int kills, long seed, CommandLine command) {
    this.folder = folder;
    this.size = size;
    this.steps = steps;
    this.kills = kills;
    this.seed = seed;
    this.arguments = List.of("" + size, "" + steps, "" + seed);
    this.out = command.getOut();
    this.progress = new Progress(command.getErr());
    this.random = new SplittableRandom(seed);
  }

  /** Returns whether every kill struck and both runs ended with the same bits. */
  boolean run() throws IOException {
    try {
      tell(
          "Heat diffusion %,d x %,d, %,d steps, SIGKILL %d times on purpose (seed %d)",
          size, size, steps, kills, seed);
      Path reference = Files.createDirectory(folder.resolve("reference"));
      double referenceSeconds = undisturbed(reference);
      tell("  reference   undisturbed %57.1f s", referenceSeconds);
      Path disturbed = Files.createDirectory(folder.resolve(KILLED));
      int delivered = disturb(disturbed, referenceSeconds);
      DemoVerdict verdict = new DemoVerdict(Comparison.of(reference, disturbed), delivered, kills);
      verdict.lines().forEach(line -> tell("%s", line));
      DemoReport.lines(store(disturbed)).forEach(line -> tell("%s", line));
      tell("Copy: examples/HeatDiffusion.java");
      return verdict.success();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.FAILED, "interrupted");
    } finally {
      progress.clear();
    }
  }

  /** Without anybody to read it there is no point in going on. */
  private void tell(String pattern, Object... values) {
    progress.clear();
    out.println(Text.format(pattern, values));
    if (out.checkError()) {
      throw new CommandException(ExitCode.IO_ERROR, "nobody reads standard output");
    }
  }

  /** Ends the simulation that runs and lets no other begin. */
  synchronized void abandon() throws InterruptedException {
    abandoned = true;
    progress.clear();
    if (child != null) {
      child.kill();
    }
  }

  private synchronized DemoChild start(Path where, int attempt, Map<String, String> environment)
      throws IOException {
    if (abandoned) {
      throw new CommandException(ExitCode.FAILED, "interrupted");
    }
    Path log = where.resolve("attempt-" + attempt + ".log");
    DemoChild started = DemoChild.start(where, log, arguments, environment);
    child = started;
    return started;
  }

  private double undisturbed(Path where) throws IOException, InterruptedException {
    long from = System.nanoTime();
    try (DemoChild run = start(where, 1, Map.of())) {
      finish(run, "reference");
    }
    return (System.nanoTime() - from) * 1e-9;
  }

  private void finish(DemoChild run, String name) throws InterruptedException {
    while (run.running()) {
      progress.show(name, run.step(), steps);
      Thread.sleep(LOOK_EVERY);
    }
    int code = run.await();
    if (code != 0) {
      throw new CommandException(
          ExitCode.FAILED,
          "the simulation ("
              + name
              + ") ended by itself with code "
              + code
              + ": "
              + run.lastMessage());
    }
  }

  /** Kills and starts again until the job is complete; returns the kills delivered. */
  private int disturb(Path where, double referenceSeconds)
      throws IOException, InterruptedException {
    double mttfSeconds = Math.max(0.2, referenceSeconds / (kills + 1));
    Map<String, String> environment = new HashMap<>();
    environment.put("HOLDFAST_MTTF", Text.format("%.3fs", mttfSeconds));
    int delivered = 0;
    for (int attempt = 1; ; attempt++) {
      try (DemoChild run = start(where, attempt, environment)) {
        String name = "attempt " + attempt;
        if (delivered < kills && awaitMoment(run, where, delivered, name) && run.kill()) {
          delivered++;
          environment.put("HOLDFAST_PREVIOUS_END", Long.toString(System.currentTimeMillis()));
          tellKilled(where, attempt, run.step());
          continue;
        }
        finish(run, name);
        tell("  attempt %-2d  finished", attempt);
        return delivered;
      }
    }
  }

  /**
   * Waits for the moment to kill; false when the simulation ends before it. Every kill has its
   * share of the steps, the last fifth belongs to none, and the moment is in the first half of the
   * share: so a fast simulation is not over before it, and there is time left to wait for a write.
   */
  private boolean awaitMoment(DemoChild run, Path where, int kill, String name)
      throws IOException, InterruptedException {
    double share = 0.8 * steps / kills;
    long target = (long) ((kill + random.nextDouble(0.1, 0.5)) * share);
    long latest = (long) ((kill + 1) * share);
    while (run.step() < target) {
      if (!run.running()) {
        return false;
      }
      progress.show(name, run.step(), steps);
      Thread.sleep(LOOK_EVERY);
    }
    if (kill % KILL_WHILE_WRITING_EVERY == KILL_WHILE_WRITING_EVERY - 2) {
      while (run.running() && run.step() < latest && writing(where).isEmpty()) {
        LockSupport.parkNanos(LOOK_FOR_WRITING_EVERY.toNanos());
      }
    }
    return run.running();
  }

  private static Optional<Long> writing(Path where) throws IOException {
    Path log = where.resolve(STORE).resolve("log");
    if (!Files.isDirectory(log)) {
      return Optional.empty();
    }
    try (Stream<Path> names = Files.list(log)) {
      return names
          .map(path -> BEING_WRITTEN.matcher(path.getFileName().toString()))
          .filter(Matcher::matches)
          .map(name -> Long.parseLong(name.group(1), 16))
          .findFirst();
    }
  }

  private void tellKilled(Path where, int attempt, long step) throws IOException {
    String doing = writing(where).map(n -> "writing version " + n).orElse("computing");
    tell("  attempt %-2d  killed after step %,7d, %-20s %s", attempt, step, doing, newestOf(where));
  }

  private static String newestOf(Path where) {
    try (StoredVersion version = store(where).newest().orElse(null)) {
      return version == null
          ? "no version yet"
          : Text.format("newest version: step %,7d", version.info().state().step());
    }
  }

  private static Store store(Path where) {
    return Store.open(where.resolve(STORE), Disk.local());
  }
}
