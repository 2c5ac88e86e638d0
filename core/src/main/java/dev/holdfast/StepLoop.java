// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** The steps of one loop. {@link #hasNext} is the boundary between two of them. */
final class StepLoop implements Iterator<Long> {
  private final LoopHost host;
  private final Boundary boundary;
  private final Phases.Counter counter;
  private final long total;
  private boolean inStep;
  private boolean ended;

  StepLoop(LoopHost host, Boundary boundary, Phases.Counter counter, long total) {
    this.host = host;
    this.boundary = boundary;
    this.counter = counter;
    this.total = total;
    this.ended = counter.finished();
  }

  /** Who is asked at a boundary. */
  interface LoopHost {
    /** Something is due, or somebody wants the job to stop. */
    void attend();

    /** A loop has done all its steps. */
    void loopEnded();
  }

  @Override
  public boolean hasNext() {
    if (ended) {
      return false;
    }
    if (inStep) {
      inStep = false;
      counter.count();
      if (counter.done() >= total) {
        counter.finish();
      }
      if (boundary.step()) {
        host.attend();
      }
    } else if (boundary.attention()) {
      host.attend();
    }
    if (counter.done() < total) {
      return true;
    }
    ended = true;
    counter.finish();
    host.loopEnded();
    return false;
  }

  @Override
  public Long next() {
    if (ended || inStep) {
      throw new NoSuchElementException("ask hasNext() before every step");
    }
    inStep = true;
    return counter.done();
  }
}
