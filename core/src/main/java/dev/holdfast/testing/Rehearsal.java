// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.Body;
import dev.holdfast.Outcome;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks in a unit test that a program can be stopped and resumed without anybody seeing it in the
 * result:
 *
 * <pre>{@code
 * @Test
 * void heat_stoppedAndResumed_endsWithTheSameBits() {
 *   Rehearsal.of(hf -> Heat.simulate(hf, 64, 10)).stopAt(3, 7).check();
 * }
 * }</pre>
 *
 * <p>The program runs undisturbed; then it runs again, is stopped at the boundary after step 3,
 * resumed, stopped after step 7, and resumed to its end. Both must have left the same: every region
 * and cell of the final version bit for bit, every output file line by line, and the same outcome.
 * Where they differ, the error names the region, element and both values, or the file and line, and
 * says what to do. Steps count over all loops, ticks included. Stops after odd and after even
 * numbers of steps find more: two buffers that are swapped are back in place after every second
 * step.
 *
 * <p>Everything happens in this JVM and in a temporary folder, see {@link
 * dev.holdfast.Job#sandbox}: no environment variable, properties file or signal matters, and no
 * store and no output file of the real program is touched. A program that reads an output file back
 * must not expect it in the working directory.
 *
 * <p>A restart in a new process begins with fresh static fields. So before every leg, static fields
 * of the program's classes and what the body has captured are put back as they were when {@link
 * #check} was called: assignable fields, the contents of arrays, of objects of the program's own
 * classes, of JDK collections and atomic variables, and generators whose state can be read. The
 * program's classes are those that the body's class names, directly or through others, and that lie
 * where it lies or in a folder of class files. What a leg leaves in a library's objects, thread
 * locals, system properties, files it opened itself or other threads carries over to the next leg:
 * a program that forgets something of that kind passes here, and only killing its process would
 * show it. After {@code check} they are put back once more, so that the next test begins as this
 * one did. The program's classes are initialized, and tests that use the same static fields must
 * not run at the same time.
 */
public final class Rehearsal {
  private final Body body;
  private final SortedSet<Long> stops = new TreeSet<>();
  private boolean everyStep;
  private @Nullable Path folder;

  private Rehearsal(Body body) {
    this.body = body;
  }

  /**
   * Rehearses a program; its sizes should be small, because it runs more than once.
   *
   * @param body as {@link dev.holdfast.Holdfast#main} takes it; what a new process would make anew
   *     it must make itself
   */
  public static Rehearsal of(Body body) {
    return new Rehearsal(body);
  }

  /**
   * Stops the program at the boundaries at which so many steps are done, one after another in one
   * run. Without a call, after the first step, half of the steps, and the last.
   *
   * @param steps each 1 or more, and at most as many as the program has
   */
  public Rehearsal stopAt(long... steps) {
    for (long step : steps) {
      if (step < 1) {
        throw new IllegalArgumentException(
            "stopAt(" + step + "): the first boundary is the one after step 1");
      }
      stops.add(step);
    }
    return this;
  }

  /** Stops the program after each of its steps: as many restarts as it has steps. */
  public Rehearsal everyStep() {
    everyStep = true;
    return this;
  }

  /**
   * Keeps the stores and output files of all runs, in a new folder within this one, to be looked at
   * with {@code holdfast ls} and {@code export}. Otherwise they are deleted.
   */
  public Rehearsal in(Path keptFolder) {
    folder = keptFolder;
    return this;
  }

  /**
   * Runs and compares. After a difference the program runs some ten times more, to find the cause.
   *
   * @throws AssertionError when stopping and resuming makes a difference, when two undisturbed runs
   *     differ already, or when the undisturbed run does not complete
   * @throws IllegalArgumentException when the program has fewer steps than it should be stopped at
   */
  public RehearsalReport check() {
    try {
      Path kept = folder;
      Path root =
          kept == null
              ? Files.createTempDirectory("holdfast-rehearsal-")
              : Files.createTempDirectory(Files.createDirectories(kept), "rehearsal-");
      try {
        return check(root);
      } finally {
        if (kept == null) {
          delete(root);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder of a rehearsal; choose another with in()", e);
    }
  }

  private RehearsalReport check(Path root) {
    ProgramClasses classes = ProgramClasses.of(body);
    Surroundings surroundings = new Surroundings(body, classes, root.resolve("generators"));
    Legs legs = new Legs(body, surroundings, root);
    try {
      return check(legs, classes, surroundings.notReset());
    } finally {
      surroundings.reset();
    }
  }

  private RehearsalReport check(Legs legs, ProgramClasses classes, List<String> notReset) {
    Run reference = legs.undisturbed();
    requireComplete(reference);
    try (StoredVersion version = reference.version().orElseThrow(Rehearsal::withoutSteps)) {
      if (version.info().regions().isEmpty() && reference.outputs().isEmpty()) {
        throw new AssertionError(
            "nothing was compared: the program protects no state and declares no output file;"
                + " protect what a restart must bring back");
      }
      long steps = version.info().state().step();
      List<Long> planned = plan(steps);
      Run stopped = legs.stopped(planned);
      List<Difference> differences = Comparison.of(reference, stopped);
      if (!differences.isEmpty()) {
        Diagnosis diagnosis = new Diagnosis(legs, reference, planned, steps, classes, notReset);
        throw diagnosis.explain(stopped, differences, legs.changed());
      }
      return new RehearsalReport(
          steps,
          planned,
          names(version.info().regions()),
          List.copyOf(reference.outputs().keySet()),
          notReset);
    }
  }

  /** Without the row lengths, which belong to the array they are stored beside. */
  private static List<String> names(List<RegionSchema> regions) {
    return regions.stream()
        .filter(region -> region.kind() != RegionKind.SHAPE)
        .map(RegionSchema::name)
        .toList();
  }

  private static void requireComplete(Run reference) {
    boolean complete = reference.outcome() instanceof Outcome.Complete c && c.durable();
    if (!complete) {
      throw new AssertionError(
          "the undisturbed run %s; rehearse a program that runs to its end"
              .formatted(reference.ending()),
          reference.failure());
    }
  }

  private static IllegalArgumentException withoutSteps() {
    return new IllegalArgumentException(
        "the program passes no boundary, so it cannot be stopped; loop over hf.steps(n), or call"
            + " hf.restore() before a while-loop and hf.tick() after each step");
  }

  private List<Long> plan(long steps) {
    if (steps == 0) {
      throw withoutSteps();
    }
    if (everyStep) {
      return LongStream.rangeClosed(1, steps).boxed().toList();
    }
    if (stops.isEmpty()) {
      return LongStream.of(1, Math.max(1, steps / 2), steps).distinct().boxed().toList();
    }
    if (stops.last() > steps) {
      throw new IllegalArgumentException(
          "stopAt(%d): the program has %d steps; stop it at 1 to %d"
              .formatted(stops.last(), steps, steps));
    }
    return List.copyOf(stops);
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
