// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.util.List;

/** How one batch system tells and is told things. */
interface Dialect {

  /** Tells what the environment says; runs no command. */
  void environment(Facts facts);

  /** Asks the scheduler. What cannot be found out is told as such. */
  void ask(Asking asking, Facts facts);

  /** The ways of being started again, found without changing anything; at most one of each kind. */
  List<Requeue.Possible> ways(Asking asking, Requeue.Wish wish);

  /**
   * Has the scheduler start the same job again, and looks whether it will. Only where {@link #ways}
   * has called that possible.
   */
  default Attempt requeue(Asking asking) {
    throw new UnsupportedOperationException("no command starts the same job again here");
  }

  /**
   * Submits a successor, and looks whether it waits. Only where {@link #ways} has called that
   * possible.
   */
  default Attempt submit(Asking asking, Requeue.Wish wish) {
    throw new UnsupportedOperationException("no successor can be submitted here");
  }

  /** The exit codes by which this scheduler starts a job again, as far as they are known. */
  List<Integer> requeueCodes();

  /**
   * What came of going a way.
   *
   * @param done whether the job will be started again
   * @param message for people: what was done, or why not in the scheduler's words
   */
  record Attempt(boolean done, String message) {}
}
