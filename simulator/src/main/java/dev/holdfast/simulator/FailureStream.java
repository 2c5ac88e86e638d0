// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

/** The failures of one simulated job. */
public interface FailureStream {

  /**
   * The first failure of a job that begins to be at risk now: at its start, and at the end of every
   * downtime. What would strike during downtime does not.
   *
   * @param nowSeconds time since the job's start; never less than at the call before
   * @return the moment of the failure, later than now; Infinity for none
   */
  double nextAfter(double nowSeconds);
}
