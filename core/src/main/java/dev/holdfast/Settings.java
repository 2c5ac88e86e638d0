// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.Durations;
import dev.holdfast.process.Niceness;
import dev.holdfast.storage.Compression;
import dev.holdfast.storage.KeepRules;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.SchedulerJob;
import dev.holdfast.storage.io.SystemFacts;
import dev.holdfast.storage.io.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a job runs with, concluded once: environment before builder before {@code
 * holdfast.properties} in the working directory before default.
 *
 * @param store the store's directory
 * @param mttf the mean time to failure of the job, and whether somebody gave it
 * @param policy when to checkpoint
 * @param endEpochMs when the allocation ends, where somebody said how long it is, or the scheduler
 *     says when
 * @param keep what stays besides what retention needs
 * @param spare whether two versions that share no file are kept
 * @param memoryBytes the most that may be held beside the state
 * @param writerThreads how many threads may encode a version, or look for changes, at once
 * @param writerNice how much the writer's threads leave to others, 0 to 19
 * @param compression what the encoding of versions is to make least
 * @param lazyRestore whether allocated memory is mapped at a restart, and read when it is touched
 * @param allowedChanges parameters that may change at a restart
 * @param fresh whether an existing store is set aside
 * @param breakLock whether to take over from a holder that cannot be proven gone
 * @param restarted whether the scheduler says that this job ran before
 * @param previousEndEpochMs when the previous attempt ended, where a supervisor knows it
 * @param keys the key that seals and encrypts the store, or none
 * @param endToldByScheduler whether it is the scheduler alone who says when the allocation ends
 */
record Settings(
    Path store,
    Mttf mttf,
    CheckpointPolicy policy,
    OptionalLong endEpochMs,
    KeepRules keep,
    boolean spare,
    long memoryBytes,
    int writerThreads,
    int writerNice,
    Compression compression,
    boolean lazyRestore,
    Set<String> allowedChanges,
    boolean fresh,
    boolean breakLock,
    boolean restarted,
    OptionalLong previousEndEpochMs,
    Keys keys,
    boolean endToldByScheduler) {

  private static final String PREFIX = "HOLDFAST";
  private static final int WRITER_THREADS_MAX = 1024;
  private static final Set<String> NAMES =
      Set.of(
          "store",
          "mttf",
          "policy",
          "walltime",
          "keep",
          "spare",
          "memory",
          "writer_threads",
          "writer_nice",
          "compression",
          "lazy_restore",
          "key_file");
  private static final Set<String> NAMES_OF_ONE_RUN =
      Set.of("fresh", "break_lock", "previous_end", "accept_unsealed");

  /** What {@code holdfast run} tells the program that it starts; no settings. */
  private static final Set<String> TOLD_BY_RUN =
      Set.of("attempt", "dir", "due", "interval_s", "restart");

  /** A mean time to failure and whether it was given or is only assumed. */
  record Mttf(Duration duration, boolean given) {
    /** Assumed where nobody gives one: the job fails once a day. */
    static final Mttf ASSUMED = new Mttf(Duration.ofHours(24), false);
  }

  /** What a job's builder was told; empty where it was told nothing. */
  record Told(
      Optional<Path> store,
      Optional<Duration> mttf,
      Optional<CheckpointPolicy> policy,
      Optional<Duration> walltime,
      Optional<KeepRules> keep,
      Optional<Boolean> spare,
      Optional<Long> memoryBytes,
      Optional<Integer> writerThreads,
      Optional<Integer> writerNice,
      Optional<Compression> compression,
      Optional<Boolean> lazyRestore,
      Optional<Path> keyFile,
      Set<String> allowedChanges) {
    static final Told NOTHING =
        new Told(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Set.of());
  }

  static Settings conclude(
      String job, Told told, Map<String, String> environment, Properties file) {
    Lookup lookup = new Lookup(environment, file);
    SchedulerJob batch = SchedulerJob.of(environment);
    OptionalLong saidEnd = saidEnd(lookup, told);
    OptionalLong schedulersEnd = saidEnd.isPresent() ? OptionalLong.empty() : batchEnd(environment);
    return new Settings(
        lookup
            .environment("store")
            .map(Path::of)
            .or(told::store)
            .or(() -> lookup.file("store").map(Path::of))
            .orElseGet(() -> defaultStore(job, batch))
            .toAbsolutePath(),
        lookup
            .environment("mttf")
            .map(text -> Durations.parse("HOLDFAST_MTTF", text))
            .or(told::mttf)
            .or(() -> lookup.file("mttf").map(text -> Durations.parse("mttf", text)))
            .map(Settings::given)
            .orElse(Mttf.ASSUMED),
        lookup
            .environment("policy")
            .map(text -> policy("HOLDFAST_POLICY", text))
            .or(told::policy)
            .or(() -> lookup.file("policy").map(text -> policy("holdfast.properties", text)))
            .orElseGet(CheckpointPolicy::adaptive),
        saidEnd.isPresent() ? saidEnd : schedulersEnd,
        lookup
            .environment("keep")
            .map(text -> KeepText.parse("HOLDFAST_KEEP", text))
            .or(told::keep)
            .or(() -> lookup.file("keep").map(text -> KeepText.parse("keep", text)))
            .orElseGet(() -> KeepRules.last(1)),
        lookup
            .environment("spare")
            .map(text -> yesOrNo("HOLDFAST_SPARE", text))
            .or(told::spare)
            .or(() -> lookup.file("spare").map(text -> yesOrNo("spare", text)))
            .orElse(true),
        lookup
            .environment("memory")
            .map(text -> Sizes.parse("HOLDFAST_MEMORY", text))
            .or(told::memoryBytes)
            .or(() -> lookup.file("memory").map(text -> Sizes.parse("memory", text)))
            .orElseGet(Settings::freeMemoryBytes),
        lookup
            .environment("writer_threads")
            .map(text -> writerThreads("HOLDFAST_WRITER_THREADS", text))
            .or(told::writerThreads)
            .or(() ->
                lookup.file("writer_threads").map(text -> writerThreads("writer_threads", text)))
            .orElseGet(() -> Runtime.getRuntime().availableProcessors()),
        lookup
            .environment("writer_nice")
            .map(text -> writerNice("HOLDFAST_WRITER_NICE", text))
            .or(told::writerNice)
            .or(() -> lookup.file("writer_nice").map(text -> writerNice("writer_nice", text)))
            .orElse(0),
        lookup
            .environment("compression")
            .map(text -> compression("HOLDFAST_COMPRESSION", text))
            .or(told::compression)
            .or(() -> lookup.file("compression").map(text -> compression("compression", text)))
            .orElse(Compression.FAST),
        lookup
            .environment("lazy_restore")
            .map(text -> yesOrNo("HOLDFAST_LAZY_RESTORE", text))
            .or(told::lazyRestore)
            .or(() -> lookup.file("lazy_restore").map(text -> yesOrNo("lazy_restore", text)))
            .orElse(false),
        told.allowedChanges(),
        flag(lookup, "fresh"),
        flag(lookup, "break_lock"),
        batch.restarted(),
        lookup
            .environment("previous_end")
            .map(text -> OptionalLong.of(epochMs(text)))
            .orElse(OptionalLong.empty()),
        keys(environment, told.keyFile(), file),
        schedulersEnd.isPresent());
  }

  private static OptionalLong saidEnd(Lookup lookup, Told told) {
    return lookup
        .environment("walltime")
        .map(text -> Durations.parse("HOLDFAST_WALLTIME", text))
        .or(told::walltime)
        .or(() -> lookup.file("walltime").map(text -> Durations.parse("walltime", text)))
        .map(Settings::end)
        .orElse(OptionalLong.empty());
  }

  /** The key of a store; a blank variable is an error, because a key was meant to be there. */
  static Keys keys(Map<String, String> environment, Optional<Path> told, Properties file) {
    return Keys.fileNamedBy(environment)
        .or(() -> told)
        .or(() -> new Lookup(environment, file).file("key_file").map(Path::of))
        .map(named -> Keys.read(named, Keys.acceptedBy(environment)))
        .orElse(Keys.NONE);
  }

  /**
   * When the scheduler ends the allocation. An end that has passed already was moved since the
   * variable was set: it says nothing.
   */
  private static OptionalLong batchEnd(Map<String, String> environment) {
    OptionalLong end = SchedulerJob.allocationEndEpochMs(environment);
    return end.isPresent() && end.getAsLong() > Time.SYSTEM.epochMs() ? end : OptionalLong.empty();
  }

  /** Whether {@code HOLDFAST=off} asks to run the program as if there were no Holdfast. */
  static boolean off(Map<String, String> environment) {
    String text = environment.getOrDefault(PREFIX, "on");
    return !text.isBlank() && !yesOrNo(PREFIX, text);
  }

  /**
   * Names that look like settings and are none, in words: a misspelt one would be without effect
   * and nobody would know.
   */
  static List<String> unknown(Map<String, String> environment, Properties file) {
    List<String> unknown = new ArrayList<>();
    String prefix = PREFIX + "_";
    for (String variable : new TreeSet<>(environment.keySet())) {
      if (variable.startsWith(prefix)) {
        String name = variable.substring(prefix.length()).toLowerCase(Locale.ROOT);
        boolean known =
            NAMES.contains(name) || NAMES_OF_ONE_RUN.contains(name) || TOLD_BY_RUN.contains(name);
        if (!known) {
          unknown.add("environment: " + variable + " means nothing; there are " + names(prefix));
        }
      }
    }
    for (String name : new TreeSet<>(file.stringPropertyNames())) {
      if (NAMES_OF_ONE_RUN.contains(name)) {
        unknown.add("holdfast.properties: " + name + " is for one run; set it in the environment");
      } else if (!NAMES.contains(name)) {
        unknown.add(
            "holdfast.properties: "
                + name
                + " means nothing; there are "
                + String.join(", ", new TreeSet<>(NAMES)));
      }
    }
    return unknown;
  }

  private static String names(String prefix) {
    Set<String> all = new TreeSet<>(NAMES);
    all.addAll(NAMES_OF_ONE_RUN);
    return all.stream()
        .map(name -> prefix + name.toUpperCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private static Mttf given(Duration mttf) {
    if (mttf.isZero() || mttf.isNegative()) {
      throw new HoldfastException(
          "HOLDFAST_MTTF (or mttf) is " + mttf + ": it must be longer than 0, such as 12h");
    }
    return new Mttf(mttf, true);
  }

  /** When an allocation ends that began with this process. */
  private static OptionalLong end(Duration walltime) {
    if (walltime.isZero() || walltime.isNegative()) {
      throw new HoldfastException(
          "HOLDFAST_WALLTIME (or walltime) is "
              + walltime
              + ": it must be longer than 0, such as 24h");
    }
    long startEpochMs =
        ProcessHandle.current().info().startInstant().orElseGet(Instant::now).toEpochMilli();
    return OptionalLong.of(startEpochMs + walltime.toMillis());
  }

  /** What the pacer needs of this; the end of the allocation on the monotonic clock. */
  Pacer.Wanted wanted(Time time) {
    long endNs =
        endEpochMs.isEmpty()
            ? Long.MAX_VALUE
            : time.nanoTime() + (endEpochMs.getAsLong() - time.epochMs()) * 1_000_000;
    return new Pacer.Wanted(policy, mttf.duration().toNanos() * 1e-9, endNs);
  }

  private static CheckpointPolicy policy(String where, String text) {
    try {
      return CheckpointPolicy.parse(text);
    } catch (IllegalArgumentException e) {
      throw new HoldfastException(where + ": " + e.getMessage());
    }
  }

  private record Lookup(Map<String, String> environment, Properties file) {
    Optional<String> environment(String name) {
      String value = environment.get(PREFIX + "_" + name.toUpperCase(Locale.ROOT));
      return Optional.ofNullable(value).filter(text -> !text.isBlank());
    }

    Optional<String> file(String name) {
      return Optional.ofNullable(file.getProperty(name)).filter(text -> !text.isBlank());
    }
  }

  /** {@code ./<job>.holdfast}; every task of an array job has its own. */
  static Path defaultStore(String job, SchedulerJob batch) {
    String task = batch.task().isEmpty() ? "" : "." + batch.task();
    return Path.of(job + task + ".holdfast");
  }

  private static boolean yesOrNo(String what, String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "1", "yes", "true", "on" -> true;
      case "0", "no", "false", "off", "none" -> false;
      default -> throw new HoldfastException(what + " \"" + text + "\": write 1 or 0");
    };
  }

  static int writerThreads(String what, String text) {
    return number(what, text, "a number of threads", 1, WRITER_THREADS_MAX);
  }

  static int writerNice(String what, String text) {
    return number(what, text, "a number", 0, Niceness.MAX);
  }

  private static int number(String what, String text, String wanted, int least, int most) {
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new HoldfastException(
        what + " \"" + text + "\": write " + wanted + ", " + least + " to " + most);
  }

  private static Compression compression(String what, String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "fast" -> Compression.FAST;
      case "small" -> Compression.SMALL;
      default ->
          throw new HoldfastException(
              what
                  + " \""
                  + text
                  + "\": write fast (a version is durable soonest) or small (it is as short as can"
                  + " be)");
    };
  }

  private static boolean flag(Lookup lookup, String name) {
    return lookup
        .environment(name)
        .map(text -> yesOrNo("HOLDFAST_" + name.toUpperCase(Locale.ROOT), text))
        .orElse(false);
  }

  private static long epochMs(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new HoldfastException(
          "HOLDFAST_PREVIOUS_END \"" + text + "\": write milliseconds since 1970");
    }
  }

  /** What the machine or the control group leaves beside the Java heap, less a reserve. */
  private static long freeMemoryBytes() {
    long total = SystemFacts.physicalMemoryBytes();
    long limit = SystemFacts.memoryLimitBytes().orElse(total);
    long reserve = 512L << 20;
    long heap = Runtime.getRuntime().maxMemory();
    long used = Runtime.getRuntime().totalMemory();
    long beside = Math.min(limit, total) - Math.min(heap, Math.max(used, heap / 2)) - reserve;
    return Math.max(beside, 64L << 20);
  }
}
