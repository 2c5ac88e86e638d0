// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.simulator.drill.DrillEvent.Ended;
import dev.holdfast.simulator.drill.DrillEvent.Struck;
import dev.holdfast.simulator.drill.Verdict.DidNotSurvive;
import dev.holdfast.simulator.drill.Verdict.NothingShown;
import dev.holdfast.simulator.drill.Verdict.OtherBits;
import dev.holdfast.simulator.drill.Verdict.SameBits;
import dev.holdfast.storage.io.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Drills of shell scripts that keep their own restart file: any command can be drilled. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DrillTest {
  /** Counts to 60 with a restart file that is replaced at once, in about a second. */
  private static final String COUNT =
      """
      i=$(cat state 2>/dev/null || echo 0)
      while [ $i -lt 60 ]; do
        i=$((i + 1)); sleep 0.01
        echo $((i * i)) > line.$i
        echo $i > state.new; mv state.new state
      done
      for n in $(seq 60); do cat line.$n; done > result
      """;

  @TempDir private Path temp;
  private final List<DrillEvent> events = new ArrayList<>();

  private DrillResult drill(String script, int kills, DrillSignal signal, String... same)
      throws Exception {
    Path file = Files.writeString(temp.resolve("job.sh"), script);
    List<String> command = Program.locate(List.of("bash", file.toString()), temp);
    Path folder = Files.createDirectory(temp.resolve("drill"));
    DrillPlan plan =
        new DrillPlan(
            command,
            folder,
            OptionalInt.of(kills),
            Optional.empty(),
            List.of(signal),
            1,
            List.of(same),
            Optional.empty(),
            DrillPlan.PATIENCE,
            Optional.empty());
    return new Drill(plan, events::add, Time.SYSTEM).run();
  }

  private List<Struck> strikes() {
    return events.stream().filter(Struck.class::isInstance).map(Struck.class::cast).toList();
  }

  private void assertNothingRuns() {
    List<String> left =
        ProcessHandle.allProcesses()
            .map(process -> process.info().commandLine().orElse(""))
            .filter(line -> line.contains(temp.toString()))
            .toList();
    assertEquals(List.of(), left);
  }

  @Test
  void script_withRestartFile_survivesWithTheSameBits() throws Exception {
    DrillResult result = drill(COUNT, 4, DrillSignal.KILL);
    SameBits same = assertInstanceOf(SameBits.class, result.verdict(), result::toString);
    assertTrue(same.compared().containsAll(List.of("result", "state", "line.60")), same::toString);
    assertEquals(4, result.strikes());
    assertEquals(5, result.attempts());
    strikes().forEach(strike -> assertEquals(128 + 9, strike.code()));
    Account account = result.account().orElseThrow();
    assertTrue(!account.fromLedger() && account.forecast().isEmpty());
  }

  @Test
  void script_withChildren_diesWithAllOfThem() throws Exception {
    String children =
        """
        set -m # every child in a process group of its own
        touch held
        (tail -f "$PWD/held" & exec tail -f "$PWD/held") &
        tail -f "$PWD/held" &
        disown -a
        """;
    DrillResult result = drill(children + COUNT, 3, DrillSignal.KILL, "result");
    assertInstanceOf(SameBits.class, result.verdict(), result::toString);
    assertEquals(3, result.strikes());
    assertNothingRuns();
  }

  @Test
  void script_suspended_comesToNoHarm() throws Exception {
    DrillResult result = drill(COUNT, 3, DrillSignal.STOP, "result");
    assertInstanceOf(SameBits.class, result.verdict(), result::toString);
    assertEquals(3, result.strikes());
    assertEquals(1, result.attempts());
    strikes().forEach(strike -> assertEquals(-1, strike.code()));
  }

  @Test
  void script_askedToStop_endsWith75AndGoesOn() throws Exception {
    DrillResult result = drill("trap 'exit 75' TERM\n" + COUNT, 2, DrillSignal.TERM, "result");
    assertInstanceOf(SameBits.class, result.verdict(), result::toString);
    assertEquals(2, result.strikes());
    assertTrue(strikes().stream().anyMatch(strike -> strike.code() == 75), events::toString);
  }

  @Test
  void script_writingTwice_isCaughtWithFileAndLine() throws Exception {
    String appends =
        """
        i=$(cat state 2>/dev/null || echo 0)
        while [ $i -lt 60 ]; do
          i=$((i + 1)); echo "line $i" >> log; sleep 0.01
          [ $((i % 20)) -eq 0 ] && echo $i > state
        done
        true
        """;
    DrillResult result = drill(appends, 3, DrillSignal.KILL, "log");
    OtherBits other = assertInstanceOf(OtherBits.class, result.verdict(), result::toString);
    assertEquals(1, other.places().size());
    assertTrue(
        other.places().getFirst().matches("log:\\d+: expected \"line \\d+\", found \"line \\d+\""),
        other::toString);
  }

  @Test
  void script_thatCannotRestart_isStoppedWithItsMessage() throws Exception {
    String locks =
        """
        if [ -e lock ]; then echo "lock is held" >&2; exit 9; fi
        touch lock
        sleep 0.6
        rm lock
        """;
    DrillResult result = drill(locks, 1, DrillSignal.KILL);
    DidNotSurvive not = assertInstanceOf(DidNotSurvive.class, result.verdict(), result::toString);
    assertTrue(not.why().contains("no progress: 5 attempts in a row"), not::why);
    assertTrue(not.why().contains("lock is held"), not::why);
    assertEquals(
        5, events.stream().filter(event -> event instanceof Ended end && end.code() == 9).count());
  }

  @Test
  void command_failingUndisturbed_isToldWithCodeAndMessage() throws Exception {
    DrillResult result = drill("echo 'input is missing' >&2; exit 3", 3, DrillSignal.KILL);
    DidNotSurvive not = assertInstanceOf(DidNotSurvive.class, result.verdict());
    assertTrue(not.why().endsWith("with code 3: input is missing"), not::why);
    assertEquals(0, result.attempts());
  }

  @Test
  void command_leavingNothing_showsNothing() throws Exception {
    NothingShown nothing =
        assertInstanceOf(NothingShown.class, drill("sleep 1", 3, DrillSignal.KILL).verdict());
    assertTrue(nothing.why().contains("--same"), nothing::why);
  }

  @Test
  void command_endingAtOnce_showsNothing() throws Exception {
    NothingShown nothing =
        assertInstanceOf(
            NothingShown.class, drill("echo done > result", 3, DrillSignal.KILL).verdict());
    assertTrue(nothing.why().contains("too soon to be struck"), nothing::why);
  }

  @Test
  void file_thatIsNotMade_showsNothing() throws Exception {
    NothingShown nothing =
        assertInstanceOf(
            NothingShown.class, drill("true", 3, DrillSignal.KILL, "result").verdict());
    assertTrue(nothing.why().contains("no file result"), nothing::why);
  }

  @Test
  void drill_abandoned_leavesNoProcess() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("drill"));
    Files.writeString(temp.resolve("held"), "");
    List<String> command =
        Program.locate(List.of("tail", "-f", temp.resolve("held").toString()), temp);
    DrillPlan plan =
        new DrillPlan(
            command,
            folder,
            OptionalInt.of(1),
            Optional.empty(),
            List.of(DrillSignal.KILL),
            1,
            List.of(),
            Optional.empty(),
            1,
            Optional.of(line -> 0));
    Drill[] drill = new Drill[1];
    DrillListener listener =
        new DrillListener() {
          @Override
          public void tell(DrillEvent event) {}

          @Override
          public void progress(String run, double share) {
            try {
              drill[0].abandon();
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };
    drill[0] = new Drill(plan, listener, Time.SYSTEM);
    assertInstanceOf(DidNotSurvive.class, drill[0].run().verdict());
    assertNothingRuns();
  }

  @Test
  void program_missing_isRefused() {
    DrillException refused =
        assertThrows(DrillException.class, () -> Program.locate(List.of("no-such-program"), temp));
    assertTrue(String.valueOf(refused.getMessage()).contains("on the PATH"));
    assertThrows(DrillException.class, () -> Program.locate(List.of("./none"), temp));
  }

  @Test
  void program_andItsPaths_areMadeAbsolute() throws Exception {
    Files.writeString(temp.resolve("job.sh"), "");
    Files.writeString(temp.resolve("data"), "");
    assertEquals(
        List.of(temp.resolve("job.sh").toString(), "data"),
        Program.locate(List.of("bash", "job.sh", "data"), temp).subList(1, 3));
    assertEquals(
        temp.resolve("a") + ":" + temp.resolve("b"),
        Program.locate(List.of("sh", "-cp", "a:b", "Main"), temp).get(2));
  }
}
