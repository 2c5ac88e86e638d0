// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.Draft;
import dev.holdfast.storage.OutputFile;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.State;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
  private final Time time;
  private final Disk disk;
  private final WriterThread writerThread = new WriterThread();
  private final StoreWriter store;
  private final ProtectedState state;
  private final JobClock clock;
  private final Boundary boundary = new Boundary();
  private final Phases phases = new Phases();
  private final Metrics metrics = new Metrics();
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private final Map<String, AppendFile> outputs = new LinkedHashMap<>();
  private final SessionTimer timer;
  private final @Nullable StopSignals signals;

  private Stage stage = Stage.DECLARING;
  private Pacer pacer;
  private long restoredNumber;
  private long capturedStep = -1;
  private @Nullable Version inFlight;
  private @Nullable Outcome outcome;
  private boolean warnedNeverChanged;
  private boolean warnedBlocking;
  private volatile @Nullable String stopReason;
  private volatile @Nullable String fencedBy;
  private volatile @Nullable Durable lastDurable;

  /** The newest version of this attempt, or the one it was restored from. */
  private record Durable(long number, long step, long epochMs) {}

  /**
   * Opens the job's store and becomes its writer.
   *
   * @param handleSignals whether signals ask the job to stop
   */
  Session(String job, Settings settings, StoreOptions options, boolean handleSignals) {
    this.job = job;
    this.settings = settings;
    this.time = options.time();
    this.disk = options.disk();
    boolean assertions = Session.class.desiredAssertionStatus();
    this.state = new ProtectedState(settings.memoryBytes(), SPARE_POOL_BYTES, assertions);
    try {
      this.store = writerThread.call(() -> StoreWriter.open(settings.store(), options));
    } catch (RuntimeException | Error e) {
      writerThread.close();
      state.close();
      throw e;
    }
    this.clock = new JobClock(time, store.startLedger());
    this.pacer = newPacer(Costs.NONE);
    this.timer = new SessionTimer(this::nextDueNs, this::becomeDue, this::keepAlive);
    this.signals = handleSignals ? StopSignals.install(this::stop) : null;
    boundary.setAttention(true); // so that a boundary before restore() is noticed
    Messages.info(SessionReport.opened(job, store));
  }

  private Pacer newPacer(Costs known) {
    return new Pacer(
        settings.policy(), settings.mttf().duration().toNanos() * 1e-9, known);
  }

  // Declaring -------------------------------------------------------------------------------------

  @Override
  public void add(Region region) {
    requireDeclaring("region " + region.name());
    state.add(region);
  }

  @Override
  public void parameter(String name, String value) {
    requireDeclaring("parameter " + name);
    if (parameters.putIfAbsent(name, value) != null) {
      throw new HoldfastException("parameter " + name + " is declared twice; give each its own name");
    }
  }

  @Override
  public AppendFile append(String path) {
    requireDeclaring("output file " + path);
    AppendFile file = new AppendFile(path);
    if (outputs.putIfAbsent(path, file) != null) {
      throw new HoldfastException("output file " + path + " is declared twice; open it once");
    }
    return file;
  }

  private void requireDeclaring(String what) {
    if (stage == Stage.RUNNING) {
      throw new HoldfastException(
          what + " is declared after restore() or steps(); declare all state before the first loop");
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
              state,
              parameters,
              outputs,
              settings.allowedChanges());
      Restorer.Found found = find(restorer);
      if (found.number() > 0) {
        restoredNumber = found.number();
        phases.restore(found.phases());
        boundary.setSteps(found.step());
        capturedStep = found.step();
        lastDurable = new Durable(found.number(), found.step(), found.capturedEpochMs());
        pacer = newPacer(found.costs());
        metrics.goOnFrom(found.measured());
      } else {
        state.prepare();
      }
      warnOfBlocking();
      clock.wentBackTo(found.usefulNs());
      double restartSeconds = clock.startLoop();
      stage = Stage.RUNNING;
      Messages.info(
          found.number() > 0
              ? SessionReport.resuming(store, found, clock.now())
              : SessionReport.fresh(job));
      pacer.begin(time.nanoTime(), boundary.steps(), state.sizeBytes(), restartSeconds);
      Messages.info(SessionReport.pace(pacer, settings));
      timer.start();
      settleAttention();
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

  @Override
  public boolean restarted() {
    requireRunning("restarted()");
    return restoredNumber > 0;
  }

  private void requireRunning(String call) {
    requireOpen();
    if (stage == Stage.DECLARING) {
      throw new HoldfastException(call + " is called before restore() or steps(); call one of them");
    }
  }

  @Override
  public Boundary boundary() {
    return boundary;
  }

  @Override
  public Phases phases() {
    return phases;
  }

  // At a boundary ---------------------------------------------------------------------------------

  @Override
  public boolean due() {
    requireRunning("due()");
    return boundary.attention();
  }

  @Override
  public void attend() {
    requireRunning("a boundary");
    throwIfFenced();
    if (stopReason != null) {
      stopHere();
    }
    if (pacer.untilDueNs(time.nanoTime()) == 0) {
      capture();
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
    boolean durable = makeThisStepDurable(false);
    throwIfFenced();
    Durable newest = lastDurable;
    if (!durable || newest == null) {
      throw new HoldfastException(
          "asked to stop, but the version of step "
              + boundary.steps()
              + " could not be written; "
              + remains());
    }
    endAttempt(EndCause.STOPPED, String.valueOf(stopReason));
    outcome = new Outcome.StoppedAt(newest.number(), newest.step(), clock.now());
    throw new Stopped("stopped at step " + newest.step() + ", version " + newest.number());
  }

  /**
   * Makes sure that the present step is durable; tries twice, because a moment later there may be
   * room.
   *
   * @param changed whether the state has changed since the boundary
   */
  private boolean makeThisStepDurable(boolean changed) {
    long from = time.nanoTime();
    awaitInFlight();
    clock.blocked(time.nanoTime() - from);
    Durable newest = lastDurable;
    if (!changed && newest != null && newest.step() == boundary.steps()) {
      return true;
    }
    return captureAndWait() || (fencedBy == null && captureAndWait());
  }

  private boolean captureAndWait() {
    Version version = capture();
    long from = time.nanoTime();
    boolean durable = version.awaitDurable();
    clock.blocked(time.nanoTime() - from);
    return durable;
  }

  private String remains() {
    Durable newest = lastDurable;
    return newest == null ? "there is no version yet" : "version " + newest.number() + " remains";
  }

  private void awaitInFlight() {
    Version running = inFlight;
    if (running != null) {
      running.awaitDurable();
    }
  }

  @Override
  public Version checkpoint() {
    requireRunning("checkpoint()");
    throwIfFenced();
    Version version = capture();
    settleAttention();
    return version;
  }

  @Override
  public void loopEnded() {
    throwIfFenced();
    if (capturedStep != boundary.steps()) {
      capture();
    }
    settleAttention();
  }

  /** Copies the state and hands it to the writer: the only time the loop is blocked. */
  private Version capture() {
    long from = time.nanoTime();
    Ledger before = clock.now();
    awaitInFlight();
    long step = boundary.steps();
    List<OutputFile.Mark> marks = new ArrayList<>();
    try {
      outputs.values().forEach(output -> marks.add(output.mark()));
    } catch (StoreIoException e) {
      return notCaptured(step, e);
    }
    Capture capture = state.capture();
    long capturedNs = time.nanoTime();
    State at = new State(step, time.epochMs(), phases.toList());
    Ledger ledger = before.advanced(time.epochMs(), 0, capturedNs - from, 0);
    pacer.writing();
    Version version =
        new Version(
            step,
            writerThread.start(() -> commit(at, capture, marks, ledger, capturedNs)));
    inFlight = version;
    if (state.blocking()) {
      version.awaitDurable();
    }
    capturedStep = step;
    long end = time.nanoTime();
    clock.blocked(end - from);
    metrics.captured(end - from);
    pacer.captured(from, end, step);
    warnOfRegionsThatNeverChange();
    warnOfBlocking();
    return version;
  }

  /** An output file could not be written: the program goes on, and the next version tries again. */
  private Version notCaptured(long step, StoreIoException cause) {
    CommitResult.Failed failed = new CommitResult.Failed(cause.getMessage());
    metrics.failed();
    pacer.written(time.nanoTime(), false, 0);
    whenNotCommitted(failed, step);
    return new Version(step, CompletableFuture.completedFuture(failed));
  }

  private void warnOfRegionsThatNeverChange() {
    if (!warnedNeverChanged) {
      List<String> still = state.neverChanged();
      if (!still.isEmpty()) {
        warnedNeverChanged = true;
        Messages.warn(
            "never changed while others did: "
                + String.join(", ", still)
                + "; if an array was swapped or resized, declare the variable with ref or bind");
      }
    }
  }

  private void warnOfBlocking() {
    if (!warnedBlocking && state.blocking()) {
      warnedBlocking = true;
      Messages.warn(SessionReport.blocking(state.sizeBytes(), settings.memoryBytes()));
    }
  }

  /** On the writer thread, because encoding the measurements takes longer than a small capture. */
  private Draft draft(
      State at, Capture capture, List<OutputFile.Mark> marks, Ledger ledger) {
    return new Draft(
        at,
        capture.sources(),
        marks,
        ledger,
        pacer.costs(),
        metrics.encode(),
        parameters,
        Map.of(),
        false);
  }

  private CommitResult commit(
      State at, Capture capture, List<OutputFile.Mark> marks, Ledger ledger, long capturedNs) {
    CommitResult result;
    try {
      result = store.commit(draft(at, capture, marks, ledger));
    } catch (StoreException e) {
      result = new CommitResult.Failed(e.getMessage());
    } catch (RuntimeException | Error e) {
      result = new CommitResult.Failed(e.toString());
    }
    if (result instanceof CommitResult.Committed done) {
      capture.committed();
      lastDurable = new Durable(done.number(), at.step(), at.capturedEpochMs());
      clock.committed(done.storedBytes(), capture.stateBytes());
      metrics.committed(time.nanoTime() - capturedNs, done.storedBytes());
    } else {
      capture.failed();
      metrics.failed();
      whenNotCommitted(result, at.step());
    }
    boolean durable = result instanceof CommitResult.Committed;
    pacer.written(time.nanoTime(), durable, (time.nanoTime() - capturedNs) * 1e-9);
    timer.wake();
    return result;
  }

  private void whenNotCommitted(CommitResult result, long step) {
    if (result instanceof CommitResult.Fenced fenced) {
      becomeFenced(fenced.by());
    } else if (result instanceof CommitResult.Failed failed) {
      Messages.warn(
          "the version of step " + step + " failed: " + failed.message() + "; " + remains());
    }
  }

  // On other threads ------------------------------------------------------------------------------

  private long nextDueNs() {
    return pacer.untilDueNs(time.nanoTime());
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
      Durable newest = lastDurable;
      Messages.info(
          newest == null
              ? "stopping after this step (" + why + "); no version yet, making one"
              : SessionReport.stopping(why, newest.number(), time.epochMs() - newest.epochMs()));
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
      boolean leftItself = phases.finishCurrent();
      flushOutputs();
      durable = makeThisStepDurable(leftItself);
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
    outputs.values().forEach(AppendFile::close);
  }

  @Override
  public @Nullable Outcome outcome() {
    return outcome;
  }

  @Override
  public void failed(Throwable cause) {
    if (stage != Stage.ENDED && fencedBy == null) {
      awaitInFlight();
      endAttempt(EndCause.FAILED, cause.toString());
    }
  }

  private void endAttempt(EndCause cause, String message) {
    stage = Stage.ENDED;
    timer.close();
    Ledger ledger = clock.now();
    String bounded = message.length() > 1000 ? message.substring(0, 1000) : message;
    boolean written =
        writerThread.call(
            () -> store.end(new Ended(cause, bounded, boundary.steps(), ledger)));
    SessionReport.ended(cause, boundary.steps(), ledger, pacer, metrics, written)
        .forEach(Messages::info);
  }

  @Override
  public Ledger ledger() {
    return clock.now();
  }

  @Override
  public Metrics metrics() {
    return metrics;
  }

  @Override
  public void close() {
    if (stage != Stage.ENDED && fencedBy == null) {
      awaitInFlight();
      endAttempt(EndCause.FAILED, "closed without complete()");
    }
    stage = Stage.ENDED;
    timer.close();
    if (signals != null) {
      signals.close();
    }
    awaitInFlight();
    writerThread.call(
        () -> {
          store.close();
          return true;
        });
    writerThread.close();
    outputs.values().forEach(AppendFile::release);
    state.close();
  }
}
