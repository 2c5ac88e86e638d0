// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the loop touches at every boundary: a counter and one flag. Other threads set the flag when
 * something is due; opaque reads keep the compiler from caching either, and cost no more than plain
 * ones.
 */
final class Boundary {
  private static final VarHandle STEPS;
  private static final VarHandle ATTENTION;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STEPS = lookup.findVarHandle(Boundary.class, "steps", long.class);
      ATTENTION = lookup.findVarHandle(Boundary.class, "attention", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through STEPS
  private long steps;

  @SuppressWarnings("unused") // through ATTENTION
  private boolean attention;

  /** Set before the first boundary, by the loop's thread. */
  private long lastStep = Long.MAX_VALUE;

  /** Counts a step; returns whether the session wants to be asked. By the loop's thread only. */
  boolean step() {
    long done = (long) STEPS.get(this) + 1;
    STEPS.setOpaque(this, done);
    return (boolean) ATTENTION.getOpaque(this) || done >= lastStep;
  }

  /** The session wants to be asked once so many steps are done. */
  void setLastStep(long steps) {
    lastStep = steps;
  }

  /** Whether as many steps are done as are wanted. */
  boolean atLastStep() {
    return steps() >= lastStep;
  }

  boolean nextIsLastStep() {
    return steps() >= lastStep - 1;
  }

  long steps() {
    return (long) STEPS.getOpaque(this);
  }

  void setSteps(long steps) {
    STEPS.setOpaque(this, steps);
  }

  boolean attention() {
    return (boolean) ATTENTION.getOpaque(this);
  }

  /**
   * A volatile write: who lowers the flag and then looks for a reason to raise it must not miss a
   * reason that another thread gave before it raised the flag.
   */
  void setAttention(boolean wanted) {
    ATTENTION.setVolatile(this, wanted);
  }
}
