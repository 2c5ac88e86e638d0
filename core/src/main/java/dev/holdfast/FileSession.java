// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.SchedulerJob;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/*
 * One attempt of a program that knows nothing of Holdfast, or only whether a flag is up.
 *
 * A supervisor looks about once a second. A look reads names and stamps of files and flags, never
 * their content; what it finds to be a whole state is read and committed on the writer thread. Policy,
 * ledger and measurements are those of a session that captures memory: here the program itself
 * captures, so what a checkpoint costs is learnt from outside, and a version holds the computing up
 * to the moment at which its files were written, not to its commit.
 */
/**
 * The session of a program that writes its own restart files: what a {@link Holdfast} session is
 * for a loop. One for each run of the program: {@code open}, {@code restore}, {@code environment},
 * {@code started}, {@code look} about once a second, {@code programEnded}, {@code end}, {@code
 * close}.
 *
 * <p>Safe for use by several threads.
 */
public final class FileSession implements AutoCloseable {
  /** What a checkpoint is taken to cost before one was seen, and to take until it is durable. */
  private static final double ASSUMED_COST_SECONDS = 1;

  private static final int MESSAGE_CHARS_MAX = 1000;

  private final String job;
  private final Settings settings;
  private final RestartFiles files;
  private final Patterns patterns;
  private final Time time;
  private final Disk disk;
  private final WriterThread writerThread;
  private final StoreWriter store;
  private final JobClock clock;
  private final Committer committer;
  private final ControlFolder control;
  private final FileFinder finder;
  private final FileLoop loop;

  private boolean putBack;
  private boolean running;
  private boolean ended;
  private boolean closed;
  private Optional<Path> newestFile = Optional.empty();
  private long firstVersion;

  /**
   * How a program stands.
   *
   * @param state what is going on
   * @param version the newest version, also one of an earlier attempt; 0 for none
   * @param durableAt when it became durable, where that was in this attempt
   * @param answers whether the program has ever answered the flag
   * @param awaited whether nothing that was written since {@link #checkpointNow} is durable yet
   * @param obstacle why what the program has written is not committed, or that it has written
   *     nothing yet, in words; empty when nothing hinders
   * @param fencedBy who has taken the store over: nothing can be committed any more
   */
  public record Progress(
      State state,
      long version,
      Optional<Instant> durableAt,
      boolean answers,
      boolean awaited,
      String obstacle,
      Optional<String> fencedBy) {

    /** What is going on. */
    public enum State {
      /** Nothing is due. */
      COMPUTING,
      /** The flag is up, and the program has not seen it yet. */
      DUE,
      /** The program says that it is writing. */
      WRITING,
      /** Files have changed and are not known to be whole. */
      SETTLING,
      /** A version is being written. */
      COMMITTING
    }
  }

  /**
   * Opens a job's store for a program that writes its own restart files.
   *
   * @param job the job's name; the store is {@code ./<job>.holdfast} unless HOLDFAST_STORE says
   *     otherwise
   * @param environment where the settings are: HOLDFAST_STORE, _MTTF, _POLICY, _KEEP and so on, as
   *     for a {@link Job}
   * @throws HoldfastException when a setting or a pattern cannot work
   * @throws dev.holdfast.storage.StoreHeldException when another run holds the store
   * @throws dev.holdfast.storage.NoUsableVersionException when it must exist and does not
   * @throws dev.holdfast.storage.format.StoreException when the store cannot be opened
   */
  public static FileSession open(String job, RestartFiles files, Map<String, String> environment) {
    return open(job, files, environment, Optional::empty);
  }

  /**
   * The same, for an opening that may be given up.
   *
   * @param stopAsked asked each second while it waits for a holder that cannot be judged: what
   *     wants it to stop, in words such as SIGTERM; empty while it may go on
   * @throws dev.holdfast.storage.OpeningStoppedException when it was given up; nothing was changed
   */
  public static FileSession open(
      String job,
      RestartFiles files,
      Map<String, String> environment,
      Supplier<Optional<String>> stopAsked) {
    if (Settings.off(environment)) {
      throw new HoldfastException(
          "HOLDFAST=off: restart files cannot be kept; run the program by itself, or unset"
              + " HOLDFAST");
    }
    Settings settings = Job.settingsOf(job, environment);
    StoreOptions options =
        Job.options(job, settings, Optional.empty(), Disk.local()).withStop(stopAsked);
    return new FileSession(job, settings, options, files);
  }

  FileSession(String job, Settings settings, StoreOptions options, RestartFiles files) {
    this.job = job;
    this.settings = settings;
    this.files = files;
    this.patterns = files.patterns();
    this.time = options.time();
    this.disk = options.disk();
    Path wantedStore = settings.store();
    patterns.refuse(files.folder(), wantedStore, ControlFolder.of(wantedStore));
    this.writerThread = new WriterThread(settings.writerNice());
    try {
      this.store = writerThread.call(() -> StoreWriter.open(wantedStore, options));
    } catch (RuntimeException | Error e) {
      writerThread.close();
      throw e;
    }
    this.control = new ControlFolder(ControlFolder.of(wantedStore));
    Set<Path> own = Set.copyOf(List.of(wantedStore, store.root(), control.path()));
    this.finder = new FileFinder(files.folder(), patterns, own);
    this.clock = new JobClock(time, store.startLedger());
    this.committer = new Committer(store, clock, settings.wanted(time));
    this.loop =
        new FileLoop(files, store, writerThread, options, clock, committer, finder, control);
    try {
      control.prepare();
    } catch (IOException e) {
      close();
      throw new HoldfastException(
          "control folder "
              + control.path()
              + " cannot be used: "
              + e.getMessage()
              + "; it lies beside the store, so check that place or put the store elsewhere");
    }
    Messages.info(SessionReport.opened(job, store));
  }

  /** Where the control folder of a store lies: beside it. */
  public static Path controlFolder(Path store) {
    return ControlFolder.of(store);
  }

  /** Where a job's store is unless somebody says otherwise; every task of an array has its own. */
  public static Path defaultStore(String job, SchedulerJob batch) {
    return Settings.defaultStore(job, batch);
  }

  /** The store's directory, with links resolved. */
  public Path store() {
    return store.root();
  }

  /** Whether an earlier attempt has said that the job is complete. */
  public boolean complete() {
    return store.complete();
  }

  /** Whether it is certain that no earlier run of the program can still be writing. */
  public boolean previousGone() {
    return store.previousGone();
  }

  /** How many attempts of the job have begun, this one included. */
  public long attempt() {
    return store.startLedger().attempts();
  }

  /**
   * Puts the files of the newest version that verifies back, once. Where there is no version,
   * nothing is touched.
   *
   * <p>Files that are as the version knows them stay. Others of the same name, and files that match
   * but that the version does not hold, are moved into a folder {@code holdfast-aside-<n>} beside
   * them and never deleted. Killed half way, it can be done again.
   *
   * @throws dev.holdfast.storage.NoUsableVersionException when there are versions and none is
   *     usable
   * @throws RestoreMismatchException when the version holds what the patterns do not name
   * @throws dev.holdfast.storage.StoreIoException when a file cannot be written
   * @throws Fenced when another run has taken the store over
   */
  public synchronized Restored restore() {
    requireOpen();
    FileRestorer.Result result =
        writerThread.call(() -> new FileRestorer(store, disk, files, patterns, finder).restore());
    Restorer.Found found = result.found();
    if (found.number() > 0) {
      committer.goOnFrom(
          new Committer.Durable(found.number(), found.step(), found.capturedEpochMs()),
          found.costs(),
          found.measured());
      loop.goOnFrom(result.images());
      firstVersion = found.number();
    }
    clock.wentBackTo(found.usefulNs());
    putBack = true;
    plan(0);
    newestFile = result.restored().newest();
    SessionReport.restoredFiles(job, store, found, result.restored(), clock.now())
        .forEach(Messages::info);
    return result.restored();
  }

  private void requireOpen() {
    if (ended || closed) {
      throw new HoldfastException("job " + job + " has ended; open it again to go on");
    }
  }

  /**
   * What the program finds in its environment: HOLDFAST_DIR, the control folder; HOLDFAST_DUE, the
   * flag that is there while a checkpoint is wanted; HOLDFAST_INTERVAL_S, seconds of work between
   * checkpoints as planned now; HOLDFAST_RESTART, the newest restart file, empty for a fresh start;
   * HOLDFAST_ATTEMPT, 1 for the first.
   */
  public synchronized Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("HOLDFAST_DIR", control.path().toString());
    environment.put("HOLDFAST_DUE", control.due().toString());
    environment.put("HOLDFAST_INTERVAL_S", Long.toString(Math.max(1, interval().toSeconds())));
    environment.put("HOLDFAST_RESTART", newestFile.map(Path::toString).orElse(""));
    environment.put("HOLDFAST_ATTEMPT", Long.toString(attempt()));
    return environment;
  }

  /** Useful work between the last checkpoint and the next, as planned now. */
  public synchronized Duration interval() {
    return seconds(committer.pacer().workIntervalSeconds());
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) Math.min(seconds * 1e9, Long.MAX_VALUE));
  }

  /** Work begins now, with what is known of the cost by now. */
  private void plan(double restartSeconds) {
    double durableSeconds = ASSUMED_COST_SECONDS + loop.settleSeconds();
    committer
        .pacer()
        .begin(time.nanoTime(), 0, ASSUMED_COST_SECONDS, durableSeconds, restartSeconds);
  }

  /**
   * The program computes from now on.
   *
   * @throws HoldfastException before {@link #restore}
   */
  public synchronized void started() {
    requireOpen();
    if (!putBack) {
      throw new HoldfastException("started() is called before restore(); put the files back first");
    }
    double restartSeconds = clock.startLoop();
    plan(restartSeconds);
    loop.begin();
    running = true;
    Pacer pacer = committer.pacer();
    Messages.info(SessionReport.pace(pacer.state(time.nanoTime()), settings, pacer));
  }

  /**
   * Looks at files and flags: raises the flag when a checkpoint is due, learns what the last one
   * has cost, and has a whole state committed. Called about once a second; waits for no commit.
   */
  public synchronized Progress look() {
    return running && !closed ? loop.look() : loop.progress();
  }

  // Asked from outside
  // -----------------------------------------------------------------------------

  /** A stop is wanted: the flag goes up at the next look, whatever the policy says. */
  public synchronized void checkpointNow() {
    loop.wantCheckpoint();
  }

  /**
   * Looks whether this attempt was asked to stop, as by {@code holdfast stop}; the request is taken
   * away, one for another attempt is left to it.
   *
   * @return who asks and how, in words that follow "asked by"; or empty
   */
  public Optional<String> hearStop() {
    return store.hearStop();
  }

  /** What the last checkpoint may take until it is durable, for a stop before a time limit. */
  public synchronized Duration reserve() {
    return seconds(committer.pacer().reserveSeconds());
  }

  /** The allocation ends at this moment, which may have become known or changed. */
  public synchronized void allocationEnds(Instant end) {
    long leftMs = end.toEpochMilli() - time.epochMs();
    committer.pacer().allocationEnds(time.nanoTime() + Math.max(0, leftMs) * 1_000_000);
  }

  /** The program stood still for so long until now: that was neither work nor cost. */
  public synchronized void suspended(Duration gap) {
    clock.suspended(gap.toNanos());
    committer.pacer().stoodStill(gap.toNanos());
    loop.stoodStill(gap.toNanos());
  }

  /** Where the job's time went, over all attempts until now. */
  public synchronized Ledger ledger() {
    return clock.now();
  }

  /** What checkpoints have cost. */
  public Metrics metrics() {
    return committer.metrics();
  }

  // The end
  // ----------------------------------------------------------------------------------------

  /**
   * The program has ended, and no process of it is left: commits what it has written last, and
   * waits for that.
   *
   * @param byItself whether it ended in good order; of one that was killed or has failed, a file
   *     without a marker is trusted only when it had not changed for long enough before
   */
  public synchronized Progress programEnded(boolean byItself) {
    if (!running || closed) {
      return loop.progress();
    }
    long from = time.nanoTime();
    Progress progress = loop.ended(byItself);
    running = false;
    clock.blocked(time.nanoTime() - from);
    if (!loop.fenced()) {
      store.touch();
    }
    return progress;
  }

  /**
   * Ends the attempt. Without it the next one counts a failure.
   *
   * @param message in words, for {@link EndCause#FAILED} the reason
   * @return whether the end is recorded; where it is not, {@link #fencedBy} tells of a successor
   */
  public synchronized boolean end(EndCause cause, String message) {
    requireOpen();
    loop.awaitCommit();
    ended = true;
    running = false;
    Ledger ledger = clock.now();
    Committer.Durable newest = committer.newest();
    long step = newest == null ? 0 : newest.step();
    String bounded =
        message.length() > MESSAGE_CHARS_MAX ? message.substring(0, MESSAGE_CHARS_MAX) : message;
    boolean written =
        !loop.fenced()
            && writerThread.call(() -> store.end(new Ended(cause, bounded, step, ledger)));
    SessionReport.endedFiles(cause, newest, firstVersion, ledger, committer, written)
        .forEach(Messages::info);
    return written;
  }

  /** Who has taken the store over, where that was noticed by now, as by {@link #end}. */
  public Optional<String> fencedBy() {
    return store.fencedBy();
  }

  /**
   * Releases the store; writes nothing. A version that is being written is waited for, unless
   * another run has taken the store over.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    loop.awaitCommit();
    closed = true;
    running = false;
    if (loop.fenced()) {
      writerThread.post(store::close); // behind a version that may take an hour to give up
    } else {
      closeOwn();
    }
    writerThread.close();
  }

  private void closeOwn() {
    store.touch();
    try {
      control.remove(); // of a store that was taken over it is the successor's
    } catch (IOException e) {
      // The next attempt clears it.
    }
    writerThread.call(() -> {
      store.close();
      return true;
    });
  }
}
