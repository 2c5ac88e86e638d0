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

  /**
   * The failure that was still to come when the job paused without having failed (its allocation
   * had ended, or it was preempted). Unless a stream knows better, time stands still for it
   * meanwhile.
   *
   * @param failureSeconds what was still to come
   * @param nowSeconds the end of the pause
   * @param pausedSeconds its length
   */
  default double afterPause(double failureSeconds, double nowSeconds, double pausedSeconds) {
    return failureSeconds + pausedSeconds;
  }
}
