// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/** A program that runs under Holdfast. */
@FunctionalInterface
public interface Body {

  /** Declares state, loops, and returns when every step is done. */
  void run(Holdfast hf) throws Exception;
}
