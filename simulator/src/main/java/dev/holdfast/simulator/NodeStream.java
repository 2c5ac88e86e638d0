// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.FailureLaw;
import java.util.random.RandomGenerator;

/** Nodes with ages of their own: a heap of the moments at which each fails next. */
final class NodeStream implements FailureStream {
  private final FailureLaw law;
  private final RandomGenerator random;
  private final FailureStream lifetimes;
  private final double[] heap;

  /** Nodes do not age while the job pauses: the heap's moments lie this much before the clock's. */
  private double pausedSeconds;

  NodeStream(int nodes, FailureLaw law, double ageSeconds, RandomGenerator random) {
    this.law = law;
    this.random = random;
    this.lifetimes = FailureProcess.renewal(law).stream(random);
    this.heap = new double[nodes];
    for (int i = 0; i < nodes; i++) {
      heap[i] = ageSeconds == 0 ? lifetimes.nextAfter(0) : remaining(ageSeconds);
    }
    for (int i = nodes / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /** By inversion of the survival of what has already lived so long. */
  private double remaining(double ageSeconds) {
    double survival = law.survival(ageSeconds) * (1 - random.nextDouble());
    return Math.max(0, law.inverseSurvival(survival) - ageSeconds);
  }

  @Override
  public double nextAfter(double nowSeconds) {
    // Compared as it was told: a difference would be off by a rounding error.
    while (heap[0] + pausedSeconds <= nowSeconds) {
      renewFirst(nowSeconds - pausedSeconds);
    }
    // It stays first in the heap until the downtime that it brings has ended: the next call.
    return heap[0] + pausedSeconds;
  }

  @Override
  public double afterPause(double failureSeconds, double nowSeconds, double paused) {
    pausedSeconds += paused;
    return heap[0] + pausedSeconds;
  }

  private void renewFirst(double nowSeconds) {
    heap[0] = lifetimes.nextAfter(nowSeconds);
    sink(0);
  }

  private void sink(int from) {
    double value = heap[from];
    int hole = from;
    while (2 * hole + 1 < heap.length) {
      int child = 2 * hole + 1;
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= value) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = value;
  }
}
