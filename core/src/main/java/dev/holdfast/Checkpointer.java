// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.Draft;
import dev.holdfast.storage.OutputFile;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.State;
import dev.holdfast.storage.io.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes versions: captures the state on the program's thread, the only time it is blocked, and has
 * the writer thread make it durable. One version is written at a time. Keeps the accounts: ledger,
 * pacer, metrics, the newest durable version.
 */
final class Checkpointer {
  private final Declared declared;
  private final StoreWriter store;
  private final WriterThread writerThread;
  private final Time time;
  private final JobClock clock;
  private final Listener listener;
  private final Metrics metrics = new Metrics();
  private final Pacer pacer;

  private long capturedStep = -1;
  private @Nullable Version inFlight;
  private boolean warnedNeverChanged;
  private boolean warnedBlocking;
  private volatile @Nullable Durable newest;

  Checkpointer(
      Declared declared,
      StoreWriter store,
      WriterThread writerThread,
      Time time,
      JobClock clock,
      Pacer.Wanted wanted,
      Listener listener) {
    this.declared = declared;
    this.store = store;
    this.writerThread = writerThread;
    this.time = time;
    this.clock = clock;
    this.pacer = new Pacer(wanted, metrics, clock::past);
    this.listener = listener;
  }

  /** Hears from the writer thread. */
  interface Listener {
    /** A version is durable or has failed: the next may be due. */
    void written();

    /** Another run has taken the store over. */
    void fenced(String by);
  }

  /** A version of this attempt, or the one it was restored from. */
  record Durable(long number, long step, long epochMs) {}

  Metrics metrics() {
    return metrics;
  }

  Pacer pacer() {
    return pacer;
  }

  /** The newest durable version, null while there is none. */
  @Nullable Durable newest() {
    return newest;
  }

  /** The program goes on from this version. */
  void goOnFrom(Restorer.Found found) {
    capturedStep = found.step();
    newest = new Durable(found.number(), found.step(), found.capturedEpochMs());
    pacer.goOnFrom(found.costs());
    metrics.goOnFrom(found.measured());
  }

  /** Whether the present step has been captured. */
  boolean hasCaptured(long step) {
    return capturedStep == step;
  }

  /**
   * Makes sure that the present step is durable; tries twice, because a moment later there may be
   * room.
   *
   * @param changed whether the state has changed since the boundary
   */
  boolean makeDurable(boolean changed) {
    long from = time.nanoTime();
    awaitInFlight();
    clock.blocked(time.nanoTime() - from);
    Durable durable = newest;
    if (!changed && durable != null && durable.step() == declared.boundary().steps()) {
      return true;
    }
    CommitResult result = captureAndWait();
    if (result instanceof CommitResult.Failed) {
      result = captureAndWait();
    }
    return result instanceof CommitResult.Committed;
  }

  private CommitResult captureAndWait() {
    Version version = capture();
    long from = time.nanoTime();
    CommitResult result = version.result().join();
    clock.blocked(time.nanoTime() - from);
    return result;
  }

  /** Waits for the version being written, if there is one. */
  void awaitInFlight() {
    Version running = inFlight;
    if (running != null) {
      running.awaitDurable();
    }
  }

  /** Copies the state and hands it to the writer: the only time the loop is blocked. */
  Version capture() {
    long waitedFrom = time.nanoTime();
    awaitInFlight();
    long from = time.nanoTime();
    clock.blocked(from - waitedFrom);
    Ledger before = clock.now();
    long step = declared.boundary().steps();
    List<OutputFile.Mark> marks = new ArrayList<>();
    try {
      declared.outputs().values().forEach(output -> marks.add(output.mark()));
    } catch (StoreIoException e) {
      return notCaptured(step, e);
    }
    Capture capture = declared.state().capture();
    long capturedNs = time.nanoTime();
    State at = new State(step, time.epochMs(), declared.phases().toList());
    Ledger ledger = before.advanced(time.epochMs(), 0, capturedNs - from, 0);
    boolean blocking = declared.state().blocking();
    if (!blocking) {
      blocked(from, capturedNs, step);
    }
    pacer.writing();
    Version version =
        new Version(step, writerThread.start(() -> commit(at, capture, marks, ledger, capturedNs)));
    inFlight = version;
    capturedStep = step;
    if (blocking) {
      version.awaitDurable();
      blocked(from, time.nanoTime(), step);
    }
    warnOfRegionsThatNeverChange();
    warnOfBlocking();
    return version;
  }

  /**
   * Accounts for the time in which the loop was blocked; before the version is written, if it can.
   */
  private void blocked(long fromNs, long toNs, long step) {
    clock.blocked(toNs - fromNs);
    metrics.captured(toNs - fromNs);
    pacer.captured(fromNs, toNs, step);
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
      List<String> still = declared.state().neverChanged();
      if (!still.isEmpty()) {
        warnedNeverChanged = true;
        Messages.warn(
            "never changed while others did: "
                + String.join(", ", still)
                + "; if an array was swapped or resized, declare the variable with ref or bind");
      }
    }
  }

  void warnOfBlocking() {
    if (!warnedBlocking && declared.state().blocking()) {
      warnedBlocking = true;
      Messages.warn(SessionReport.blocking(declared.state()));
    }
  }

  /** On the writer thread, because encoding the measurements takes longer than a small capture. */
  private Draft draft(State at, Capture capture, List<OutputFile.Mark> marks, Ledger ledger) {
    return new Draft(
        at,
        capture.sources(),
        marks,
        ledger,
        pacer.costs(),
        metrics.encode(),
        declared.parameters(),
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
      newest = new Durable(done.number(), at.step(), at.capturedEpochMs());
      clock.committed(done.storedBytes(), capture.stateBytes());
      metrics.committed(time.nanoTime() - capturedNs, done.storedBytes());
    } else {
      capture.failed();
      metrics.failed();
      whenNotCommitted(result, at.step());
    }
    boolean durable = result instanceof CommitResult.Committed;
    pacer.written(time.nanoTime(), durable, (time.nanoTime() - capturedNs) * 1e-9);
    listener.written();
    return result;
  }

  private void whenNotCommitted(CommitResult result, long step) {
    if (result instanceof CommitResult.Fenced fenced) {
      listener.fenced(fenced.by());
    } else if (result instanceof CommitResult.Failed failed) {
      Messages.warn(
          "the version of step " + step + " failed: " + failed.message() + "; " + remains());
    }
  }

  /** What is left when a version could not be written, in words. */
  String remains() {
    Durable durable = newest;
    return durable == null ? "there is no version yet" : "version " + durable.number() + " remains";
  }
}
