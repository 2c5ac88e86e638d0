// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

/** A job fails again and again before it gets to its next checkpoint: it would never end. */
public final class NoProgressException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoProgressException(String what) {
    super(what);
  }
}
