// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

/** Is told what happens in a drill, by the thread that holds it. */
public interface DrillListener {

  /** Something has happened. */
  void tell(DrillEvent event);

  /**
   * Time passes.
   *
   * @param run reference, or attempt and its number
   * @param share of the work done, 0 to 1; negative where that is not known
   */
  default void progress(String run, double share) {}
}
