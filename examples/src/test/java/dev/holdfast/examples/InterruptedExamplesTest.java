// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.examples.Example.Size;
import dev.holdfast.examples.ExampleRun.Ended;
import dev.holdfast.examples.Workplace.Final;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever interrupts an example, and however often: resumed in new JVMs it ends with the very bits
 * of a run that nobody disturbed.
 */
@Execution(ExecutionMode.CONCURRENT)
final class InterruptedExamplesTest {
  private static final int KILLS = Boolean.getBoolean("holdfast.soak") ? 100 : 12;
  private static final int STOPS = 6;

  /** Parts of the job; after each kill it may come one part further, so it outlives all of them. */
  private static final int PARTS = KILLS + 2;

  private static final int KILLED = 128 + 9;
  private static final int STOPPED = 75;

  /** What each example prints and leaves behind when nobody disturbs it. */
  private static final Map<Example, Reference> REFERENCES = new EnumMap<>(Example.class);

  private record Reference(List<String> out, Final last) {}

  @TempDir Path directory;

  private final long seed = Long.getLong("holdfast.test.seed", System.nanoTime() & 0xFFFFFFFL);
  private final Random random = new Random(seed);

  @BeforeEach
  void tellTheSeed(TestInfo test) {
    System.out.println(
        test.getDisplayName()
            + ", moments as drawn by: ./mvnw -B verify -pl examples -am -Dtest="
            + getClass().getSimpleName()
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.test.seed="
            + seed);
  }

  @ParameterizedTest
  @EnumSource
  void run_killedAtRandomMomentsAndResumed_endsWithTheSameBits(Example example) throws Exception {
    Reference undisturbed = undisturbed(example);
    Set<String> lines = new HashSet<>(undisturbed.out());
    Workplace workplace = workplace(example, "killed");
    int resumed = 0;

    for (int kill = 1; kill <= KILLS; kill++) {
      try (ExampleRun run = workplace.start()) {
        reachAMoment(run, kill, undisturbed.out());
        Ended ended = run.kill();
        assertEquals(KILLED, ended.code(), run::toString);
        assertTrue(lines.containsAll(withoutTornLine(ended.out())), run::toString);
        resumed += ended.said("resuming version") ? 1 : 0;
      }
    }
    System.out.println(example + ": resumed after " + resumed + " of " + KILLS + " kills");
    assertTrue(resumed >= 2, "versions were made and used: " + resumed);

    Ended ended = workplace.complete();
    assertEquals(lastLines(undisturbed.out(), ended.out().size()), ended.out());
    assertEquals(undisturbed.last(), workplace.last(ended));
  }

  @ParameterizedTest
  @EnumSource
  void run_stoppedByTermAtRandomMoments_exits75AndLosesNoStep(Example example) throws Exception {
    Reference undisturbed = undisturbed(example);
    Workplace workplace = workplace(example, "stopped");
    List<String> printed = new ArrayList<>();

    for (int stop = 1; stop <= STOPS; stop++) {
      try (ExampleRun run = workplace.start()) {
        run.awaitLines(1 + random.nextInt(undisturbed.out().size() / (2 * STOPS)));
        pauseUpToMs(20);
        run.signal("TERM");
        Ended ended = run.await();
        assertEquals(STOPPED, ended.code(), run::toString);
        assertTrue(ended.said("stopping after this step (SIGTERM)"), run::toString);
        assertTrue(ended.out().stream().noneMatch(example::isResult), run::toString);
        printed.addAll(ended.out());
      }
    }
    Ended ended = workplace.complete();
    printed.addAll(ended.out());

    assertEquals(undisturbed.out(), printed, "all attempts together print every line once");
    assertEquals(undisturbed.last(), workplace.last(ended));
  }

  /**
   * While it starts, while it opens and restores, in its loop, or when it has come as far as it
   * may.
   *
   * @param lines all lines of an undisturbed run
   */
  private void reachAMoment(ExampleRun run, int kill, List<String> lines)
      throws InterruptedException {
    Set<String> farEnough = Set.copyOf(lines.subList(lines.size() * kill / PARTS, lines.size()));
    switch (kill % 4 == 0 ? 2 : random.nextInt(6)) { // on a slow machine too some come far
      case 0 -> pauseUpToMs(250);
      case 1 -> {
        run.awaitMessage(" attempt ");
        pauseUpToMs(50);
      }
      case 2 -> run.awaitOneOf(farEnough, ExampleRun.PATIENCE.toNanos());
      default -> {
        run.awaitLines(1);
        run.awaitOneOf(farEnough, random.nextLong(TimeUnit.MILLISECONDS.toNanos(300)));
      }
    }
  }

  /** The moment is what is random here; nothing waits for this to be long enough. */
  private void pauseUpToMs(int ms) {
    LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(ms)));
  }

  /** Without the last line, of which a kill may leave the beginning only. */
  private static List<String> withoutTornLine(List<String> lines) {
    return lines.isEmpty() ? lines : lines.subList(0, lines.size() - 1);
  }

  private static List<String> lastLines(List<String> lines, int count) {
    return lines.subList(lines.size() - count, lines.size());
  }

  private Workplace workplace(Example example, String name) {
    return new Workplace(
        example,
        example.arguments(Size.LONG, 42),
        directory.resolve(name),
        Workplace.MANY_VERSIONS);
  }

  private Reference undisturbed(Example example) throws IOException, InterruptedException {
    synchronized (REFERENCES) {
      Reference known = REFERENCES.get(example);
      if (known == null) {
        known = undisturbedRun(example);
        REFERENCES.put(example, known);
      }
      return known;
    }
  }

  private Reference undisturbedRun(Example example) throws IOException, InterruptedException {
    Workplace workplace =
        new Workplace(
            example, example.arguments(Size.LONG, 42), directory.resolve("alone"), Map.of());
    Ended ended = workplace.complete();
    assertTrue(ended.out().size() > 2 * PARTS, "lines to wait for: " + ended);
    return new Reference(ended.out(), workplace.last(ended));
  }
}
