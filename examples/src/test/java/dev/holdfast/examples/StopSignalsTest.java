// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.holdfast.examples.Example.Size;
import dev.holdfast.examples.ExampleRun.Ended;
import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the signals mean to a job that would run for ever. */
final class StopSignalsTest {
  private static final int HUP = 1;
  private static final int INT = 2;
  private static final int STOPPED = 75;
  private static final int INTERRUPTED = 128 + INT;
  private static final Example EXAMPLE = Example.PI;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "USR1", "XCPU", "HUP", "INT"})
  void signal_inTheLoop_stopsAtTheNextBoundary(String signal) throws Exception {
    assumeFalse(signal.equals("HUP") && SystemFacts.signalIgnored(HUP), "runs under nohup");
    assumeFalse(signal.equals("INT") && SystemFacts.signalIgnored(INT), "runs in the background");
    try (ExampleRun run = endless().start()) {
      run.awaitLines(1);
      run.signal(signal);
      Ended ended = run.await();

      assertEquals(STOPPED, ended.code(), run::toString);
      assertTrue(ended.said("stopping after this step (SIG" + signal + ")"), run::toString);
      assertTrue(ended.out().stream().noneMatch(EXAMPLE::isResult), run::toString);
    }
  }

  @Test
  void hangup_ignoredAtStart_staysIgnored() throws Exception {
    try (ExampleRun run = endless().start("nohup")) {
      run.awaitLines(1);
      run.signal("HUP");
      run.awaitMoreLines(20);
      run.signal("TERM");
      Ended ended = run.await();

      assertEquals(STOPPED, ended.code(), run::toString);
      assertTrue(ended.said("(SIGTERM)"), run::toString);
      assertFalse(ended.said("(SIGHUP)"), run::toString);
    }
  }

  @Test
  void interrupt_twice_endsAtOnce() throws Exception {
    assumeFalse(SystemFacts.signalIgnored(INT), "runs in the background");
    String program = StuckStep.class.getName();
    try (ExampleRun run = ExampleRun.start(List.of(), program, List.of(), directory, Map.of())) {
      run.awaitLines(1); // it is in the step
      run.signal("INT");
      run.awaitMessage("stopping after this step (SIGINT)");
      run.signal("INT");

      assertEquals(INTERRUPTED, run.await().code(), run::toString);
    }
  }

  private Workplace endless() {
    return new Workplace(EXAMPLE, EXAMPLE.arguments(Size.ENDLESS, 42), directory, Map.of());
  }
}
