// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.planted.ForgottenGenerator;
import dev.holdfast.cli.planted.StaticField;
import dev.holdfast.cli.planted.SwappedArrays;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The drill with real programs: those that protect all their state survive, others are caught. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DrillCommandTest {
  @TempDir private Path temp;

  /** A drill of a program on this class path. */
  private Command.Result drill(List<String> options, String program, String... arguments) {
    List<Object> line = new ArrayList<>();
    line.add("drill");
    line.addAll(options);
    line.addAll(List.of("--in", temp.resolve("drill"), "--"));
    line.addAll(DrillPrograms.java(program, arguments));
    return Command.run(line.toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "HeatDiffusion, 256 6000 1, 'SAME BITS: field, random, probe.csv'",
    "Particles, 12 700 1, SAME BITS: ",
    "MetropolisSampler, 5000000 1000000 1, SAME BITS: ",
    "MonteCarloPi, 600 480000 1, SAME BITS: "
  })
  void example_killed_survivesWithTheSameBits(String program, String arguments, String says) {
    Command.Result result =
        drill(List.of("--kills", "3", "--seed", "5"), program, arguments.split(" ", -1));
    result.mustBeDone();
    result.mustSay(says, "finished", "by the store's ledger", "expected: waste", " killed at ");
  }

  @Test
  void generator_forgotten_isCaughtByName() {
    Command.Result result = drill(List.of("--kills", "4"), ForgottenGenerator.class.getName());
    assertEquals(ExitCode.OTHER_BITS, result.code(), result::toString);
    result.mustSay("SURVIVED WITH OTHER BITS", "field[0]: expected ");
  }

  @Test
  void arrays_swapped_areCaughtByName() {
    Command.Result result = drill(List.of("--kills", "4"), SwappedArrays.class.getName());
    assertEquals(ExitCode.OTHER_BITS, result.code(), result::toString);
    result.mustSay("SURVIVED WITH OTHER BITS", "now[", "next[");
  }

  @Test
  void staticField_unprotected_isCaughtByWhatDependsOnIt() {
    Command.Result result = drill(List.of("--kills", "4"), StaticField.class.getName());
    assertEquals(ExitCode.OTHER_BITS, result.code(), result::toString);
    result.mustSay("SURVIVED WITH OTHER BITS", "energy: expected ");
    assertTrue(result.out().lines().noneMatch(line -> line.contains("field[")), result::toString);
  }

  @Test
  void job_askedToStopAndSuspended_endsWith75AndTheSameBits() {
    Command.Result result =
        drill(
            List.of("--kills", "6", "--signal", "TERM,STOP", "--seed", "3", "--json"),
            "HeatDiffusion",
            "256",
            "6000",
            "1");
    result.mustBeDone();
    assertEquals("holdfast.drill/1", StrictJson.at(result.out(), "schema"));
    assertEquals("same-bits", StrictJson.at(result.out(), "outcome"));
    assertEquals("complete", StrictJson.at(result.out(), "ends", -1, "end"));
    List<Map<String, Object>> ends = DrillPrograms.objects(StrictJson.at(result.out(), "ends"));
    assertTrue(
        ends.stream().anyMatch(end -> is(end, "term") && end.containsValue(75L)), result::toString);
    assertTrue(ends.stream().anyMatch(end -> is(end, "stop")), result::toString);
    assertEquals("ledger", StrictJson.at(result.out(), "account", "source"));
    StrictJson.at(result.out(), "account", "no_prediction");
  }

  private static boolean is(Map<String, Object> end, String how) {
    return how.equals(end.get("end"));
  }

  @Test
  void command_endingAtOnce_didNotSurvive() throws Exception {
    Command.Result result =
        Command.run(
            "drill", "--in", temp.resolve("drill"), "--", "sh", "-c", "echo no input >&2; exit 7");
    assertEquals(ExitCode.FAILED, result.code(), result::toString);
    result.mustSay("DID NOT SURVIVE: undisturbed, the command ended after ");
    result.mustSay("with code 7: no input", "Kept: ");
    assertTrue(Files.exists(temp.resolve("drill/logs/reference.err")));
  }

  @Test
  void folder_afterSuccess_isRemovedUnlessKept() throws Exception {
    String script = "while [ ${#i} -lt 40 ]; do i=x$i; sleep 0.01; done; echo done > result";
    Command.Result result =
        Command.run(
            "drill",
            "--kills",
            4,
            "--same",
            "result",
            "--in",
            temp.resolve("drill"),
            "--",
            "sh",
            "-c",
            script);
    result.mustBeDone();
    result.mustSay("by the clock on the wall", "no prediction: ");
    try (Stream<Path> left = Files.list(temp)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
