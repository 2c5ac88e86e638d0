// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.util.BitSet;

/** One way to keep a state. All its files lie in a folder of its own. */
interface Peer extends AutoCloseable {

  /** As the tables call it. */
  String name();

  /**
   * Keeps the state so that it survives a power failure.
   *
   * @param changed the blocks that are not as they were last time; who finds out itself ignores it
   */
  Timing checkpoint(State state, BitSet changed) throws Exception;

  /**
   * Reads back what was kept last, as a program does that starts again; nothing follows but {@link
   * #close}.
   *
   * @param into arrays of the right sizes, for who can fill them
   * @return the state: {@code into}, or arrays made anew
   */
  double[][] restore(double[][] into) throws Exception;

  @Override
  void close();

  /**
   * What one checkpoint took.
   *
   * @param blockedSeconds until the program could go on
   * @param durableSeconds until it would have survived a power failure, from the same moment
   * @param storedBytes written for it
   */
  record Timing(double blockedSeconds, double durableSeconds, long storedBytes) {}
}
