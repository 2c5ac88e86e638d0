// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.Check.ok;
import static dev.holdfast.cli.doctor.Check.problem;
import static dev.holdfast.cli.doctor.Check.warning;

import dev.holdfast.cli.batch.BatchJob;
import dev.holdfast.cli.batch.Fact;
import dev.holdfast.cli.batch.Requeue;
import dev.holdfast.process.Niceness;
import dev.holdfast.process.PageTracker;
import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PageTracking;
import dev.holdfast.process.PrivatePages;
import dev.holdfast.storage.SchedulerJob;
import dev.holdfast.storage.codec.Zstandard;
import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks at where this process runs: the batch job, Java, and the place for a store. */
public final class EnvironmentDoctor {
  /** Signals that ask a job to stop, with their numbers on Linux. */
  private enum StopSignal {
    TERM(15, true),
    USR1(10, false),
    INT(2, true),
    HUP(1, true),
    XCPU(24, false);

    private final int number;

    /** Java looks at it when it starts, and leaves it alone if it is ignored then. */
    private final boolean ofJava;

    StopSignal(int number, boolean ofJava) {
      this.number = number;
      this.ofJava = ofJava;
    }

    boolean in(long mask) {
      return (mask >>> (number - 1) & 1) != 0;
    }
  }

  private final Surroundings where;

  private EnvironmentDoctor(Surroundings where) {
    this.where = where;
  }

  /**
   * All checks, by group. Asks the scheduler, which may take some seconds.
   *
   * @param store where the store is or shall be
   */
  public static Map<String, List<Check>> of(Surroundings where, Path store) {
    EnvironmentDoctor doctor = new EnvironmentDoctor(where);
    Map<String, List<Check>> groups = new LinkedHashMap<>();
    groups.put("batch job", doctor.job());
    groups.put("Java", doctor.java());
    groups.put("signals", signals());
    groups.put("store", PlaceDoctor.of(where, store, true));
    return groups;
  }

  private List<Check> job() {
    BatchJob job = BatchJob.find(where.environment(), where.commands(), where.time());
    List<Check> checks = new ArrayList<>();
    if (!job.inBatch()) {
      checks.add(ok("scheduler", "none: this is no batch job", "environment"));
      return checks;
    }
    job.ask();
    for (Fact fact : job.facts()) {
      checks.add(
          fact.known()
              ? ok(fact.name(), fact.value(), fact.source())
              : ok(fact.name(), "not known", fact.source()));
    }
    if (job.end().isEmpty() && job.facts().stream().noneMatch(f -> f.value().equals("never"))) {
      checks.add(
          warning(
              "end", "nobody says when the allocation ends", "say it: holdfast run --time-limit"));
    }
    requeue(job, checks);
    return checks;
  }

  private void requeue(BatchJob job, List<Check> checks) {
    boolean active = false;
    for (Requeue.Possible way : job.requeue().ways(Requeue.Wish.AUTO)) {
      String state = way.possible() ? "possible: " : "not possible: ";
      checks.add(ok("way: " + way.way().title(), state + way.why(), ""));
      active |= way.possible() && way.way() != Requeue.Way.EXIT_CODE;
    }
    boolean codeActs =
        job.identity().scheduler() == SchedulerJob.Scheduler.GRID_ENGINE
            || job.identity().scheduler() == SchedulerJob.Scheduler.LSF
            || job.identity().scheduler() == SchedulerJob.Scheduler.HTCONDOR;
    if (!active && !codeActs) {
      checks.add(
          warning(
              "safe requeue",
              inContainer()
                  ? "the scheduler's commands are not in this container"
                  : "only the exit code tells that the job wants to go on",
              "run holdfast outside the container, or submit a chain: holdfast script --chain N"));
    }
  }

  /** A container, and none of the commands by which a job is put back into the queue. */
  private boolean inContainer() {
    boolean commands =
        Stream.of("scontrol", "qsub", "bsub", "condor_submit", "flux")
            .anyMatch(name -> where.commands().find(name).isPresent());
    return !commands && container();
  }

  private boolean container() {
    return where.variable("APPTAINER_NAME").isPresent()
        || where.variable("SINGULARITY_NAME").isPresent()
        || Files.exists(Path.of("/.dockerenv"))
        || Files.exists(Path.of("/run/.containerenv"));
  }

  private List<Check> java() {
    List<Check> checks = new ArrayList<>();
    checks.add(
        ok(
            "Java",
            Runtime.version() + " of " + System.getProperty("java.vendor"),
            System.getProperty("java.home")));
    checks.add(
        ok("launcher", System.getProperty("holdfast.launcher", "none: java -jar"), "holdfast"));
    checks.add(compression());
    checks.add(changeDetection());
    checks.add(hugePages());
    checks.add(lazyRestore());
    checks.add(writerPriority());
    where
        .variable("LD_PRELOAD")
        .ifPresent(preload ->
            checks.add(
                preload.contains("eatmydata")
                    ? problem(
                        "LD_PRELOAD",
                        preload + ": syncs do nothing",
                        "unset LD_PRELOAD for the job")
                    : ok("LD_PRELOAD", preload, "environment")));
    for (String tool : List.of("setsid", "setpriv")) {
      checks.add(
          where
              .commands()
              .find(tool)
              .map(path -> ok(tool, path.toString(), "PATH"))
              .orElseGet(() ->
                  warning(
                      tool,
                      "not found",
                      "install util-linux: it keeps children from outliving holdfast")));
    }
    return checks;
  }

  /** The compressor comes as a library that is unpacked into the temporary folder. */
  private Check compression() {
    Optional<String> reason = Zstandard.unavailableReason();
    if (reason.isEmpty()) {
      return ok("compression", "zstd loads", "tried");
    }
    Path temp = Surroundings.existing(Path.of(System.getProperty("java.io.tmpdir")));
    boolean noexec = Mount.of(temp).map(m -> m.options().contains("noexec")).orElse(false);
    return warning(
        "compression",
        (noexec ? temp + " is mounted noexec: " : "") + "zstd does not load: " + reason.get(),
        "java -DZstdTempFolder=FOLDER, or TMPDIR, on a file system that may execute; until then"
            + " versions are stored uncompressed");
  }

  /** Comparing is no trouble, only slower where little changes. */
  private static Check changeDetection() {
    String name = "changed memory";
    try {
      PageTracker tracker = PageTracking.ofProcess();
      return ok(
          name,
          String.format(
              Locale.ROOT,
              "hf.allocate: told by the kernel (%.1f us for the first write to a page), or"
                  + " compared where that is cheaper; all else is compared",
              tracker.firstWriteNs() * 1e-3),
          "tried");
    } catch (RefusedException e) {
      return ok(name, "compared, that of hf.allocate too: " + e.reason(), "tried");
    }
  }

  /** Small pages are no trouble, only slower at first. */
  private static Check hugePages() {
    String name = "huge pages";
    return PrivatePages.hugePageRefusal()
        .map(why -> ok(name, "not here, a large state takes longer to start: " + why, "tried"))
        .orElseGet(() -> ok(name, "for large states and their copies", "tried"));
  }

  /** Wanted by few, so no trouble where it cannot be had. */
  private static Check lazyRestore() {
    String name = "lazy restore";
    return PrivatePages.refusal()
        .map(why -> ok(name, "not here, everything is read at a restart: " + why, "tried"))
        .orElseGet(
            () -> ok(name, "hf.allocate: HOLDFAST_LAZY_RESTORE=1 maps it at a restart", "tried"));
  }

  /** Wanted by few, so no trouble where it cannot be had. */
  private static Check writerPriority() {
    String name = "writer priority";
    return Niceness.refusal()
        .map(why -> ok(name, "that of the program's threads: " + why, "tried"))
        .orElseGet(() -> ok(name, "HOLDFAST_WRITER_NICE can lower it", "tried"));
  }

  private static List<Check> signals() {
    List<Check> checks = new ArrayList<>();
    List<String> heard = new ArrayList<>();
    for (StopSignal signal : StopSignal.values()) {
      Optional<Check> trouble = trouble(signal, mask("SigBlk:"), mask("SigCgt:"));
      trouble.ifPresentOrElse(checks::add, () -> heard.add(signal.name()));
    }
    checks.addFirst(ok("heard", String.join(", ", heard), "/proc/self/status"));
    return checks;
  }

  private static Optional<Check> trouble(StopSignal signal, long blocked, long caught) {
    String name = signal.name();
    if (SystemFacts.signalIgnored(signal.number)) {
      return Optional.of(
          signal.ofJava
              ? warning(
                  name,
                  "ignored, and stays so: nohup or trap ''",
                  "start without nohup; a batch job does not need it")
              : ok(name, "ignored before the start; holdfast run hears it all the same", "/proc"));
    }
    if (signal.in(blocked)) {
      return Optional.of(
          warning(
              name,
              "blocked since before the start",
              "find the program that starts the job with it blocked"));
    }
    if (!signal.ofJava && signal.in(caught)) {
      return Optional.of(
          warning(
              name,
              "caught by a library that was loaded into this process",
              "see LD_PRELOAD; for UCX set UCX_ERROR_SIGNALS=\"\""));
    }
    return Optional.empty();
  }

  private static long mask(String name) {
    return SystemFacts.lines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .mapToLong(hex -> Long.parseUnsignedLong(hex, 16))
        .findFirst()
        .orElse(0);
  }
}
