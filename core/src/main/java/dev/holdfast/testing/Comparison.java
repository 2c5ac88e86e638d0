// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Compares what two runs have left: how they ended, their newest versions region by region, bit for
 * bit, and their output files line by line.
 */
final class Comparison {
  private static final int LINE_SHOWN_MAX = 120;

  private Comparison() {}

  /** The first difference in each region and each file; empty when there is none. */
  static List<Difference> of(Run first, Run second) {
    List<Difference> all = new ArrayList<>();
    if (!first.ending().equals(second.ending())) {
      all.add(new Difference("the end of the run", "", first.ending(), second.ending()));
    }
    all.addAll(regions(first, second));
    outputs(first, second, all);
    return all;
  }

  /** The differences of the newest versions alone. */
  static List<Difference> regions(Run first, Run second) {
    List<Difference> all = new ArrayList<>();
    Optional<StoredVersion> left = first.version();
    Optional<StoredVersion> right = second.version();
    try (StoredVersion a = left.orElse(null);
        StoredVersion b = right.orElse(null)) {
      if (a == null || b == null) {
        if (a != b) {
          all.add(
              new Difference("the newest version", "", presence(a != null), presence(b != null)));
        }
        return all;
      }
      loops(a, b, all);
      for (Map.Entry<String, int[]> region : positions(a, b).entrySet()) {
        region(region.getKey(), a, region.getValue()[0], b, region.getValue()[1])
            .ifPresent(all::add);
      }
    }
    return all;
  }

  private static String presence(boolean there) {
    return there ? "is there" : "is missing";
  }

  private static void loops(StoredVersion a, StoredVersion b, List<Difference> all) {
    if (!a.info().state().phases().equals(b.info().state().phases())
        || a.info().state().step() != b.info().state().step()) {
      all.add(new Difference("the count of steps", "", loops(a), loops(b)));
    }
  }

  private static String loops(StoredVersion version) {
    StringBuilder words = new StringBuilder(version.info().state().step() + " in all");
    version
        .info()
        .state()
        .phases()
        .forEach(phase ->
            words.append(
                " (loop \"%s\": %d of %d%s)"
                    .formatted(
                        phase.name(),
                        phase.done(),
                        phase.total(),
                        phase.finished() ? "" : ", unfinished")));
    return words.toString();
  }

  /** By name, in the order of the first version: the position in either, or -1. */
  private static Map<String, int[]> positions(StoredVersion a, StoredVersion b) {
    Map<String, int[]> positions = new LinkedHashMap<>();
    List<RegionSchema> left = a.info().regions();
    for (int i = 0; i < left.size(); i++) {
      positions.put(left.get(i).name(), new int[] {i, b.regionNamed(left.get(i).name())});
    }
    List<RegionSchema> right = b.info().regions();
    for (int i = 0; i < right.size(); i++) {
      positions.putIfAbsent(right.get(i).name(), new int[] {-1, i});
    }
    return positions;
  }

  private static Optional<Difference> region(
      String name, StoredVersion a, int ia, StoredVersion b, int ib) {
    String place = Difference.region(name);
    if (ia < 0 || ib < 0) {
      return Optional.of(new Difference(place, "", presence(ia >= 0), presence(ib >= 0)));
    }
    RegionSchema left = a.info().regions().get(ia);
    RegionSchema right = b.info().regions().get(ib);
    boolean alike =
        left.typeName().equals(right.typeName())
            && left.elementType() == right.elementType()
            && left.sizeBytes() == right.sizeBytes()
            && left.blockLog2() == right.blockLog2()
            && left.shape().equals(right.shape());
    if (!alike) {
      return Optional.of(new Difference(place, "", Elements.shape(left), Elements.shape(right)));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bufferA = arena.allocate(left.blockSizeBytes(), 8);
      MemorySegment bufferB = arena.allocate(left.blockSizeBytes(), 8);
      for (int block = 0; block < left.blockCount(); block++) {
        MemorySegment bytesA = bufferA.asSlice(0, left.blockLengthBytes(block));
        MemorySegment bytesB = bufferB.asSlice(0, left.blockLengthBytes(block));
        a.readBlock(ia, block, bytesA);
        b.readBlock(ib, block, bytesB);
        long at = bytesA.mismatch(bytesB);
        if (at >= 0) {
          return Optional.of(Elements.difference(place, left, block, at, bytesA, bytesB));
        }
      }
    }
    return Optional.empty();
  }

  // Output files ----------------------------------------------------------------------------------

  private static void outputs(Run first, Run second, List<Difference> all) {
    Map<String, Path> left = first.outputs();
    Map<String, Path> right = second.outputs();
    TreeSet<String> names = new TreeSet<>(left.keySet());
    names.addAll(right.keySet());
    for (String name : names) {
      Path a = left.get(name);
      Path b = right.get(name);
      if (a == null || b == null) {
        all.add(
            new Difference("output file " + name, "", presence(a != null), presence(b != null)));
      } else {
        lines(name, a, b).ifPresent(all::add);
      }
    }
  }

  private static Optional<Difference> lines(String name, Path a, Path b) {
    try {
      if (Files.mismatch(a, b) < 0) {
        return Optional.empty();
      }
      // With -1 the end of the file is a line of its own, so that a missing line feed is seen.
      List<String> left = List.of(text(a).split("\n", -1));
      List<String> right = List.of(text(b).split("\n", -1));
      int line = 0;
      while (line < Math.min(left.size(), right.size()) && left.get(line).equals(right.get(line))) {
        line++;
      }
      return Optional.of(
          new Difference(
              "output file " + name,
              "in line " + (line + 1),
              shown(left, line),
              shown(right, line)));
    } catch (IOException e) {
      throw new UncheckedIOException("output file " + name + " of the rehearsal", e);
    }
  }

  /** One character per byte, so that other bytes are another text. */
  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  private static String shown(List<String> lines, int line) {
    if (line >= lines.size() || (line == lines.size() - 1 && lines.get(line).isEmpty())) {
      return "(end of file)";
    }
    String bytes = lines.get(line);
    String text = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return text.length() <= LINE_SHOWN_MAX
        ? "\"" + text + "\""
        : "\"" + text.substring(0, LINE_SHOWN_MAX) + "...\"";
  }
}
