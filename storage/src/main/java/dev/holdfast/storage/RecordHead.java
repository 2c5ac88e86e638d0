// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.RecordType;

/**
 * What the first bytes of a record tell, for those who look often and need no more.
 *
 * @param number its place in the line
 * @param type what it is
 * @param attempt the number of the OPEN record of its writer
 * @param createdEpochMs wall-clock time of writing
 */
public record RecordHead(long number, RecordType type, long attempt, long createdEpochMs) {}
