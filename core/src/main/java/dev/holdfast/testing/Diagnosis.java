// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out why stopping and resuming makes a difference, by experiment where there is one. Two
 * more undisturbed runs tell whether the program is deterministic. A stopped run whose surroundings
 * are not put back tells whether they are the cause. Two arrays that are written in turn, each in
 * steps in which the other stays as it is, have been swapped. What remains is judged by what the
 * program uses and does not declare.
 */
final class Diagnosis {
  private static final int UNDISTURBED_AGAIN = 2;
  private static final int STOPS_LOOKED_AT_MAX = 3;
  private static final int NAMED_MAX = 8;

  private static final List<String> GENERATORS =
      List.of(
          "java.util.Random",
          "java.util.random.",
          "java.util.SplittableRandom",
          "java.util.concurrent.ThreadLocalRandom",
          "java.security.SecureRandom",
          "org.apache.commons.rng.",
          "org.apache.commons.math3.random.");

  private final Legs legs;
  private final Run reference;
  private final List<Long> stops;
  private final long steps;
  private final ProgramClasses classes;
  private final List<String> notReset;

  Diagnosis(
      Legs legs,
      Run reference,
      List<Long> stops,
      long steps,
      ProgramClasses classes,
      List<String> notReset) {
    this.legs = legs;
    this.reference = reference;
    this.stops = stops;
    this.steps = steps;
    this.classes = classes;
    this.notReset = notReset;
  }

  /**
   * The error to be thrown.
   *
   * @param changed what the first leg of the stopped run has changed in its surroundings
   */
  AssertionError explain(Run stopped, List<Difference> differences, List<String> changed) {
    for (int i = 0; i < UNDISTURBED_AGAIN; i++) {
      List<Difference> again = Comparison.of(reference, legs.undisturbed());
      if (!again.isEmpty()) {
        return notDeterministic(again.getFirst());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "stopped after step "
            + numbers(stops)
            + " and resumed, the program ends otherwise than"
            + " undisturbed");
    lines.add(differences.getFirst().inWords("undisturbed", "stopped and resumed"));
    if (differences.size() > 1) {
      lines.add("also different: " + subjects(differences.subList(1, differences.size())));
    }
    firstStep().ifPresent(lines::add);
    lines.add(cause(stopped, changed));
    lines.addAll(notReset);
    return new AssertionError(String.join(System.lineSeparator() + "  ", lines), stopped.failure());
  }

  private AssertionError notDeterministic(Difference difference) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "the program is not deterministic: two undisturbed runs differ, so restarts cannot be"
            + " judged");
    lines.add(difference.inWords("in one run", "in another"));
    lines.add(
        "likely causes: a generator without a seed, the time of day, threads whose order matters,"
            + " the order of a hash table, or state made outside of the body");
    lines.addAll(notReset);
    return new AssertionError(String.join(System.lineSeparator() + "  ", lines));
  }

  private static String numbers(List<Long> numbers) {
    String first =
        numbers.stream().limit(NAMED_MAX).map(String::valueOf).collect(Collectors.joining(", "));
    return numbers.size() > NAMED_MAX ? first + ", ..." : first;
  }

  private static String subjects(List<Difference> differences) {
    String first =
        differences.stream()
            .limit(NAMED_MAX)
            .map(Difference::subject)
            .collect(Collectors.joining(", "));
    int more = differences.size() - NAMED_MAX;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /** Whether the very first step after a restart goes wrong already. */
  private Optional<String> firstStep() {
    for (long stop : stops.subList(0, Math.min(STOPS_LOOKED_AT_MAX, stops.size()))) {
      if (stop < steps) {
        List<Difference> soon = Comparison.of(legs.until(stop + 1), legs.until(stop, stop + 1));
        if (!soon.isEmpty()) {
          return Optional.of(
              "already the first step after the restart at step "
                  + stop
                  + " goes wrong: "
                  + soon.getFirst().inWords("undisturbed", "resumed"));
        }
      }
    }
    return Optional.empty();
  }

  private String cause(Run stopped, List<String> changed) {
    if (!changed.isEmpty() && Comparison.of(reference, legs.stoppedInOneProcess(stops)).isEmpty()) {
      return "cause: "
          + String.join("; ", changed)
          + " is not declared and begins anew in a new process: when it is left as it was, both"
          + " runs are the same. Declare it with protect, ref or bind, such as hf.bind(\"count\","
          + " () -> count, v -> count = v), or make it within the body";
    }
    if (stopped.failure() != null) {
      return "cause: what the program throws when it is resumed at step "
          + stopped.resumedAt()
          + ", given as the cause of this error";
    }
    return swapped().or(this::forgottenGenerator).orElseGet(() -> forgotten(changed));
  }

  /** Two arrays of which one changes while the other does not, and then the other way round. */
  private Optional<String> swapped() {
    if (steps < 3) {
      return Optional.empty();
    }
    long from = Math.min(stops.getFirst(), steps - 2);
    Run before = legs.until(from);
    Run middle = legs.until(from + 1);
    Run after = legs.until(from + 2);
    Set<String> first = changedRegions(before, middle);
    Set<String> second = changedRegions(middle, after);
    List<RegionSchema> regions = regions();
    for (RegionSchema one : regions) {
      for (RegionSchema other : regions) {
        boolean inTurn =
            first.contains(one.name())
                && !first.contains(other.name())
                && second.contains(other.name())
                && !second.contains(one.name());
        if (inTurn && alike(one, other)) {
          return Optional.of(swapped(one.name(), other.name(), from));
        }
      }
    }
    return Optional.empty();
  }

  private static String swapped(String one, String other, long from) {
    return ("likely cause: the variables of regions \"%s\" and \"%s\" are swapped: step %d writes"
            + " the one alone, step %d the other. protect restores each array into its own place"
            + " and knows nothing of variables. Declare both with ref: Ref<double[]> u ="
            + " hf.ref(\"u\", ...), and swap what the Refs hold")
        .formatted(one, other, from + 1, from + 2);
  }

  private static boolean alike(RegionSchema one, RegionSchema other) {
    boolean array = one.kind() == RegionKind.ARRAY || one.kind() == RegionKind.SEGMENT;
    return array
        && one.kind() == other.kind()
        && one.typeName().equals(other.typeName())
        && one.shape().equals(other.shape());
  }

  private static Set<String> changedRegions(Run before, Run after) {
    Set<String> names = new HashSet<>();
    for (Difference difference : Comparison.regions(before, after)) {
      difference.region().ifPresent(names::add);
    }
    return names;
  }

  private List<RegionSchema> regions() {
    try (StoredVersion version = reference.version().orElseThrow()) {
      return version.info().regions();
    }
  }

  private Optional<String> forgottenGenerator() {
    boolean declared = regions().stream().anyMatch(region -> region.kind() == RegionKind.RNG);
    Optional<String> used =
        classes.libraryClasses().stream()
            .filter(name -> GENERATORS.stream().anyMatch(name::startsWith))
            .findFirst();
    if (declared || used.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        ("likely cause: a random generator is forgotten: the program uses %s and declares no"
                + " generator, so at a restart it begins again from its seed. Declare it: Random"
                + " random = hf.protect(\"random\", new Random(seed))")
            .formatted(used.get()));
  }

  private static String forgotten(List<String> changed) {
    String seen =
        changed.isEmpty()
            ? ""
            : " (outside of the declared state these have changed: "
                + String.join("; ", changed)
                + ")";
    return "likely cause: the steps use something that is not declared and begins anew at a restart,"
        + " such as a local variable, a field or another generator"
        + seen
        + ". Declare it: hf.protect for an array or generator that stays the same object, hf.ref or"
        + " hf.cell for a variable, hf.bind for a field";
  }
}
