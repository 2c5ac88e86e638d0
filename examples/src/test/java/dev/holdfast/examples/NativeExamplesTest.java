// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.examples.ExampleRun.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The programs in C, Fortran and Python, and the few lines with which they are asked for
 * checkpoints: compiled without a warning, asked, killed, started again.
 */
@DisabledOnOs(OS.WINDOWS)
final class NativeExamplesTest {
  private static final int KILLS = 12;
  private static final long LONGEST_RUN_NS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(500);

  @TempDir Path directory;

  private final long seed = Long.getLong("holdfast.test.seed", System.nanoTime() & 0xFFFFFFFL);
  private final Random random = new Random(seed);

  /** What a run leaves behind that must be the same whatever happened on the way. */
  private record Result(List<String> out, String output) {}

  /** A folder in which one of the programs runs. */
  private record Place(NativeExample example, List<String> command, Path folder) {
    ExampleRun start(Map<String, String> environment) {
      return ExampleRun.start(command, folder, environment);
    }

    Result complete(Map<String, String> environment) throws Exception {
      try (ExampleRun run = start(environment)) {
        Ended ended = run.await();
        assertEquals(0, ended.code(), run::toString);
        return new Result(ended.out(), Files.readString(folder.resolve(example.output())));
      }
    }
  }

  @Test
  void header_inTwoFilesOfOneProgram_compilesAsEachC() throws Exception {
    assumeTrue(NativeExample.isOnPath("gcc"), "gcc is not installed: the header is not tested");
    Path source = directory.resolve("twice.c");
    Files.writeString(source, "#include \"holdfast.h\"\n#include \"holdfast.h\"\n");
    for (String standard : List.of("c99", "c11", "c17", "gnu17")) {
      NativeExample.compile(
          "gcc",
          "-std=" + standard,
          "-pedantic",
          "-Wall",
          "-Wextra",
          "-Wconversion",
          "-Werror",
          "-c",
          "-I",
          NativeExample.source(""),
          "-o",
          directory.resolve("twice.o"),
          source);
    }
  }

  @Test
  void header_inCPlusPlus_compiles() throws Exception {
    assumeTrue(NativeExample.isOnPath("g++"), "g++ is not installed: not tested as C++");
    Path source = directory.resolve("program.cpp");
    Files.writeString(source, "#include \"holdfast.h\"\nint main() { return holdfast_due(); }\n");
    NativeExample.compile(
        "g++",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-I",
        NativeExample.source(""),
        "-o",
        directory.resolve("program"),
        source);
  }

  @ParameterizedTest
  @EnumSource
  void program_aloneOrWithAFolderThatIsGone_runsToItsEnd(NativeExample example) throws Exception {
    Place place = place(example, "alone");
    Result alone = place.complete(Map.of());
    assertEquals(List.of(), example.restartFiles(place.folder()));

    ControlFolder gone = new ControlFolder(directory.resolve("gone"));
    Files.delete(gone.folder());
    assertEquals(alone, place.complete(gone.environment(1, "")));
  }

  @ParameterizedTest
  @EnumSource
  void flag_raised_isTakenTimedAndAnswered(NativeExample example) throws Exception {
    Place place = place(example, "asked");
    ControlFolder control = new ControlFolder(directory.resolve("control"));
    FileTime raised = FileTime.from(Instant.now().minusSeconds(3600));
    Files.createFile(control.due());
    Files.setLastModifiedTime(control.due(), raised);
    FileTime before = FileTime.from(Instant.now().minusSeconds(2)); // the clock of a file is coarse

    try (ExampleRun run = place.start(control.environment(1, ""))) {
      awaitAnswer(run, control);
      FileTime begun = Files.getLastModifiedTime(control.written());
      FileTime ended = (FileTime) Files.getAttribute(control.written(), "unix:ctime");

      assertTrue(begun.compareTo(before) >= 0, "its begin is " + begun + ", not " + raised);
      assertTrue(ended.compareTo(begun) >= 0, begun + " to " + ended);
      assertFalse(Files.exists(control.due()));
      assertFalse(Files.exists(control.writing()));
      assertEquals(1, example.restartFiles(place.folder()).size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void run_killedAtRandomMoments_everyRestartFileLeadsToTheSameBits(NativeExample example)
      throws Exception {
    System.out.println(
        example
            + ", moments as drawn by: ./mvnw -B verify -pl examples -am -Dtest=NativeExamplesTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.test.seed="
            + seed);
    Result undisturbed = place(example, "undisturbed").complete(Map.of());
    Place place = place(example, "killed");
    ControlFolder control = new ControlFolder(directory.resolve("control"));
    int answers = 0;
    int resumed = 0;

    for (int attempt = 1; attempt <= KILLS; attempt++) {
      control.clear();
      String restart = anyRestartFile(place);
      try (ExampleRun run = place.start(control.environment(attempt, restart))) {
        answers += askUntilARandomMoment(control, run, attempt);
        Ended ended = run.kill();
        assertTrue(ended.code() == 128 + 9 || ended.code() == 0, run::toString);
        assertTrue(ended.err().stream().allMatch(line -> line.contains("goes on")), run::toString);
        resumed += restart.isEmpty() ? 0 : 1;
      }
    }

    System.out.println(example + ": " + answers + " checkpoints, resumed " + resumed + " times");
    assertTrue(resumed >= 2 && answers >= KILLS, answers + " " + resumed);
    for (Path file : example.restartFiles(place.folder())) {
      Path copy = Files.createDirectories(directory.resolve("of " + file.getFileName()));
      Path output = Path.of(example.output());
      Files.copy(place.folder().resolve(output), copy.resolve(output));
      Place last = new Place(example, place.command(), copy);
      assertEquals(undisturbed, last.complete(control.environment(KILLS + 1, file.toString())));
    }
  }

  @ParameterizedTest
  @EnumSource
  void restartFile_cutShort_isRefusedByName(NativeExample example) throws Exception {
    Place place = place(example, "torn");
    ControlFolder control = new ControlFolder(directory.resolve("control"));
    control.askAgain();
    try (ExampleRun run = place.start(control.environment(1, ""))) {
      awaitAnswer(run, control);
    }
    Path file = example.restartFiles(place.folder()).getFirst();
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));

    try (ExampleRun run = place.start(control.environment(2, file.toString()))) {
      Ended ended = run.await();
      assertTrue(ended.code() != 0 && !ended.err().isEmpty(), run::toString);
      assertEquals(List.of(), ended.out());
    }
  }

  private static void awaitAnswer(ExampleRun run, ControlFolder control) {
    awaitAnswerOrEnd(run, control);
    assertTrue(Files.exists(control.written()), run::toString);
  }

  private static void awaitAnswerOrEnd(ExampleRun run, ControlFolder control) {
    long deadline = System.nanoTime() + ExampleRun.PATIENCE.toNanos();
    while (!Files.exists(control.written()) && run.isAlive()) {
      if (System.nanoTime() > deadline) {
        fail("no answer: " + run);
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Counted from its first answer, however long that takes; each third time from its start. */
  private int askUntilARandomMoment(ControlFolder control, ExampleRun run, int attempt)
      throws IOException {
    int answers = 0;
    if (attempt % 3 != 0) {
      control.askAgain();
      awaitAnswerOrEnd(run, control);
      answers += control.askAgain();
    }
    long until = System.nanoTime() + random.nextLong(LONGEST_RUN_NS);
    while (System.nanoTime() < until) {
      answers += control.askAgain();
      LockSupport.parkNanos(POLL_NS);
    }
    return answers;
  }

  /**
   * Not always the newest: the older one must be whole as well. The others are put out of the way,
   * since the output no longer reaches as far as theirs. Empty where there is none.
   */
  private String anyRestartFile(Place place) throws IOException {
    List<Path> files = place.example().restartFiles(place.folder());
    if (files.isEmpty()) {
      return "";
    }
    Path chosen = files.get(random.nextInt(files.size()));
    for (Path file : files) {
      if (!file.equals(chosen)) {
        Files.delete(file);
      }
    }
    return chosen.toString();
  }

  private Place place(NativeExample example, String name) throws Exception {
    List<String> command = example.buildOrSkip(directory);
    return new Place(example, command, Files.createDirectories(directory.resolve(name)));
  }
}
