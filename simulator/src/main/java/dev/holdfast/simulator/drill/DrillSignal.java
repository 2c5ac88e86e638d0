// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

/** What is done to the command. */
public enum DrillSignal {
  /** It dies at once, with all its children. */
  KILL,
  /** It is asked to stop: exit code 75, or death by the signal, then it is started again. */
  TERM,
  /** It is suspended and later goes on; that must do no harm. */
  STOP
}
