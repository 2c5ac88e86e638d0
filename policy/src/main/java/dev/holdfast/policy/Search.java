// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.function.LongToDoubleFunction;

/** Search over whole numbers, which the solvers of Commons Math do not offer. */
final class Search {
  private Search() {}

  /**
   * The number of least value, by bisection on the sign of the difference of neighbours.
   *
   * @param low first number considered
   * @param high last number considered
   * @param value falls, and from some number on does not fall any more
   */
  static long leastOf(long low, long high, LongToDoubleFunction value) {
    long first = low;
    long last = high;
    while (first < last) {
      long middle = first + (last - first) / 2;
      if (value.applyAsDouble(middle + 1) < value.applyAsDouble(middle)) {
        first = middle + 1;
      } else {
        last = middle;
      }
    }
    return first;
  }
}
