// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

/**
 * One failure.
 *
 * @param startEpochSeconds when it struck, in seconds since 1970-01-01T00:00Z
 * @param endEpochSeconds when it was over; NaN if the log does not tell
 * @param system the machine, empty if the log does not tell
 * @param node the part of it that failed, empty if the log does not tell
 * @param cause in the words of the log, empty if it does not tell
 */
public record FailureEvent(
    double startEpochSeconds, double endEpochSeconds, String system, String node, String cause) {}
