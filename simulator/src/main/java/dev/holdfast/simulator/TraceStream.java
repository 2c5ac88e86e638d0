// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

/** Replays given instants; those that lie in a downtime are passed over. */
final class TraceStream implements FailureStream {
  private final double[] instants;
  private int next;

  TraceStream(double[] instants) {
    this.instants = instants;
  }

  @Override
  public double nextAfter(double nowSeconds) {
    while (next < instants.length && instants[next] <= nowSeconds) {
      next++;
    }
    if (next == instants.length) {
      throw new TraceEndedException(instants[instants.length - 1]);
    }
    return instants[next];
  }

  /** A log goes on while the job does not. */
  @Override
  public double afterPause(double failureSeconds, double nowSeconds, double pausedSeconds) {
    return nextAfter(nowSeconds);
  }
}
