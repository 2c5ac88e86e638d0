// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

/**
 * Something the doctor looked at.
 *
 * @param name what it is
 * @param value what was found, for people
 * @param source where that comes from; empty where it is plain
 * @param remedy what to do about it; empty where nothing needs to be done
 */
public record Check(Level level, String name, String value, String source, String remedy) {
  /** How bad it is, from good to bad. */
  public enum Level {
    OK,
    WARNING,
    PROBLEM
  }

  static Check ok(String name, String value, String source) {
    return new Check(Level.OK, name, value, source, "");
  }

  static Check warning(String name, String value, String remedy) {
    return new Check(Level.WARNING, name, value, "", remedy);
  }

  static Check problem(String name, String value, String remedy) {
    return new Check(Level.PROBLEM, name, value, "", remedy);
  }
}
