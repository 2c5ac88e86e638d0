// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.format.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A version on its way to the disk. */
public final class Version {
  private final long step;
  private final CompletableFuture<CommitResult> result;

  Version(long step, CompletableFuture<CommitResult> result) {
    this.step = step;
    this.result = result;
  }

  /** Where a version is on its way. */
  public enum State {
    /** Copied; the program may go on. */
    CAPTURED,
    /** It will be found at restart. */
    DURABLE,
    /** It could not be written; earlier versions are untouched. */
    FAILED
  }

  /** Steps done when it was captured. */
  public long step() {
    return step;
  }

  /** Its number in the store once it is durable, 0 before and when it failed. */
  public long number() {
    return result.getNow(null) instanceof CommitResult.Committed done ? done.number() : 0;
  }

  /** What it survives, once it is durable. */
  public Optional<Level> level() {
    return result.getNow(null) instanceof CommitResult.Committed done
        ? Optional.of(done.level())
        : Optional.empty();
  }

  public State state() {
    if (!result.isDone()) {
      return State.CAPTURED;
    }
    return result.join() instanceof CommitResult.Committed ? State.DURABLE : State.FAILED;
  }

  /**
   * Waits until the version is durable or has failed.
   *
   * @return whether it is durable
   */
  public boolean awaitDurable() {
    return result.join() instanceof CommitResult.Committed;
  }

  CompletableFuture<CommitResult> result() {
    return result;
  }
}
