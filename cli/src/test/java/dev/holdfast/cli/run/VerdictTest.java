// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.cli.run.Stop.Cause;
import dev.holdfast.cli.run.Verdict.Facts;
import dev.holdfast.cli.run.Work.Said;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows the end of an attempt, as a table. */
final class VerdictTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // nobody asked it to stop
        "  0 |            | NOTHING  | -                 | done",
        "  0 |            | COMPLETE | version           | done",
        " 75 |            | STOPPED  | version           | stopped",
        " 75 |            | STOPPED  | version extended  | again",
        " 75 |            | STOPPED_BY_REQUEST | version extended | stopped REQUEST",
        "  1 |            | NOTHING  | version           | failed",
        "  1 |            | NOTHING  | -                 | failed",
        "137 |            | NOTHING  | version           | failed",
        "139 |            | NOTHING  | -                 | failed",
        "  2 |            | NOTHING  | version           | final 2",
        "  4 |            | NOTHING  | version           | final 4",
        "  5 |            | NOTHING  | version           | final 5",
        " 64 |            | NOTHING  | -                 | final 64",
        " 73 |            | NOTHING  | -                 | final 73",
        " 74 |            | NOTHING  | -                 | failed",
        " 78 |            | NOTHING  | -                 | final 78",
        " 79 |            | NOTHING  | -                 | failed",
        "124 |            | NOTHING  | -                 | failed",
        "126 |            | NOTHING  | -                 | final 126",
        "127 |            | NOTHING  | -                 | final 127",
        // it was
        " 75 | SIGNAL     | STOPPED  | version           | stopped SIGNAL",
        " 75 | ALLOCATION | NOTHING  | -                 | stopped ALLOCATION",
        "  0 | SIGNAL     | COMPLETE | version           | done",
        "  0 | SIGNAL     | NOTHING  | -                 | done",
        "  0 | SIGNAL     | STOPPED  | version           | stopped SIGNAL",
        "143 | SIGNAL     | NOTHING  | version           | stopped SIGNAL",
        "143 | SIGNAL     | NOTHING  | -                 | final 143",
        "137 | ALLOCATION | NOTHING  | version           | stopped ALLOCATION",
        "  1 | SIGNAL     | NOTHING  | version           | stopped SIGNAL",
        "  1 | SIGNAL     | NOTHING  | -                 | final 1",
        "  5 | SIGNAL     | NOTHING  | version           | final 5",
        "143 | TIME_LIMIT | NOTHING  | -                 | stopped TIME_LIMIT",
        " 75 | REQUEST    | STOPPED  | version           | stopped REQUEST",
        // it was ended
        "137 |            | NOTHING  | version hung      | failed",
        "137 | SIGNAL     | NOTHING  | version forced    | final 130",
        "137 |            | NOTHING  | version fenced    | fenced",
        "137 | SIGNAL     | NOTHING  | version fenced    | fenced",
      })
  void verdict_ofEveryEnd_isAsDocumented(
      int code, String asked, Said said, String more, String expected) {
    Optional<Stop> stop = Optional.ofNullable(asked).map(cause -> Stop.of(Cause.valueOf(cause)));
    Facts facts =
        new Facts(
            code,
            stop,
            more.contains("forced"),
            more.contains("hung"),
            more.contains("fenced") ? Optional.of("another") : Optional.empty(),
            said,
            more.contains("version"),
            more.contains("extended"));
    assertEquals(expected, inWords(Verdict.of(facts)));
  }

  private static String inWords(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Done() -> "done";
      case Verdict.Stopped(Optional<Stop> stop) ->
          "stopped" + stop.map(wish -> " " + wish.cause()).orElse("");
      case Verdict.Failed() -> "failed";
      case Verdict.Again() -> "again";
      case Verdict.Final(int code) -> "final " + code;
      case Verdict.Fenced(String by) -> "fenced";
    };
  }
}
