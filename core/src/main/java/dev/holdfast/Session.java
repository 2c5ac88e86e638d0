// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * One attempt of a job.
 *
 * The program's thread declares state, restores, and then passes boundaries. A boundary costs one read
 * of a flag; the timer sets it when the pacer says that a checkpoint is due, and a signal or the store
 * sets it when the job must stop. Only then does the program's thread come here, capture the state
 * (the only time it is blocked) and hand it to the writer thread, which makes it durable while the
 * program computes on. One version is written at a time.
 */
/** A job's connection to its store, from opening to the end of the attempt. */
final class Session implements Engine {
  private static final long SPARE_POOL_BYTES = 64L << 20;

  private enum Stage {
    DECLARING,
    RUNNING,
    ENDED
  }

  private final String job;
  private final Settings settings;
  private final Manner manner;
  private final Time time;
  private final Disk disk;
  private final WriterThread writerThread = new WriterThread();
  private final StoreWriter store;
  private final Declared declared;
  private final Boundary boundary;
  private final JobClock clock;
  private final Checkpointer checkpointer;
  private final SessionTimer timer;
  private final @Nullable StopSignals signals;

  private Stage stage = Stage.DECLARING;
  private boolean restarted;
  private @Nullable Outcome outcome;
  private volatile @Nullable String stopReason;
  private volatile @Nullable String fencedBy;

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
    ProtectedState state = new ProtectedState(settings.memoryBytes(), SPARE_POOL_BYTES, assertions);
    this.declared = Declared.nothing(state);
    this.boundary = declared.boundary();
    try {
      this.store = writerThread.call(() -> StoreWriter.open(settings.store(), options));
    } catch (RuntimeException | Error e) {
      writerThread.close();
      state.close();
      throw e;
    }
    this.clock = new JobClock(time, store.startLedger());
    this.checkpointer =
        new Checkpointer(
            declared, store, writerThread, time, clock, settings.wanted(time), new Heard());
    this.timer = new SessionTimer(this::nextDueNs, this::becomeDue, this::keepAlive);
    this.signals = manner.handleSignals() ? StopSignals.install(this::stop) : null;
    boundary.setAttention(true); // so that a boundary before restore() is noticed
    Messages.info(SessionReport.opened(job, store));
  }

  /** What the writer thread has to say. */
  private final class Heard implements Checkpointer.Listener {
    @Override
    public void written() {
      timer.wake();
    }

    @Override
    public void fenced(String by) {
      becomeFenced(by);
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
          new Restorer(writerThread, store, disk, declared, settings.allowedChanges());
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
    Pacer pacer = checkpointer.pacer();
    long stateBytes = declared.state().sizeBytes();
    pacer.begin(time.nanoTime(), boundary.steps(), stateBytes, restartSeconds);
    Messages.info(SessionReport.pace(pacer.state(time.nanoTime()), settings, pacer));
    timer.start();
    settleAttention();
    boundary.setLastStep(manner.lastStep());
    if (boundary.atLastStep()) {
      stopAtLastStep();
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
    Pacer pacer = checkpointer.pacer();
    if (pacer.untilLastBoundaryNs(time.nanoTime()) == 0) {
      stop("the allocation is nearly over");
    }
    if (boundary.atLastStep()) {
      stopAtLastStep();
    }
    if (stopReason != null) {
      stopHere();
    }
    if (pacer.untilDueNs(time.nanoTime()) == 0) {
      checkpointer.capture();
    }
    settleAttention();
  }

  /** The flag falls first, so that a stop asked for at this moment raises it again. */
  private void settleAttention() {
    boundary.setAttention(false);
    if (stopReason != null || fencedBy != null) {
      boundary.setAttention(true);
    }
    timer.wake();
  }

  private void throwIfFenced() {
    String by = fencedBy;
    if (by != null) {
      stage = Stage.ENDED;
      throw new Fenced(store.root(), by);
    }
  }

  private void stopHere() {
    boolean durable = checkpointer.makeDurable(false);
    throwIfFenced();
    Checkpointer.Durable newest = checkpointer.newest();
    if (!durable || newest == null) {
      throw new HoldfastException(
          "asked to stop, but the version of step "
              + boundary.steps()
              + " could not be written; "
              + checkpointer.remains());
    }
    endAttempt(EndCause.STOPPED, String.valueOf(stopReason));
    outcome = new Outcome.StoppedAt(newest.number(), newest.step(), clock.now());
    throw new Stopped("stopped at step " + newest.step() + ", version " + newest.number());
  }

  @Override
  public Version checkpoint() {
    requireRunning("checkpoint()");
    throwIfFenced();
    Version version = checkpointer.capture();
    settleAttention();
    return version;
  }

  @Override
  public void loopEnded() {
    throwIfFenced();
    if (!checkpointer.hasCaptured(boundary.steps())) {
      checkpointer.capture();
    }
    settleAttention();
  }

  // On other threads ------------------------------------------------------------------------------

  private long nextDueNs() {
    Pacer pacer = checkpointer.pacer();
    long now = time.nanoTime();
    return Math.min(pacer.untilDueNs(now), pacer.untilLastBoundaryNs(now));
  }

  private void becomeDue() {
    boundary.setAttention(true);
  }

  private void keepAlive() {
    store.touch();
    writerThread.post(() -> store.lookForSuccessor().ifPresent(this::becomeFenced));
  }

  private void becomeFenced(String by) {
    fencedBy = by;
    boundary.setAttention(true);
  }

  @Override
  public void stop(String why) {
    if (stopReason == null) {
      stopReason = why;
      Checkpointer.Durable newest = checkpointer.newest();
      Messages.info(
          stage == Stage.DECLARING
              ? "stopping at the first boundary (" + why + ")"
              : newest == null
                  ? "stopping after this step (" + why + "); no version yet, making one"
                  : SessionReport.stopping(
                      why, newest.number(), time.epochMs() - newest.epochMs()));
    }
    boundary.setAttention(true);
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
    }
    endAttempt(
        durable ? EndCause.COMPLETE : EndCause.FAILED,
        durable ? "" : "the final version could not be written");
    if (!durable) {
      Messages.warn(
          "every step is done, but the final state is not durable: run again, it goes on from the"
              + " last version");
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
    if (stage != Stage.ENDED && fencedBy == null) {
      checkpointer.awaitInFlight();
      endAttempt(EndCause.FAILED, cause.toString());
    }
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
      SessionReport.ended(cause, boundary.steps(), ledger, checkpointer, written)
          .forEach(Messages::info);
    }
  }

  @Override
  public Ledger ledger() {
    return clock.now();
  }

  @Override
  public Metrics metrics() {
    return checkpointer.metrics();
  }

  @Override
  public void close() {
    if (stage != Stage.ENDED && fencedBy == null) {
      checkpointer.awaitInFlight();
      endAttempt(EndCause.FAILED, "closed without complete()");
    }
    stage = Stage.ENDED;
    timer.close();
    if (signals != null) {
      signals.close();
    }
    checkpointer.awaitInFlight();
    writerThread.call(() -> {
      store.close();
      return true;
    });
    writerThread.close();
    declared.outputs().values().forEach(AppendFile::release);
    declared.state().close();
  }
}
