// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

/** Where the time of one simulated job went, in seconds, and what happened to it. */
final class JobRun {
  double workSeconds;
  double checkpointSeconds;
  double restartSeconds;
  double downSeconds;
  double queueSeconds;
  long failures;
  long preemptions;
  long allocations = 1;
  long checkpoints;

  /** Time from the first start to the end. */
  double makespanSeconds() {
    return workSeconds + checkpointSeconds + restartSeconds + downSeconds + queueSeconds;
  }
}
