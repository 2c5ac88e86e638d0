// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

/** A process that holds a state and does nothing, for those who keep whole processes. */
public final class StateHolder {
  static final String READY = "ready";

  private StateHolder() {}

  /** The size of the state in bytes; ends when its standard input does. */
  public static void main(String[] args) throws Exception {
    State state = new State(State.Kind.INCOMPRESSIBLE, Long.parseLong(args[0]), 1, 1);
    System.out.println(READY);
    while (System.in.read() >= 0) {
      // nobody writes
    }
    state.change(0); // reachable until here
  }
}
