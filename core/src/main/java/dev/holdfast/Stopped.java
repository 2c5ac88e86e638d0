// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;

/**
 * The job was asked to stop and has made a durable version; thrown at a boundary to leave the
 * program's loop. It is an Error without a stack trace so that {@code catch (Exception e)} cannot
 * swallow it. Exit code 75.
 */
public final class Stopped extends Error {
  @Serial private static final long serialVersionUID = 1L;

  Stopped(String message) {
    super(message, null, false, false);
  }
}
