// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.util.List;
import java.util.Map;

/**
 * What became of the rows of a file. Every row is accepted, passed over or rejected; blank lines,
 * comments and header lines are no rows.
 *
 * @param rows rows read
 * @param accepted rows that became a failure or an exposure, or that ended one
 * @param passedOver well-formed rows that say nothing about failures, such as a job that still
 *     runs: how many for each reason
 * @param rejected rows that could not be read: how many for each reason
 * @param firstRejected the first few rejected rows, in the order of the file
 */
public record ReadReport(
    long rows,
    long accepted,
    Map<String, Long> passedOver,
    Map<String, Long> rejected,
    List<RejectedRow> firstRejected) {

  /** How many rejected rows are named. */
  public static final int NAMED_MAX = 5;

  /**
   * A row that could not be read.
   *
   * @param line its line, counted from 1
   * @param reason what is wrong with it
   * @param value the text that is wrong, at most 60 characters of it
   */
  public record RejectedRow(long line, String reason, String value) {}

  /** How many rows could not be read. */
  public long rejectedRows() {
    return sum(rejected);
  }

  /** How many rows were passed over. */
  public long passedOverRows() {
    return sum(passedOver);
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
