// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

/**
 * A wish that the command stop at a checkpoint.
 *
 * @param cause who wishes it
 * @param signal the signal's name without SIG, where a signal said so; else empty
 * @param nearEnd whether that was shortly before the end of the allocation
 */
record Stop(Cause cause, String signal, boolean nearEnd) {
  /** Who wishes it. */
  enum Cause {
    /** A signal, as from a scheduler or a keyboard. */
    SIGNAL,
    /** The end of the allocation is near. */
    ALLOCATION,
    /** The end that --time-limit sets is near. */
    TIME_LIMIT,
    /** {@code holdfast stop}. */
    REQUEST
  }

  static Stop of(Cause cause) {
    return new Stop(cause, "", false);
  }

  static Stop bySignal(String name, boolean nearEnd) {
    return new Stop(Cause.SIGNAL, name, nearEnd);
  }

  /**
   * Whether the end of the allocation wishes it. A scheduler announces that by a signal of the
   * user's choice; TERM long before it, and the signals of a terminal, mean something else:
   * somebody cancels the job, or the scheduler preempts it and queues it again itself.
   */
  boolean announcesEnd() {
    return cause == Cause.ALLOCATION
        || (cause == Cause.SIGNAL
            && (signal.startsWith("USR") || signal.equals("XCPU") || nearEnd));
  }

  String inWords() {
    return switch (cause) {
      case SIGNAL -> "SIG" + signal;
      case ALLOCATION -> "the allocation is nearly over";
      case TIME_LIMIT -> "the time limit is near";
      case REQUEST -> "holdfast stop";
    };
  }
}
