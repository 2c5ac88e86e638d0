// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.SizeText;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * One attempt of a job.
 *
 * The program's thread declares state, restores, and then passes boundaries. A boundary costs one read
 * of a flag; the timer sets it when the pacer says that a checkpoint is due, and a signal or the store
 * sets it when the job must stop. Only then does the program's thread come here, capture the state
 * (the only time it is blocked) and hand it to the writer thread, which makes it durable while the
 * program computes on. One version is written at a time; the next may be captured meanwhile.
 */
/** A job's connection to its store, from opening to the end of the attempt. */
final class Session implements Engine {
  private static final long SPARE_POOL_BYTES = 64L << 20;

  private enum Stage {
    OPENING,
    DECLARING,
    RUNNING,
    ENDED
  }

  private final String job;
  private final Settings settings;
  private final Manner manner;
  private final Time time;
  private final Disk disk;
  private final WriterThread writerThread;
  private final StoreWriter store;
  private final Declared declared;
  private final Boundary boundary;
  private final JobClock clock;
  private final Committer committer;
  private final Checkpointer checkpointer;
  private final UnreadBlocks unread = new UnreadBlocks();
  private final SessionTimer timer;
  private final @Nullable StopSignals signals;

  private volatile Stage stage = Stage.OPENING;
  private boolean restarted;
  private @Nullable Outcome outcome;
  private volatile @Nullable String stopReason;

  /**
   * How one attempt differs from the others of its job.
   *
   * @param handleSignals whether signals ask it to stop
   * @param lastStep the steps, counted over all attempts, at which it stops by itself
   * @param outputPath where an output file lies, by the name that the program gives it
   */
  record Manner(boolean handleSignals, long lastStep, Function<String, Path> outputPath) {
    /** Until the program's end. */
    static Manner usual(boolean handleSignals) {
      return new Manner(handleSignals, Long.MAX_VALUE, AppendFile::pathOf);
    }
  }

  /** Opens the job's store and becomes its writer. */
  Session(String job, Settings settings, StoreOptions options, Manner manner) {
    this.job = job;
    this.settings = settings;
    this.manner = manner;
    this.time = options.time();
    this.disk = options.disk();
    boolean assertions = Session.class.desiredAssertionStatus();
    ProtectedState state =
        new ProtectedState(
            settings.memoryBytes(), SPARE_POOL_BYTES, assertions, settings.writerThreads());
    this.declared = Declared.nothing(state);
    this.boundary = declared.boundary();
    this.writerThread = new WriterThread(settings.writerNice());
    this.signals = manner.handleSignals() ? StopSignals.install(this::stop) : null;
    StoreOptions stoppable = options.withStop(() -> Optional.ofNullable(stopReason));
    try {
      this.store = writerThread.call(() -> StoreWriter.open(settings.store(), stoppable));
    } catch (RuntimeException | Error e) {
      closeSignals();
      writerThread.close();
      state.close();
      throw e;
    }
    this.clock = new JobClock(time, store.startLedger());
    this.committer = new Committer(store, clock, settings.wanted(time));
    Suspension suspension = new Suspension(this::suspended);
    this.checkpointer =
        new Checkpointer(
            declared, committer, writerThread, time, clock, suspension, unread, new Heard());
    this.timer =
        new SessionTimer(suspension, this::nextDueNs, this::becomeDue, this::hear, this::keepAlive);
    boundary.setAttention(true); // so that a boundary before restore() is noticed
    Messages.info(SessionReport.opened(job, store));
    stage = Stage.DECLARING;
    String why = stopReason;
    if (why != null) {
      tellStopAtFirstBoundary(why);
    }
  }

  /** What the writer thread has to say. */
  private final class Heard implements Checkpointer.Listener {
    @Override
    public void written() {
      timer.wake();
    }

    @Override
    public void fenced() {
      boundary.setAttention(true);
    }
  }

  // Declaring -------------------------------------------------------------------------------------

  @Override
  public void add(Region region) {
    requireDeclaring("region " + region.name());
    declared.state().add(region);
  }

  @Override
  public void parameter(String name, String value) {
    requireDeclaring("parameter " + name);
    if (declared.parameters().putIfAbsent(name, value) != null) {
      throw new HoldfastException(
          "parameter " + name + " is declared twice; give each its own name");
    }
  }

  @Override
  public AppendFile append(String path) {
    requireDeclaring("output file " + path);
    AppendFile file = new AppendFile(path, manner.outputPath().apply(path));
    boolean same =
        declared.outputs().values().stream().anyMatch(one -> one.path().equals(file.path()));
    if (same || declared.outputs().putIfAbsent(path, file) != null) {
      throw new HoldfastException("output file " + path + " is declared twice; open it once");
    }
    return file;
  }

  private void requireDeclaring(String what) {
    if (stage == Stage.RUNNING) {
      throw new HoldfastException(
          what
              + " is declared after restore() or steps(); declare all state before the first loop");
    }
    requireOpen();
  }

  private void requireOpen() {
    if (stage == Stage.ENDED) {
      throw new HoldfastException("job " + job + " has ended; open it again to go on");
    }
  }

  // Restoring -------------------------------------------------------------------------------------

  @Override
  public long restore() {
    requireOpen();
    if (stage == Stage.DECLARING) {
      Restorer restorer =
          new Restorer(
              writerThread,
              store,
              disk,
              declared,
              settings.allowedChanges(),
              lazyRestore(),
              unread);
      begin(find(restorer));
    }
    return boundary.steps();
  }

  private Restorer.Found find(Restorer restorer) {
    try {
      return restorer.restore();
    } catch (Fenced e) {
      stage = Stage.ENDED;
      throw e;
    }
  }

  private void begin(Restorer.Found found) {
    if (found.number() > 0) {
      unread.verify(found.number(), () -> boundary.setAttention(true));
      restarted = true;
      declared.phases().restore(found.phases());
      boundary.setSteps(found.step());
      checkpointer.goOnFrom(found);
    } else {
      declared.state().prepare();
    }
    checkpointer.warnOfBlocking();
    clock.wentBackTo(found.usefulNs());
    double restartSeconds = clock.startLoop();
    stage = Stage.RUNNING;
    Messages.info(
        found.number() > 0
            ? SessionReport.resuming(store, found, clock.now())
            : SessionReport.fresh(job));
    if (unread.bytes() > 0) {
      Messages.info(SizeText.of(unread.bytes()) + " of the state are read when they are touched");
    }
    Pacer pacer = committer.pacer();
    long stateBytes = declared.state().sizeBytes();
    pacer.begin(clock.awakeNs(), boundary.steps(), stateBytes, restartSeconds);
    Messages.info(SessionReport.pace(pacer.state(clock.awakeNs()), settings, pacer));
    timer.start();
    settleAttention();
    boundary.setLastStep(manner.lastStep());
    if (boundary.atLastStep()) {
      stopAtLastStep();
    }
  }

  @Override
  public boolean lazyRestore() {
    return settings.lazyRestore() && settings.keys().none();
  }

  /** Nothing is complete that may rest on what is damaged. */
  private void awaitSound() {
    unread.await();
    throwIfUnsound();
  }

  private void throwIfUnsound() {
    Optional<String> damage = unread.damage();
    if (damage.isPresent()) {
      throw new HoldfastException(damage.get());
    }
  }

  private void stopAtLastStep() {
    stop(String.format(Locale.ROOT, "%,d steps are done, no more were wanted", boundary.steps()));
  }

  @Override
  public boolean restarted() {
    requireRunning("restarted()");
    return restarted;
  }

  private void requireRunning(String call) {
    requireOpen();
    if (stage == Stage.DECLARING) {
      throw new HoldfastException(
          call + " is called before restore() or steps(); call one of them");
    }
  }

  @Override
  public Boundary boundary() {
    return boundary;
  }

  @Override
  public Phases phases() {
    return declared.phases();
  }

  // At a boundary ---------------------------------------------------------------------------------

  @Override
  public boolean due() {
    requireRunning("due()");
    return boundary.attention() || boundary.nextIsLastStep();
  }

  @Override
  public void attend() {
    requireRunning("a boundary");
    throwIfFenced();
    throwIfUnsound();
    Pacer pacer = committer.pacer();
    if (pacer.untilLastBoundaryNs(clock.awakeNs()) == 0) {
      stop("the allocation is nearly over");
    }
    if (boundary.atLastStep()) {
      stopAtLastStep();
    }
    if (stopReason != null) {
      stopHere();
    }
    if (pacer.untilDueNs(clock.awakeNs()) == 0) {
      checkpointer.capture();
    }
    settleAttention();
  }

  /** The flag falls first, so that a stop asked for at this moment raises it again. */
  private void settleAttention() {
    boundary.setAttention(false);
    if (stopReason != null || unread.damage().isPresent() || store.fencedBy().isPresent()) {
      boundary.setAttention(true);
    }
    timer.wake();
  }

  private void throwIfFenced() {
    Optional<String> by = store.fencedBy();
    if (by.isPresent()) {
      stage = Stage.ENDED;
      throw new Fenced(store.root(), by.get());
    }
  }

  private void stopHere() {
    boolean durable = checkpointer.makeDurable(false);
    throwIfFenced();
    throwIfUnsound();
    Committer.Durable newest = committer.newest();
    if (!durable || newest == null) {
      throw new HoldfastException(
          "asked to stop, but the version of step "
              + boundary.steps()
              + " could not be written; "
              + committer.remains());
    }
    endAttempt(EndCause.STOPPED, String.valueOf(stopReason));
    throwIfFenced(); // somebody who opened the store at this moment goes on already
    outcome = new Outcome.StoppedAt(newest.number(), newest.step(), clock.now());
    throw new Stopped("stopped at step " + newest.step() + ", version " + newest.number());
  }

  @Override
  public Version checkpoint() {
    requireRunning("checkpoint()");
    throwIfFenced();
    throwIfUnsound();
    Version version = checkpointer.capture();
    settleAttention();
    return version;
  }

  @Override
  public void loopEnded() {
    throwIfFenced();
    throwIfUnsound();
    if (!checkpointer.hasCaptured(boundary.steps())) {
      checkpointer.capture();
    }
    settleAttention();
  }

  // On other threads ------------------------------------------------------------------------------

  private long nextDueNs() {
    Pacer pacer = committer.pacer();
    long now = clock.awakeNs();
    return Math.min(pacer.untilDueNs(now), pacer.untilLastBoundaryNs(now));
  }

  private void becomeDue() {
    boundary.setAttention(true);
  }

  private void suspended(long ns) {
    clock.suspended(ns);
    committer.pacer().suspended(ns);
    Messages.info(SessionReport.suspended(ns));
  }

  private void hear() {
    store.hearStop().ifPresent(by -> stop("asked by " + by));
  }

  /** Not on the writer thread: a version that is being written may take an hour. */
  void keepAlive() {
    if (store.lookForSuccessor().isPresent()) {
      boundary.setAttention(true);
    } else {
      store.touch();
    }
  }

  @Override
  public void stop(String why) {
    if (stopReason == null) {
      stopReason = why;
      tellStop(why);
    }
    boundary.setAttention(true);
  }

  private void tellStop(String why) {
    switch (stage) {
      case OPENING -> {} // told when it is open, or by the exception when that is given up
      case DECLARING -> tellStopAtFirstBoundary(why);
      case RUNNING, ENDED -> {
        Committer.Durable newest = committer.newest();
        Messages.info(
            newest == null
                ? "stopping after this step (" + why + "); no version yet, making one"
                : SessionReport.stopping(why, newest.number(), time.epochMs() - newest.epochMs()));
      }
    }
  }

  private static void tellStopAtFirstBoundary(String why) {
    Messages.info("stopping at the first boundary (" + why + ")");
  }

  // The end ---------------------------------------------------------------------------------------

  @Override
  public Outcome complete() {
    Outcome stopped = outcome;
    if (stopped != null) {
      return stopped;
    }
    requireOpen();
    throwIfFenced();
    boolean durable = true;
    if (stage == Stage.RUNNING) {
      boolean leftItself = declared.phases().finishCurrent();
      flushOutputs();
      durable = checkpointer.makeDurable(leftItself);
      throwIfFenced();
      awaitSound();
    }
    endAttempt(
        durable ? EndCause.COMPLETE : EndCause.FAILED,
        durable ? "" : "the final version could not be written");
    throwIfFenced();
    if (!durable) {
      Messages.warn(
          "every step is done, but the final state is not durable: run again to make it so, from"
              + " the newest version on or, where there is none, from the beginning");
    }
    outcome = new Outcome.Complete(durable, clock.now());
    return outcome;
  }

  private void flushOutputs() {
    declared.outputs().values().forEach(AppendFile::close);
  }

  @Override
  public @Nullable Outcome outcome() {
    return outcome;
  }

  @Override
  public void failed(Throwable cause) {
    if (stage != Stage.ENDED && store.fencedBy().isEmpty()) {
      checkpointer.awaitInFlight();
      endAttempt(EndCause.FAILED, inWords(cause));
    }
  }

  /** Holdfast's own failures are sentences; of others the class tells as much as the message. */
  private static String inWords(Throwable cause) {
    boolean sentence =
        cause instanceof StoreException
            || cause instanceof HoldfastException
            || cause instanceof RestoreMismatchException;
    return sentence ? String.valueOf(cause.getMessage()) : cause.toString();
  }

  private void endAttempt(EndCause cause, String message) {
    boolean began = stage == Stage.RUNNING;
    stage = Stage.ENDED;
    timer.close();
    Ledger ledger = clock.now();
    String bounded = message.length() > 1000 ? message.substring(0, 1000) : message;
    boolean written =
        writerThread.call(() -> store.end(new Ended(cause, bounded, boundary.steps(), ledger)));
    if (began || cause != EndCause.FAILED) {
      SessionReport.ended(cause, boundary.steps(), ledger, committer, written)
          .forEach(Messages::info);
    }
  }

  @Override
  public Ledger ledger() {
    return clock.now();
  }

  @Override
  public void awaitWriter() {
    writerThread.call(() -> true);
  }

  @Override
  public Metrics metrics() {
    return committer.metrics();
  }

  @Override
  public void close() {
    if (stage != Stage.ENDED && store.fencedBy().isEmpty()) {
      checkpointer.awaitInFlight();
      endAttempt(EndCause.FAILED, "closed without complete()");
    }
    stage = Stage.ENDED;
    timer.close();
    closeSignals();
    unread.close();
    checkpointer.awaitInFlight();
    writerThread.call(() -> {
      store.close();
      return true;
    });
    writerThread.close();
    declared.outputs().values().forEach(AppendFile::release);
    declared.state().close();
  }

  private void closeSignals() {
    if (signals != null) {
      signals.close();
    }
  }
}
