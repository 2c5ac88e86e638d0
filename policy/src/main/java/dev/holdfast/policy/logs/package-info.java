// SPDX-License-Identifier: Apache-2.0
/**
 * Failure logs: what a machine's own records say about its failures.
 *
 * <p>{@link dev.holdfast.policy.logs.FailureLog#read} reads a file of one of the formats of {@link
 * dev.holdfast.policy.logs.LogFormat} and keeps the failures, sorted by start; formats that tell of
 * runs instead (jobs, gaps) give exposures: a time under risk that a failure ended, or that ended
 * otherwise (right-censored). Dirty rows are counted and the first few named; a file without a
 * usable row is an error. {@link dev.holdfast.policy.logs.FailureLog#sample} makes of it the
 * durations that a law of failures is fitted to.
 *
 * <p>Instants are seconds since 1970-01-01T00:00Z. Times without an offset are taken as UTC: a log
 * kept in local time has a gap that is an hour off twice a year.
 */
@NullMarked
package dev.holdfast.policy.logs;

import org.jspecify.annotations.NullMarked;
