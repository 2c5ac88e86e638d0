// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.Ledger;
import org.jspecify.annotations.Nullable;

/** What stands behind the calls of {@link Holdfast}: a session, or nothing at all. */
interface Engine extends StepLoop.LoopHost, AutoCloseable {

  /** Declares a region; before {@link #restore}. */
  void add(Region region);

  /** Records a value that must be the same at restart; before {@link #restore}. */
  void parameter(String name, String value);

  /** Declares an output file; before {@link #restore}. */
  AppendFile append(String path);

  /** Fills all regions from the newest usable version, once; returns the steps done. */
  long restore();

  /** Whether memory is to be mapped at a restart and read when it is touched. */
  boolean lazyRestore();

  boolean restarted();

  Boundary boundary();

  Phases phases();

  /** Whether a checkpoint is due, or somebody wants the job to stop. */
  boolean due();

  /** Captures a version now. */
  Version checkpoint();

  /** Asks the job to stop at its next boundary. */
  void stop(String why);

  /** Every step is done: makes the final state durable. */
  Outcome complete();

  /** How the job ended; null while it has not, and when it failed. */
  @Nullable Outcome outcome();

  /** The body threw: says so in the store. */
  void failed(Throwable cause);

  /** Waits until the writer has nothing left to do: to write, or to delete what is replaced. */
  void awaitWriter();

  Ledger ledger();

  Metrics metrics();

  @Override
  void close();
}
