// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Holder;

/**
 * The newest attempt on a store, as long as it has not said that it ended, and what can be seen of
 * it from this process.
 *
 * @param attempt its number, that of its OPEN record
 * @param holder the process that made it
 * @param liveness whether that process is still there; {@link Liveness#UNKNOWN} when it is on
 *     another machine: then {@code lastSignEpochMs} is all there is to judge by
 * @param lastSignEpochMs the newest change of a file of the store, in milliseconds since 1970 on
 *     the clock of the store's file system; a running attempt shows itself every 30 s
 */
public record Holding(long attempt, Holder holder, Liveness liveness, long lastSignEpochMs) {}
