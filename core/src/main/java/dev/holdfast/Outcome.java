// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.Ledger;

/** How a job ended that did not fail. */
public sealed interface Outcome {

  /** Where its time went. */
  Ledger ledger();

  /** The exit code that a batch script can act on. */
  int exitCode();

  /**
   * Every step is done.
   *
   * @param durable whether the final state is durable; if not, a later run does the last steps
   *     again
   */
  record Complete(boolean durable, Ledger ledger) implements Outcome {
    @Override
    public int exitCode() {
      return durable ? 0 : 1;
    }
  }

  /**
   * It was asked to stop.
   *
   * @param version the version it stopped at, durable
   * @param step steps done
   */
  record StoppedAt(long version, long step, Ledger ledger) implements Outcome {
    @Override
    public int exitCode() {
      return 75;
    }
  }
}
