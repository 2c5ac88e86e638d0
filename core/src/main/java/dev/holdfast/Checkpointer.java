// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.Draft;
import dev.holdfast.storage.OutputFile;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.VersionInfo.State;
import dev.holdfast.storage.io.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes versions: captures the state on the program's thread, the only time it is blocked, and has
 * the writer thread make it durable. One version is written at a time; the next may be captured
 * meanwhile.
 */
final class Checkpointer {
  private final Declared declared;
  private final Committer committer;
  private final WriterThread writerThread;
  private final Time time;
  private final JobClock clock;
  private final Suspension suspension;
  private final UnreadBlocks unread;
  private final Listener listener;
  private final Metrics metrics;
  private final Pacer pacer;

  private long capturedStep = -1;
  private @Nullable Version newest;

  /** The one captured before the newest. */
  private @Nullable Version earlier;

  private boolean warnedNeverChanged;
  private boolean warnedBlocking;

  /**
   * @param unread is found to be sound before anything is committed
   */
  Checkpointer(
      Declared declared,
      Committer committer,
      WriterThread writerThread,
      Time time,
      JobClock clock,
      Suspension suspension,
      UnreadBlocks unread,
      Listener listener) {
    this.declared = declared;
    this.committer = committer;
    this.writerThread = writerThread;
    this.time = time;
    this.clock = clock;
    this.suspension = suspension;
    this.metrics = committer.metrics();
    this.pacer = committer.pacer();
    this.unread = unread;
    this.listener = listener;
  }

  /** The clock for durations; stands still while the program does. */
  private long nowNs() {
    suspension.look();
    return clock.awakeNs();
  }

  /** Hears from the writer thread. */
  interface Listener {
    /** A version is durable or has failed: the next may be due. */
    void written();

    /** Another run has taken the store over. */
    void fenced();
  }

  /** The program goes on from this version. */
  void goOnFrom(Restorer.Found found) {
    capturedStep = found.step();
    committer.goOnFrom(
        new Committer.Durable(found.number(), found.step(), found.capturedEpochMs()),
        found.costs(),
        found.measured());
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
    long from = nowNs();
    awaitInFlight();
    clock.blocked(nowNs() - from);
    Committer.Durable durable = committer.newest();
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
    long from = nowNs();
    CommitResult result = version.result().join();
    clock.blocked(nowNs() - from);
    return result;
  }

  /** Waits until no version is being written. */
  void awaitInFlight() {
    await(newest);
  }

  private static void await(@Nullable Version version) {
    if (version != null) {
      version.awaitDurable();
    }
  }

  /** Copies the state and hands it to the writer: the only time the loop is blocked. */
  Version capture() {
    long waitedFrom = nowNs();
    await(earlier);
    long from = nowNs();
    clock.blocked(from - waitedFrom);
    long stoodNs = clock.suspendedNs();
    Ledger before = clock.now();
    long step = declared.boundary().steps();
    List<OutputFile.Mark> marks = new ArrayList<>();
    try {
      declared.outputs().values().forEach(output -> marks.add(output.mark()));
    } catch (StoreIoException e) {
      return notCaptured(step, e);
    }
    CaptureEvent event = FlightEvents.capturing();
    Capture capture = declared.state().capture();
    long capturedNs = nowNs();
    State at = new State(step, time.epochMs(), declared.phases().toList());
    Ledger ledger =
        before
            .advanced(time.epochMs(), 0, Math.max(0, capturedNs - from), 0)
            .withSuspension(clock.suspendedNs() - stoodNs);
    metrics.firstWrites(capture.firstWrites());
    boolean blocking = declared.state().blocking();
    FlightEvents.captured(event, step, capture, blocking);
    if (!blocking) {
      blocked(from, capturedNs, step, stoodNs, capture.firstWrites());
    }
    pacer.writing();
    long stoodAtCaptureNs = clock.suspendedNs();
    Version version =
        new Version(
            step,
            writerThread.start(
                () -> write(at, capture, marks, ledger, capturedNs, stoodAtCaptureNs),
                committer::tidy));
    earlier = newest;
    newest = version;
    capturedStep = step;
    if (blocking) {
      version.awaitDurable();
      FlightEvents.released(event);
      blocked(from, nowNs(), step, stoodNs, FirstWrites.NONE);
    }
    warnOfRegionsThatNeverChange();
    warnOfBlocking();
    return version;
  }

  /**
   * Accounts for the time in which the loop was blocked; before the version is written, if it can.
   *
   * @param stoodNs how long the program had stood still when it began
   */
  private void blocked(long fromNs, long toNs, long step, long stoodNs, FirstWrites firstWrites) {
    clock.blocked(toNs - fromNs);
    if (clock.suspendedNs() == stoodNs) {
      metrics.captured(toNs - fromNs);
      pacer.captured(fromNs, toNs, step, firstWrites.ns());
    } else {
      pacer.capturedInterrupted(toNs, step);
    }
  }

  /** An output file could not be written: the program goes on, and the next version tries again. */
  private Version notCaptured(long step, StoreIoException cause) {
    CommitResult.Failed failed = new CommitResult.Failed(cause.getMessage());
    metrics.failed();
    pacer.notCaptured(nowNs());
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
        clock.withVersions(ledger),
        pacer.costs(),
        metrics.encode(),
        declared.parameters(),
        Map.of(),
        false);
  }

  private CommitResult failed(String why) {
    metrics.failed();
    return new CommitResult.Failed(why);
  }

  private CommitResult commit(
      State at,
      Capture capture,
      List<OutputFile.Mark> marks,
      Ledger ledger,
      long fromNs,
      long stoodNs) {
    return committer.commit(
        () -> draft(at, capture, marks, ledger),
        capture.stateBytes(),
        () -> tookNs(fromNs, stoodNs));
  }

  private CommitResult write(
      State at,
      Capture capture,
      List<OutputFile.Mark> marks,
      Ledger ledger,
      long capturedNs,
      long stoodNs) {
    Optional<String> unsound = unread.await();
    long fromNs = Math.max(capturedNs, nowNs()); // what it has waited for others is not its cost
    CommitResult result;
    try {
      result =
          unsound.isPresent()
              ? failed(unsound.get())
              : commit(at, capture, marks, ledger, fromNs, stoodNs);
    } catch (RuntimeException | Error e) {
      result = failed("it is not known whether it was committed: " + e); // the capture must end
    }
    if (result instanceof CommitResult.Committed) {
      capture.committed();
    } else {
      capture.failed();
      whenNotCommitted(result, at.step());
    }
    boolean durable = result instanceof CommitResult.Committed;
    long tookNs = tookNs(fromNs, stoodNs);
    if (tookNs >= 0) {
      pacer.written(nowNs(), durable, tookNs * 1e-9);
    } else {
      pacer.writtenInterrupted(nowNs(), durable);
    }
    listener.written();
    return result;
  }

  /** How long it is since a capture; negative where the program stood still meanwhile. */
  private long tookNs(long capturedNs, long stoodNs) {
    long now = nowNs();
    return clock.suspendedNs() == stoodNs ? Math.max(0, now - capturedNs) : -1;
  }

  private void whenNotCommitted(CommitResult result, long step) {
    if (result instanceof CommitResult.Fenced) {
      listener.fenced();
    } else if (result instanceof CommitResult.Failed failed) {
      Messages.warn(
          "the version of step "
              + step
              + " failed: "
              + failed.message()
              + "; "
              + committer.remains());
    }
  }
}
