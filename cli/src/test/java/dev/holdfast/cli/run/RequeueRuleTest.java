// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.run.RequeueRule.Facts;
import dev.holdfast.cli.run.Stop.Cause;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a stopped job is queued again, as a table: at most 10 times, 3 fruitless attempts. */
final class RequeueRuleTest {
  @ParameterizedTest
  @CsvSource({
    "-, '', false, 0, 0, ''",
    "ALLOCATION, '', false, 0, 2, ''",
    "ALLOCATION, '', false, 9, 0, ''",
    "ALLOCATION, '', false, 10, 0, requeued 10 times",
    "ALLOCATION, '', false, 0, 3, no progress",
    "TIME_LIMIT, '', false, 0, 0, --time-limit",
    "REQUEST, '', false, 0, 0, holdfast stop",
    "SIGNAL, USR1, false, 0, 0, ''",
    "SIGNAL, USR2, false, 0, 0, ''",
    "SIGNAL, XCPU, false, 0, 0, ''",
    "SIGNAL, TERM, false, 0, 0, cancels a job",
    "SIGNAL, TERM, true, 0, 0, ''",
    "SIGNAL, INT, false, 0, 0, cancels a job",
  })
  void objection_isRaised_whereItWouldBeUnwantedOrEndless(
      String cause, String signal, boolean near, long requeues, long fruitless, String words) {
    Optional<Stop> stop =
        cause.equals("-")
            ? Optional.empty()
            : Optional.of(new Stop(Cause.valueOf(cause), signal, near));
    Optional<String> objection =
        new RequeueRule(10, 3).objection(new Facts(stop, requeues, fruitless));
    assertEquals(words.isEmpty(), objection.isEmpty(), objection::toString);
    assertTrue(objection.orElse("").contains(words), objection::toString);
  }
}
