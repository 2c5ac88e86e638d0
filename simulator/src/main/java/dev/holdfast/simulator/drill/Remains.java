// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.FileDifference;
import dev.holdfast.VersionDifference;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What two finished runs have left: the newest version of every store, and files. */
final class Remains {
  private final Path reference;
  private final Path killed;
  private final List<String> compared = new ArrayList<>();
  private final List<String> places = new ArrayList<>();
  private final MessageDigest digest = sha256();

  private Remains(Path reference, Path killed) {
    this.reference = reference;
    this.killed = killed;
  }

  /**
   * Compares: the regions of the newest versions, the output files that belong to them, and the
   * files that are named. Where there is neither store nor name, all files.
   *
   * @param same files, relative to both folders
   * @param store the store relative to both folders, empty to look for it
   */
  static Verdict compare(Path reference, Path killed, List<String> same, Optional<String> store)
      throws IOException {
    Remains remains = new Remains(reference, killed);
    Set<String> files = new LinkedHashSet<>();
    List<Path> stores = StoreWatch.stores(reference, store);
    for (Path path : stores) {
      remains.compareStore(reference.relativize(path), files);
    }
    files.addAll(same);
    if (stores.isEmpty() && same.isEmpty()) {
      files.addAll(filesIn(reference));
      files.addAll(filesIn(killed));
    }
    for (String file : files) {
      remains.compareFile(file);
    }
    return remains.verdict();
  }

  private Verdict verdict() {
    if (!places.isEmpty()) {
      return new Verdict.OtherBits(List.copyOf(places));
    }
    return compared.isEmpty()
        ? new Verdict.NothingShown(
            "there is nothing to compare: the command has left neither a store nor a file in its"
                + " folder; name its store with --store, its files with --same")
        : new Verdict.SameBits(List.copyOf(compared), HexFormat.of().formatHex(digest.digest()));
  }

  private void compareStore(Path name, Set<String> files) throws IOException {
    Path other = killed.resolve(name);
    if (!Files.isDirectory(other.resolve("log"))) {
      places.add(name + ": the store is missing");
      return;
    }
    try (StoredVersion expected = newest(reference.resolve(name));
        StoredVersion actual = newest(other)) {
      if (expected == null || actual == null) {
        if (expected != null) {
          places.add(name + ": it holds no version");
        }
        return;
      }
      VersionDifference.between(expected, actual).forEach(d -> places.add(d.toString()));
      List<RegionSchema> regions = expected.info().regions();
      for (int region = 0; region < regions.size(); region++) {
        compared.add(regions.get(region).name());
        digestRegion(expected, region);
      }
      for (OutputMark output : expected.info().outputs()) {
        if (!Path.of(output.path()).isAbsolute()) {
          files.add(output.path());
        }
      }
    }
  }

  private static @Nullable StoredVersion newest(Path store) {
    return DrillStore.open(store).newest().orElse(null);
  }

  private void digestRegion(StoredVersion version, int region) {
    RegionSchema schema = version.info().regions().get(region);
    digest.update(schema.name().getBytes(StandardCharsets.UTF_8));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(schema.blockSizeBytes(), 8);
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment bytes = buffer.asSlice(0, schema.blockLengthBytes(block));
        version.readBlock(region, block, bytes);
        digest.update(bytes.asByteBuffer());
      }
    }
  }

  private void compareFile(String name) throws IOException {
    Path expected = reference.resolve(name);
    Path actual = killed.resolve(name);
    compared.add(name);
    if (!Files.isRegularFile(expected)) {
      places.add(name + ": the undisturbed run has not made this file");
      return;
    }
    if (Files.isRegularFile(actual)) {
      FileDifference.between(expected, actual).ifPresent(d -> places.add(inWords(name, d)));
    } else {
      places.add(name + ": missing");
    }
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    try (InputStream in = new DigestInputStream(Files.newInputStream(expected), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static String inWords(String name, FileDifference found) {
    String place =
        found.line().isPresent()
            ? ":" + found.line().getAsLong()
            : String.format(Locale.ROOT, " byte %,d", found.offsetBytes());
    return name + place + ": expected " + found.expected() + ", found " + found.actual();
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
