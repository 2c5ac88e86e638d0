// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

/**
 * Something known, or known to be missing, about the batch job that this process runs in.
 *
 * @param name what it is, such as {@code ends}
 * @param value for people; empty where it is not known
 * @param source where it comes from, such as a variable or a command; where the value is not known,
 *     why it is not
 */
public record Fact(String name, String value, String source) {

  /** Whether there is a value. */
  public boolean known() {
    return !value.isEmpty();
  }
}
