// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.FileSession;
import dev.holdfast.FileSession.Progress;
import dev.holdfast.RestartFiles;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.io.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The work of a command that writes its own restart files: the supervisor holds the store and
 * commits what the command has written. Files are looked at on a thread of their own, because a
 * look may hang on a slow file system; the supervisor's thread reads only what the last look found.
 */
final class FilesWork implements Work {
  private static final String STORE = "HOLDFAST_STORE";
  private static final long LOOK_EVERY_MS = 1000;
  private static final long LOOK_IDLE_EVERY_MS = 5000;
  private static final long REQUEST_EVERY_NS = Duration.ofSeconds(10).toNanos();

  /** A supervisor that was taken over finds out within 10 s, and needs as long to end its child. */
  private static final Duration ZOMBIE = Duration.ofSeconds(25);

  /** A checkpoint that a signal asked for and that never came is asked for again after so long. */
  private static final long SIGNAL_AGAIN_NS = Duration.ofMinutes(10).toNanos();

  /** So long a program that was never asked may take to show that it looks at the flag. */
  private static final long TRIAL_NS = Duration.ofSeconds(15).toNanos();

  /** What is kept of the grace for the signal that ends the command. */
  private static final long RESERVED_NS = Duration.ofSeconds(10).toNanos();

  private final Told told;
  private final Supplier<OptionalLong> endEpochMs;
  private final Time time;
  private final Runnable news;
  private final Consumer<String> tell;
  private final StoreView view;
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("holdfast-files").factory());

  private volatile @Nullable FileSession session;
  private @Nullable Child child;
  private @Nullable Future<?> nextLook; // of the thread that looks
  private volatile Found found = Found.NOTHING;
  private Optional<String> overtakenBy = Optional.empty();
  private long toldEndEpochMs;
  private volatile boolean opened;
  private volatile boolean stopping;
  private boolean askedBefore;
  private volatile boolean everDue;
  private volatile boolean stopTold;
  private volatile boolean requested;
  private long requestNs;
  private boolean lookFailed;
  private long signalledVersion = -1;
  private long signalledNs;

  /**
   * What the user says of the program.
   *
   * @param job the job's name
   * @param store where its store is, unless the environment says otherwise
   * @param files what it writes
   * @param signal the signal that makes it checkpoint, without SIG; empty for none
   */
  record Told(String job, Path store, RestartFiles files, String signal) {}

  /** What the last look has found. */
  private record Found(Optional<Progress> progress, double reserveSeconds) {
    static final Found NOTHING = new Found(Optional.empty(), 0);

    long version() {
      return progress.map(Progress::version).orElse(0L);
    }
  }

  /**
   * @param endEpochMs when the command's time is over
   * @param news called when a look has found something that the supervisor should act on
   * @param tell takes a message for people
   */
  FilesWork(
      Told told,
      Supplier<OptionalLong> endEpochMs,
      Keys keys,
      Time time,
      Runnable news,
      Consumer<String> tell) {
    this.told = told;
    this.endEpochMs = endEpochMs;
    this.time = time;
    this.news = news;
    this.tell = tell;
    this.view = new StoreView(told.store(), keys);
  }

  @Override
  public Optional<Path> store() {
    return Optional.of(view.path());
  }

  @Override
  public boolean complete() {
    view.look();
    return view.complete();
  }

  // Before and after the command ------------------------------------------------------------------

  @Override
  public Future<?> claim(Map<String, String> environment, Supplier<Optional<String>> stopAsked) {
    Map<String, String> whole = withStore(environment);
    return looker.submit(() -> {
      session = FileSession.open(told.job(), told.files(), whole, stopAsked);
      opened = true;
    });
  }

  private Map<String, String> withStore(Map<String, String> environment) {
    Map<String, String> whole = new TreeMap<>(environment);
    whole.put(STORE, told.store().toString());
    return whole;
  }

  /** Only now, when no other run's program writes any more, would files that are put back stay. */
  @Override
  public Map<String, String> begin(Map<String, String> environment, OptionalLong end) {
    Map<String, String> whole = withStore(environment);
    FileSession open = open();
    call(open::restore);
    found = new Found(Optional.empty(), 0);
    whole.putAll(call(open::environment));
    view.look();
    return whole;
  }

  /**
   * The processes of a supervisor elsewhere may still be writing the same files: these are put back
   * only when those must have ended.
   */
  @Override
  public Duration pauseAfterClaim() {
    FileSession open = session;
    if (open == null || open.previousGone()) {
      return Duration.ZERO;
    }
    tell.accept(
        "the previous run may still be running elsewhere: waiting "
            + ZOMBIE.toSeconds()
            + " s, in which it finds out that the store was taken over and ends its program");
    return ZOMBIE;
  }

  @Override
  public void started(Child started) {
    child = started;
    stopping = false;
    everDue = false;
    signalledVersion = -1;
    FileSession open = open();
    call(() -> {
      open.started();
      planLook(open, LOOK_EVERY_MS);
      return true;
    });
  }

  private FileSession open() {
    FileSession open = session;
    if (open == null) {
      throw new IllegalStateException("no attempt has begun");
    }
    return open;
  }

  private void planLook(FileSession open, long inMs) {
    forgetNextLook();
    nextLook = looker.schedule(() -> lookAndGoOn(open), inMs, TimeUnit.MILLISECONDS);
  }

  private void forgetNextLook() {
    Future<?> planned = nextLook;
    if (planned != null) {
      planned.cancel(false);
    }
    nextLook = null;
  }

  /** Each second while something is under way, else each fifth: the program pays for a look. */
  private void lookAndGoOn(FileSession open) {
    lookSafely(open);
    boolean idle =
        !stopping
            && found.progress().filter(p -> p.state() == Progress.State.COMPUTING).isPresent();
    planLook(open, idle ? LOOK_IDLE_EVERY_MS : LOOK_EVERY_MS);
  }

  /** On the thread that looks. */
  private void lookAtFiles(FileSession open) {
    OptionalLong end = endEpochMs.get();
    if (end.isPresent() && end.getAsLong() != toldEndEpochMs) {
      toldEndEpochMs = end.getAsLong();
      open.allocationEnds(Instant.ofEpochMilli(toldEndEpochMs));
    }
    Optional<Progress.State> before = found.progress().map(Progress::state);
    boolean requestedBefore = requested;
    Progress progress = open.look();
    everDue |= progress.state() == Progress.State.DUE;
    found = new Found(Optional.of(progress), open.reserve().toMillis() / 1e3);
    long now = time.nanoTime();
    if (now - requestNs >= REQUEST_EVERY_NS) {
      requestNs = now;
      requested |= open.hearStop().isPresent();
    }
    if (progress.fencedBy().isPresent()
        || requested != requestedBefore
        || before.filter(progress.state()::equals).isEmpty()) {
      news.run();
    }
  }

  /** What is thrown here would end all looks, and with them the versions and the fence. */
  private void lookSafely(FileSession open) {
    try {
      lookAtFiles(open);
    } catch (RuntimeException e) {
      if (!lookFailed) {
        lookFailed = true;
        tell.accept("restart files cannot be looked at (" + e + "); trying again each second");
      }
    }
  }

  @Override
  public Said ended(int code, Optional<Stop> asked, boolean hung) {
    FileSession open = open();
    boolean stopped = asked.isPresent() || code == Code.STOPPED;
    boolean byItself = code == Code.DONE || code == Code.STOPPED;
    Progress last =
        call(() -> {
          forgetNextLook();
          return open.programEnded(byItself);
        });
    found = new Found(Optional.of(last), found.reserveSeconds());
    complain(last);
    Said said =
        last.fencedBy().isPresent() ? Said.NOTHING : record(open, code, asked, hung, stopped);
    child = null;
    close(open);
    view.look();
    return fencedBy().isPresent() ? Said.NOTHING : said;
  }

  private Said record(
      FileSession open, int code, Optional<Stop> asked, boolean hung, boolean stopped) {
    if (stopped) {
      boolean request = asked.stream().anyMatch(stop -> stop.cause() == Stop.Cause.REQUEST);
      String why = asked.map(Stop::inWords).orElse("the program ended with code " + code);
      end(open, EndCause.STOPPED, why);
      return request ? Said.STOPPED_BY_REQUEST : Said.STOPPED;
    }
    if (code == Code.DONE) {
      end(open, EndCause.COMPLETE, "");
      return Said.COMPLETE;
    }
    // A death that the program did not choose leaves no END: the ledger counts a failure.
    if (!hung && !Code.isSignal(code)) {
      end(open, EndCause.FAILED, Code.inWords(code));
    }
    return Said.NOTHING;
  }

  private void end(FileSession open, EndCause cause, String why) {
    call(() -> open.end(cause, why));
  }

  private void complain(Progress last) {
    if (last.obstacle().isEmpty()) {
      return;
    }
    tell.accept(
        last.version() > 0
            ? "what the program wrote last was not kept: " + last.obstacle()
            : "nothing was kept of --state "
                + String.join(" ", told.files().state())
                + " in "
                + told.files().folder()
                + ": "
                + last.obstacle());
  }

  private void close(FileSession open) {
    session = null;
    overtakenBy = open.fencedBy(); // also by a run that came just before the END
    call(() -> {
      open.close();
      return true;
    });
  }

  @Override
  public void close() {
    FileSession open = session;
    if (open != null && child == null) { // the program was never started
      call(() -> open.end(EndCause.STOPPED, "stopped before the program began"));
    }
    if (open != null) {
      close(open);
    }
    looker.shutdownNow();
  }

  // While the command runs ------------------------------------------------------------------------

  @Override
  public void look() throws InterruptedException {
    Optional<Progress> progress = found.progress();
    if (progress.isPresent() && !told.signal().isEmpty() && child != null) {
      signalWhenDue(progress.get(), child);
    }
  }

  /** Once for each flag that goes up. */
  private void signalWhenDue(Progress progress, Child running) throws InterruptedException {
    long now = time.nanoTime();
    boolean asked = signalledVersion == progress.version() && now - signalledNs < SIGNAL_AGAIN_NS;
    if (progress.state() == Progress.State.DUE && !asked) {
      signalledVersion = progress.version();
      signalledNs = now;
      Child.signal(told.signal(), List.of(running.pid()));
    }
  }

  @Override
  public boolean opened() {
    return opened;
  }

  @Override
  public long newestVersion() {
    return Math.max(found.version(), view.newestVersion());
  }

  @Override
  public long attemptsWithoutVersion() {
    return view.attemptsWithoutVersion();
  }

  @Override
  public Optional<String> fencedBy() {
    return overtakenBy.or(() -> found.progress().flatMap(Progress::fencedBy));
  }

  @Override
  public boolean stopRequested() {
    return requested;
  }

  @Override
  public double reserveSeconds() {
    return found.reserveSeconds();
  }

  @Override
  public void prepareStop() {
    stopping = true;
    askedBefore = everDue;
    stopTold = false;
    signalledVersion = -1;
    FileSession open = open();
    looker.execute(() -> {
      open.checkpointNow();
      lookAndGoOn(open);
      stopTold = true;
    });
  }

  /**
   * A checkpoint comes only from a program that answers; then it is waited for. One that was never
   * asked gets the time to show whether it does.
   */
  @Override
  public boolean holdsBack(long graceLeftNs, long graceNs) {
    Found now = found;
    boolean durable = stopTold && now.progress().filter(Progress::awaited).isEmpty();
    if (!stopping || durable) {
      return false;
    }
    boolean answers =
        !told.signal().isEmpty()
            || found.progress().filter(p -> p.answers() || busy(p)).isPresent();
    long trialNs = Math.min(TRIAL_NS, graceNs / 3);
    boolean onTrial = !askedBefore && graceNs - graceLeftNs < trialNs;
    return (answers || onTrial) && graceLeftNs > Math.min(RESERVED_NS, graceNs / 2);
  }

  private static boolean busy(Progress progress) {
    return progress.state() == Progress.State.WRITING
        || progress.state() == Progress.State.COMMITTING;
  }

  @Override
  public OptionalLong target(Child running) {
    return OptionalLong.empty();
  }

  @Override
  public void suspended(long ns) {
    FileSession open = open();
    looker.execute(() -> open.suspended(Duration.ofNanos(ns)));
  }

  /** Does something on the thread that looks, and waits for it. */
  private <T> T call(Callable<T> what) {
    return Looks.await(looker.submit(what));
  }
}
