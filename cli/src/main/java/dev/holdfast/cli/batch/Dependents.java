// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;

/**
 * Jobs in the queue that are there for the time after this one.
 *
 * @param started one that will start after the exit code that is wished for, or empty
 * @param any one, whatever exit code it waits for, or empty
 * @param trouble why that could not be found out, or empty
 */
record Dependents(String started, String any, String trouble) {
  static final Dependents NONE = new Dependents("", "", "");

  static Dependents unknown(String trouble) {
    return new Dependents("", "", trouble);
  }

  /** With one job more; the first of each kind counts. */
  Dependents with(String id, boolean starts) {
    return new Dependents(
        started.isEmpty() && starts ? id : started, any.isEmpty() ? id : any, trouble);
  }

  /** They as a way of going on. */
  Possible asChain() {
    if (!started.isEmpty()) {
      return new Possible(Way.CHAIN, true, "job " + started + " waits for this one");
    }
    if (!any.isEmpty()) {
      return new Possible(
          Way.CHAIN, false, "job " + any + " waits for another exit code: see --stop-code");
    }
    return new Possible(
        Way.CHAIN, false, trouble.isEmpty() ? "no job waits for this one" : trouble);
  }

  /** Why no successor must be submitted; empty if there is no reason. */
  String againstSubmit() {
    if (!any.isEmpty()) {
      return "job " + any + " waits for this one";
    }
    return trouble.isEmpty() ? "" : "whether a successor waits already is unknown: " + trouble;
  }
}
