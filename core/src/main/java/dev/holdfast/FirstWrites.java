// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/**
 * First writes to tracked pages since the capture before, each of which stopped the program for a
 * moment.
 *
 * @param pages how many
 * @param ns what they have cost the program, by what one costs on this machine
 */
record FirstWrites(long pages, long ns) {
  static final FirstWrites NONE = new FirstWrites(0, 0);
}
