// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.RegionChange;
import dev.holdfast.RegionChange.Counts;
import dev.holdfast.RegionChange.Largest;
import dev.holdfast.RegionChange.Outcome;
import dev.holdfast.VersionDifference;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.format.VersionInfo.State;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What changed from one version to another, in words and for programs.
 *
 * @param regions the regions of both
 * @param outputs the output files of both
 */
record VersionDiff(
    Side first, Side second, List<RegionChange> regions, List<OutputChange> outputs) {

  /** One of the two versions. */
  record Side(Path store, long number, State state) {
    Map<String, Object> toJson() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("store", store.toString());
      json.put("number", number);
      json.put("step", state.step());
      return json;
    }

    @Override
    public String toString() {
      return Text.format("%s@%d (step %,d)", store, number, state.step());
    }
  }

  /** What the two versions know of one output file; empty where one does not know it. */
  record OutputChange(String path, Optional<OutputMark> before, Optional<OutputMark> after) {
    Outcome outcome() {
      if (after.isEmpty()) {
        return Outcome.ONLY_IN_FIRST;
      }
      if (before.isEmpty()) {
        return Outcome.ONLY_IN_SECOND;
      }
      return before.equals(after) ? Outcome.SAME : Outcome.CHANGED;
    }
  }

  /** Reads both versions, block by block. */
  static VersionDiff of(Path one, StoredVersion before, Path two, StoredVersion after) {
    TreeSet<String> paths = new TreeSet<>();
    before.info().outputs().forEach(mark -> paths.add(mark.path()));
    after.info().outputs().forEach(mark -> paths.add(mark.path()));
    List<OutputChange> outputs =
        paths.stream()
            .map(path -> new OutputChange(path, mark(before, path), mark(after, path)))
            .toList();
    return new VersionDiff(
        new Side(one, before.number(), before.info().state()),
        new Side(two, after.number(), after.info().state()),
        RegionChange.between(before, after),
        outputs);
  }

  private static Optional<OutputMark> mark(StoredVersion version, String path) {
    return version.info().outputs().stream().filter(mark -> mark.path().equals(path)).findFirst();
  }

  /** Whether a restart from either would go on from the same bits, at the same step. */
  boolean same() {
    return first.state().step() == second.state().step()
        && first.state().phases().equals(second.state().phases())
        && regions.stream().allMatch(region -> region.outcome() == Outcome.SAME)
        && outputs.stream().allMatch(output -> output.outcome() == Outcome.SAME);
  }

  void print(PrintWriter out) {
    long differ = regions.stream().filter(region -> region.outcome() != Outcome.SAME).count();
    out.println(first + " and " + second + ":");
    out.println(
        Text.format("%d of %s differ", differ, Text.count(regions.size(), "region"))
            + (same() ? "; the same bits" : ""));
    Text.Table table =
        new Text.Table(
            "lrrlll", "region", "blocks", "elements", "largest change", "relative", "first change");
    for (RegionChange region : regions) {
      region.counts().filter(c -> c.changedBlocks() > 0).ifPresent(c -> table.row(row(region, c)));
    }
    if (table.rows().size() > 1) {
      table.print(out, "  ");
    }
    regions.forEach(region -> inWords(region).ifPresent(line -> out.println("  " + line)));
    outputs.forEach(output -> inWords(output).ifPresent(line -> out.println("  " + line)));
  }

  private static String[] row(RegionChange region, Counts counts) {
    return new String[] {
      region.region(),
      of(counts.changedBlocks(), counts.blocks()),
      of(counts.changedElements(), counts.elements()),
      largest(counts.absolute()),
      largest(counts.relative()),
      region.first().map(VersionDiff::change).orElse("")
    };
  }

  private static String of(long part, long all) {
    return Text.count(part) + " of " + Text.count(all);
  }

  private static String largest(Optional<Largest> largest) {
    return largest
        .map(l -> brief(l.change()) + (l.place().isEmpty() ? "" : " at " + l.place()))
        .orElse("-");
  }

  /** Four digits, and no more zeros than there must be. */
  private static String brief(double value) {
    return value < 1e6 && value == Math.rint(value)
        ? Text.format("%.0f", value)
        : Text.format("%.4g", value);
  }

  private static String change(VersionDifference first) {
    String place = first.place().isEmpty() ? "" : first.place() + ": ";
    return place + first.expected() + " -> " + first.actual();
  }

  /** What the table has no column for. */
  private static Optional<String> inWords(RegionChange region) {
    String name = region.region();
    return switch (region.outcome()) {
      case SAME -> Optional.empty();
      case CHANGED ->
          region
              .counts()
              .filter(counts -> counts.notFiniteElements() > 0)
              .map(counts ->
                  Text.format(
                      "%s: %s from or to NaN or infinity",
                      name, Text.count(counts.notFiniteElements(), "element")));
      case ONLY_IN_FIRST -> Optional.of(name + ": only in the first");
      case ONLY_IN_SECOND -> Optional.of(name + ": only in the second");
      case OTHER_FORM -> region.first().map(why -> name + ": " + change(why));
    };
  }

  private static Optional<String> inWords(OutputChange output) {
    String name = "output " + output.path();
    return switch (output.outcome()) {
      case ONLY_IN_FIRST -> Optional.of(name + ": only in the first");
      case ONLY_IN_SECOND -> Optional.of(name + ": only in the second");
      case CHANGED -> Optional.of(name + ": " + lengths(output));
      default -> Optional.empty();
    };
  }

  private static String lengths(OutputChange output) {
    long before = output.before().map(OutputMark::bytes).orElse(0L);
    long after = output.after().map(OutputMark::bytes).orElse(0L);
    return before == after
        ? "other content of " + Text.count(after, "byte")
        : Text.count(before) + " -> " + Text.count(after, "byte");
  }

  Map<String, Object> toJson() {
    List<Object> regionList = new ArrayList<>();
    regions.forEach(region -> regionList.add(json(region)));
    List<Object> outputList = new ArrayList<>();
    for (OutputChange output : outputs) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("path", output.path());
      entry.put("outcome", word(output.outcome()));
      output.before().ifPresent(mark -> entry.put("first_bytes", mark.bytes()));
      output.after().ifPresent(mark -> entry.put("second_bytes", mark.bytes()));
      outputList.add(entry);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.diff/1");
    json.put("first", first.toJson());
    json.put("second", second.toJson());
    json.put("same", same());
    json.put("regions", regionList);
    json.put("outputs", outputList);
    return json;
  }

  private static Map<String, Object> json(RegionChange region) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", region.region());
    json.put("outcome", word(region.outcome()));
    region
        .counts()
        .ifPresent(counts -> {
          json.put("blocks", counts.blocks());
          json.put("changed_blocks", counts.changedBlocks());
          json.put("elements", counts.elements());
          json.put("changed_elements", counts.changedElements());
          json.put("not_finite_elements", counts.notFiniteElements());
          counts.absolute().ifPresent(largest -> json.put("largest_absolute", json(largest)));
          counts.relative().ifPresent(largest -> json.put("largest_relative", json(largest)));
        });
    region
        .first()
        .ifPresent(change -> {
          Map<String, Object> place = new LinkedHashMap<>();
          place.put("place", change.place());
          place.put("first", change.expected());
          place.put("second", change.actual());
          json.put("first_change", place);
        });
    return json;
  }

  private static Map<String, Object> json(Largest largest) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("change", largest.change());
    json.put("place", largest.place());
    return json;
  }

  private static String word(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }
}
