// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

/**
 * A time under risk, such as the run of a job.
 *
 * @param startEpochSeconds its start, in seconds since 1970-01-01T00:00Z; NaN if the log does not
 *     tell
 * @param durationSeconds how long it was watched; 0 or more
 * @param failed whether a failure ended it; if not, the time to its failure is longer than this
 * @param nodes how many nodes were under risk, 0 if the log does not tell
 * @param system the machine, empty if the log does not tell
 * @param cause how it ended, in the words of the log
 */
public record Exposure(
    double startEpochSeconds,
    double durationSeconds,
    boolean failed,
    long nodes,
    String system,
    String cause) {}
