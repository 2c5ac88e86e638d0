// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.examples.Example.Size;
import dev.holdfast.examples.ExampleRun.Ended;
import dev.holdfast.examples.Workplace.Final;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Examples that are run as a newcomer would: to the end, once more, further, differently. */
@Execution(ExecutionMode.CONCURRENT)
final class ExamplesTest {
  private static final int FAILED = 1;
  private static final int STOPPED = 75;
  private static final int TERMINATED = 128 + 15;
  private static final Path PROC = Path.of("/proc");

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void completeJob_startedAgain_runsNoStepAndSaysSo(Example example) throws Exception {
    Workplace workplace = workplace(example, Size.TINY, "again");
    Final first = workplace.last(workplace.complete());

    Ended again = workplace.complete();

    assertEquals(List.of(first.result()), again.out());
    assertTrue(again.said("complete since version"), again::toString);
    assertEquals(first, workplace.last(again));
  }

  @ParameterizedTest
  @EnumSource
  void completeJob_withMoreSteps_goesOn(Example example) throws Exception {
    Workplace inOne = workplace(example, Size.TINY_LONGER, "in one");
    Ended whole = inOne.complete();
    Workplace inTwo = workplace(example, Size.TINY, "in two");
    Ended first = inTwo.complete();

    Workplace further = inTwo.with(example.arguments(Size.TINY_LONGER, 42));
    Ended second = further.complete();

    assertEquals(inOne.last(whole), further.last(second));
    assertEquals(
        whole.out(),
        Stream.concat(
                first.out().stream().filter(line -> !example.isResult(line)), second.out().stream())
            .toList(),
        "no step ran twice");
  }

  @ParameterizedTest
  @EnumSource
  void restart_withAnotherParameter_isRefusedAndTouchesNothing(Example example) throws Exception {
    Workplace workplace = workplace(example, Size.TINY, "parameter");
    Final first = workplace.last(workplace.complete());
    Map<String, String> before = files(workplace);

    Ended other = workplace.with(example.arguments(Size.TINY, 4711)).run();

    assertEquals(FAILED, other.code(), other::toString);
    assertTrue(other.said("seed") && other.said("42") && other.said("4711"), other::toString);
    assertEquals(List.of(), other.out());
    Map<String, String> after = files(workplace);
    after.keySet().retainAll(before.keySet()); // the attempt itself has left its records
    assertEquals(before, after);
    assertEquals(first, workplace.last(workplace.complete()));
  }

  @ParameterizedTest
  @EnumSource
  void holdfastOff_sameResultWithoutAStore(Example example) throws Exception {
    Workplace on = workplace(example, Size.TINY, "on");
    Final with = on.last(on.complete());
    Workplace off = workplace(example, Size.TINY, "off", Map.of("HOLDFAST", "off"));

    Ended ended = off.complete();

    assertEquals(with.result(), ended.out().getLast());
    assertEquals(List.of(), ended.err());
    assertEquals(example.outputs(), List.copyOf(files(off).keySet()));
    for (String output : example.outputs()) {
      assertEquals(
          Files.readString(on.directory().resolve(output)),
          Files.readString(off.directory().resolve(output)));
    }
  }

  @Test
  void holdfastOff_noThreadAndNoSignalHandler() throws Exception {
    assumeTrue(Files.isDirectory(PROC.resolve("self/task")), "looks at threads through /proc");
    try (ExampleRun on = workplace(Example.PI, Size.ENDLESS, "on").start()) {
      on.awaitLines(1);
      assertFalse(holdfastThreads(on).isEmpty(), "they can be seen");
      on.signal("TERM");
      assertEquals(STOPPED, on.await().code(), on::toString);
    }
    Map<String, String> environment = Map.of("HOLDFAST", "off");
    try (ExampleRun off = workplace(Example.PI, Size.ENDLESS, "off", environment).start()) {
      off.awaitLines(1);
      assertEquals(List.of(), holdfastThreads(off));
      off.signal("TERM");
      assertEquals(TERMINATED, off.await().code(), off::toString);
    }
  }

  @Test
  void run_inADirectoryWithSpaceAndUmlaut_isResumed() throws Exception {
    String name = "Wärme und Kälte";
    assumeTrue(
        Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(name),
        "the locale has no umlauts");
    Workplace plain = workplace(Example.HEAT, Size.LONG, "plain");
    Ended undisturbed = plain.complete();
    Workplace workplace = workplace(Example.HEAT, Size.LONG, name, Workplace.MANY_VERSIONS);
    try (ExampleRun run = workplace.start()) {
      run.awaitLines(undisturbed.out().size() / 2);
      run.kill();
    }

    Ended ended = workplace.complete();

    assertTrue(ended.said("resuming version"), ended::toString);
    assertTrue(ended.said(name), ended::toString);
    assertEquals(plain.last(undisturbed), workplace.last(ended));
  }

  /** The names of its threads that are Holdfast's. */
  private static List<String> holdfastThreads(ExampleRun run) throws IOException {
    Path tasks = PROC.resolve(Long.toString(run.pid())).resolve("task");
    try (Stream<Path> threads = Files.list(tasks)) {
      return threads.map(ExamplesTest::nameOf).filter(name -> name.startsWith("holdfast")).toList();
    }
  }

  private static String nameOf(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip();
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  /** The content of every file there, by its path. */
  private static Map<String, String> files(Workplace workplace) throws IOException {
    Path root = workplace.directory();
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String content = HexFormat.of().formatHex(Files.readAllBytes(file));
        files.put(root.relativize(file).toString(), content);
      }
    }
    return files;
  }

  private Workplace workplace(Example example, Size size, String name) {
    return workplace(example, size, name, Map.of());
  }

  private Workplace workplace(
      Example example, Size size, String name, Map<String, String> environment) {
    return new Workplace(
        example, example.arguments(size, 42), directory.resolve(name), environment);
  }
}
