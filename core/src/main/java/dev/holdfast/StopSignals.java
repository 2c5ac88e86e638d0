// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.Signals;
import dev.holdfast.storage.io.SystemFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Signals that mean "stop at the next boundary with a durable version": TERM, USR1, XCPU, HUP
 * (unless it was ignored when the JVM started, as by nohup) and the first Ctrl-C. A second Ctrl-C
 * ends the process at once.
 */
final class StopSignals implements AutoCloseable {
  private static final int HUP = 1;
  private static final int INTERRUPTED_EXIT = 130;

  private final List<Signals.Registration> handled = new ArrayList<>();
  private final Consumer<String> stop;
  private boolean interrupted;

  private StopSignals(Consumer<String> stop) {
    this.stop = stop;
  }

  /**
   * @param stop called on a signal thread, for every signal, with its name
   */
  static StopSignals install(Consumer<String> stop) {
    StopSignals signals = new StopSignals(stop);
    for (String name : new String[] {"TERM", "USR1", "XCPU", "HUP", "INT"}) {
      if (!name.equals("HUP") || !SystemFacts.signalIgnored(HUP)) {
        signals.handle(name);
      }
    }
    return signals;
  }

  private void handle(String name) {
    try {
      handled.add(Signals.handle(name, this::received));
    } catch (Signals.UnavailableException e) {
      Messages.warn(
          "SIG"
              + name
              + " cannot be handled ("
              + e.getMessage()
              + "): it ends the process without a version");
    }
  }

  private void received(String name) {
    if (name.equals("INT")) {
      if (interrupted) {
        Messages.warn("second Ctrl-C: ending at once");
        Runtime.getRuntime().halt(INTERRUPTED_EXIT);
      }
      interrupted = true;
    }
    stop.accept("SIG" + name);
  }

  @Override
  public void close() {
    for (Signals.Registration one : handled) {
      try {
        one.restore();
      } catch (Signals.UnavailableException e) {
        Messages.warn("a signal handler could not be restored: " + e.getMessage());
      }
    }
  }
}
