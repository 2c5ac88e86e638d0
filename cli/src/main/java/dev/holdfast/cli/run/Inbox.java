// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.process.Signals;
import dev.holdfast.storage.io.SystemFacts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What happens while the supervisor waits: signals that it hears, the end of its child, news of the
 * work. All arrive on other threads; the supervisor takes them one after the other. The handlers
 * stay until the process ends: a requeue sends TERM to this very process when all is done.
 */
final class Inbox {
  private static final int HUP = 1;
  private static final int TERM = 15;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  /** Something that has happened. */
  sealed interface Event {}

  /** A signal, by its name without SIG. */
  record Heard(String signal) implements Event {}

  /** The end of a child, with its code. */
  record Ended(long pid, int code) implements Event {}

  /** Something was seen of the work that should be looked at now, not at the next look. */
  record News() implements Event {}

  /**
   * Takes over the signals that mean "stop at a checkpoint". USR2 is one only where HotSpot does
   * not use it itself; elsewhere that is not worth a word.
   */
  void listen(Consumer<String> tell) {
    for (String name : List.of("TERM", "USR1", "XCPU", "HUP", "INT", "USR2")) {
      if (!name.equals("HUP") || !SystemFacts.signalIgnored(HUP)) {
        listen(name, tell);
      }
    }
    if (SystemFacts.signalIgnored(TERM)) {
      tell.accept(
          "SIGTERM was ignored before this command began (trap '' TERM?) and will not be heard");
    }
  }

  private void listen(String name, Consumer<String> tell) {
    try {
      var _ = Signals.handle(name, heard -> events.add(new Heard(heard)));
    } catch (Signals.UnavailableException e) {
      if (!name.equals("USR2")) {
        tell.accept("SIG" + name + " cannot be handled (" + e.getMessage() + ")");
      }
    }
  }

  void post(Event event) {
    events.add(event);
  }

  /** The next event; empty when there is none for so long. */
  Optional<Event> await(Duration patience) throws InterruptedException {
    return Optional.ofNullable(events.poll(patience.toNanos(), TimeUnit.NANOSECONDS));
  }
}
