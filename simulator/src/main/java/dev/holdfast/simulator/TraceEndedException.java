// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.Durations;

/** The job outlasts the log that it replays: what would have struck it then is not known. */
public final class TraceEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TraceEndedException(double lastSeconds) {
    super(
        "the trace ends "
            + Durations.human(lastSeconds)
            + " after the start, before the job does: start earlier, or give it less work");
  }
}
