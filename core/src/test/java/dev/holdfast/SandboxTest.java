// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static dev.holdfast.Told.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A job in portions of steps, and a job that its surroundings do not reach. */
@Timeout(60)
final class SandboxTest {
  @TempDir private Path temp;

  private Job job() {
    return Holdfast.job("test").sandbox(temp.resolve("sandbox"));
  }

  private static long stoppedAt(Outcome outcome) {
    return assertInstanceOf(Outcome.StoppedAt.class, outcome).step();
  }

  // Portions --------------------------------------------------------------------------------------

  @Test
  void stopAfter_everyPortion_stopsThereAndGoesOnThere() throws Exception {
    List<Long> done = new ArrayList<>();
    List<Long> due = new ArrayList<>();
    Body body =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          for (long step : hf.steps("first", 4)) {
            sum.add(step);
            done.add(step);
            if (hf.due()) {
              due.add(step);
            }
          }
          for (long step : hf.steps("second", 4)) {
            sum.add(10 * step);
            done.add(10 * step);
          }
          assertEquals(66, sum.get());
        };
    assertEquals(2, stoppedAt(job().stopAfter(2).run(body)));
    assertEquals(List.of(0L, 1L), done);
    assertEquals(List.of(1L), due); // the step before the boundary at which it stops
    assertEquals(7, stoppedAt(job().stopAfter(7).run(body)));
    assertEquals(List.of(0L, 1L, 2L, 3L, 0L, 10L, 20L), done);
    assertEquals(7, stoppedAt(job().stopAfter(3).run(body))); // so many are done already
    assertEquals(7, done.size());
    assertInstanceOf(Outcome.Complete.class, job().stopAfter(9).run(body));
    assertEquals(8, done.size());
  }

  @Test
  void stopAfter_inAWhileLoop_stopsAtTheTick() throws Exception {
    Body body =
        hf -> {
          LongCell n = hf.cell("n", 0);
          hf.restore();
          while (n.get() < 10) {
            n.add(1);
            hf.tick();
          }
        };
    assertEquals(3, stoppedAt(job().stopAfter(3).run(body)));
    assertEquals(4, stoppedAt(job().stopAfter(3).run(body))); // at its first tick
    assertInstanceOf(Outcome.Complete.class, job().run(body));
  }

  @Test
  void stopAfter_theLastStep_leavesTheEndToTheNextRun() throws Exception {
    List<String> ends = new ArrayList<>();
    Body body =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          for (long step : hf.steps(5)) {
            sum.add(step);
          }
          ends.add("sum " + sum.get());
        };
    assertEquals(5, stoppedAt(job().stopAfter(5).run(body)));
    assertEquals(List.of(), ends);
    assertInstanceOf(Outcome.Complete.class, job().stopAfter(5).run(body));
    assertEquals(List.of("sum 10"), ends);
  }

  @Test
  void stopAfter_noStep_isRefused() {
    Job job = job();
    assertSays(assertThrows(HoldfastException.class, () -> job.stopAfter(0)), "1 or more");
  }

  // Sandbox ---------------------------------------------------------------------------------------

  @Test
  void outputFiles_whateverTheirPath_lieInTheSandbox() throws Exception {
    Path absolute = temp.resolve("absolute.csv");
    Body body =
        hf -> {
          List<AppendFile> files = new ArrayList<>();
          for (String path : List.of("a.csv", "x/../deep/b.csv", "../c.csv", "" + absolute)) {
            files.add(hf.append(path));
          }
          for (long step : hf.steps(4)) {
            files.forEach(file -> file.println("" + step));
          }
        };
    assertEquals(2, stoppedAt(job().stopAfter(2).run(body)));
    assertInstanceOf(Outcome.Complete.class, job().run(body));
    Path output = temp.resolve("sandbox/output");
    Path working = Path.of("").toAbsolutePath();
    Path outside = output.resolve("outside");
    Set<Path> expected =
        Set.of(
            output.resolve("a.csv"),
            output.resolve("deep/b.csv"),
            outside.resolve(working.getRoot().relativize(working.resolveSibling("c.csv"))),
            outside.resolve(absolute.getRoot().relativize(absolute)));
    assertEquals(expected, filesIn(output));
    for (Path file : expected) {
      assertEquals("0\n1\n2\n3\n", Files.readString(file), file::toString);
    }
    assertFalse(Files.exists(absolute));
  }

  private static Set<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).collect(Collectors.toSet());
    }
  }

  /** The program of the child process: tells every step, and waits for a line after the first. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      Outcome outcome =
          Holdfast.job("child")
              .sandbox(Path.of(arguments[0]))
              .run(hf -> {
                LongCell sum = hf.cell("sum", 0);
                for (long step : hf.steps(3)) {
                  sum.add(step);
                  System.out.println("STEP " + step);
                  if (step == 0 && System.in.read() < 0) {
                    throw new IllegalStateException("nobody wants this process to go on");
                  }
                }
              });
      System.out.println("EXIT " + outcome.exitCode());
    }
  }

  private ChildJvm child(Map<String, String> environment) throws IOException {
    return new ChildJvm(
        temp, environment, List.of(), Child.class.getName(), temp.resolve("sandbox").toString());
  }

  @Test
  void environmentAndProperties_doNotReachTheSandbox() throws Exception {
    Files.writeString(temp.resolve("holdfast.properties"), "mttf=nonsense\n");
    Map<String, String> environment =
        Map.of(
            "HOLDFAST",
            "off",
            "HOLDFAST_STORE",
            temp.resolve("elsewhere").toString(),
            "HOLDFAST_POLICY",
            "nonsense",
            "SLURM_RESTART_COUNT",
            "1");
    try (ChildJvm child = child(environment)) {
      child.expect("STEP 0", line -> {});
      child.send("go on");
      child.expect("EXIT 0", line -> {});
      assertEquals(0, child.awaitExit(line -> {}), child.errors());
    }
    assertTrue(Files.isDirectory(temp.resolve("sandbox/store")));
    assertFalse(Files.exists(temp.resolve("elsewhere")));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void signals_areNotHandledInTheSandbox() throws Exception {
    try (ChildJvm child = child(Map.of())) {
      child.expect("STEP 0", line -> {});
      child.signal("TERM");
      assertEquals(128 + 15, child.awaitExit(line -> {}), child.errors());
      assertFalse(child.errors().contains("SIGTERM"), child.errors());
    }
  }
}
