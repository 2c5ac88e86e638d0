// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.ProgramFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One version's files on their way back into the program's folder.
 *
 * <p>First every file is written under a hidden name, verified block by block and synced, while the
 * program's files stay as they are. Then markers go, files in the way are moved aside, the state
 * files get their names, and the markers last: so a marker never stands beside a file that it does
 * not belong to. Killed anywhere, the same again leads to the same end.
 *
 * <p>A file is never written in place: a run that was taken over may still hold it open, and then
 * writes into a file without a name.
 */
final class PutBack {
  private final StoredVersion version;
  private final Disk disk;
  private final Path folder;
  private final Patterns patterns;
  private final FileFinder finder;
  private final StoreWriter store;
  private final Map<String, Part> parts = new TreeMap<>();
  private final Set<Path> directories = new LinkedHashSet<>();
  private final List<Path> put = new ArrayList<>();
  private final List<Path> movedAside = new ArrayList<>();
  private long bytes;

  /** A file of the version; the temporary one is null where the file that is there stays. */
  private record Part(
      Path path, FileFacts facts, FileImage image, Optional<Path> temporary, boolean equal) {}

  PutBack(
      StoredVersion version,
      Disk disk,
      Path folder,
      Patterns patterns,
      FileFinder finder,
      StoreWriter store) {
    this.version = version;
    this.disk = disk;
    this.folder = folder;
    this.patterns = patterns;
    this.finder = finder;
    this.store = store;
  }

  /** Writes and verifies what must be written; touches no file of the program. */
  void prepare() throws IOException {
    List<RegionSchema> regions = version.info().regions();
    int largest = regions.stream().mapToInt(RegionSchema::blockSizeBytes).max().orElse(1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stored = arena.allocate(largest, 8);
      MemorySegment present = arena.allocate(largest, 8);
      for (int i = 0; i < regions.size(); i++) {
        prepare(i, regions.get(i), stored, present);
      }
    }
  }

  private void prepare(int region, RegionSchema schema, MemorySegment stored, MemorySegment present)
      throws IOException {
    Path path = folder.resolve(schema.name());
    Path directory = parentOf(path);
    ProgramFiles.makeDirectories(directory);
    if (directories.add(directory)) {
      finder.sweep(directory);
    }
    FileFacts facts = FileFacts.of(version.info(), schema.name());
    byte[] digests = new byte[schema.blockCount() * FileImage.DIGEST_BYTES];
    Optional<FileStamp> there = ProgramFiles.stamp(path);
    boolean equal =
        there.isPresent()
            && there.get().bytes() == schema.sizeBytes()
            && equal(region, schema, path, stored, present, digests);
    Optional<Path> temporary = Optional.empty();
    boolean replace = !store.previousGone() || patterns.isMarker(schema.name());
    if (!equal || replace) {
      Path hidden = FileFinder.temporary(path, store.attempt());
      temporary = Optional.of(hidden);
      // Known before it is written, so that it is discarded when the version is damaged.
      parts.put(schema.name(), part(path, facts, schema, digests, temporary, equal));
      write(region, schema, hidden, facts, stored, digests);
    }
    parts.put(schema.name(), part(path, facts, schema, digests, temporary, equal));
  }

  private static Part part(
      Path path,
      FileFacts facts,
      RegionSchema schema,
      byte[] digests,
      Optional<Path> temporary,
      boolean equal) {
    FileStamp none = new FileStamp(0, 0, schema.sizeBytes(), 0, 0, 0, 0);
    return new Part(path, facts, new FileImage(none, schema, digests), temporary, equal);
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  /** Whether the file that is there has the version's content; every block is verified. */
  private boolean equal(
      int region,
      RegionSchema schema,
      Path path,
      MemorySegment stored,
      MemorySegment present,
      byte[] digests) {
    MessageDigest sha = FileImage.digest();
    try (DiskFile file = disk.open(path)) {
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment one = stored.asSlice(0, schema.blockLengthBytes(block));
        version.readBlock(region, block, one);
        FileImage.readBlock(file, schema, block, present, schema.name());
        if (one.mismatch(present.asSlice(0, one.byteSize())) >= 0) {
          return false;
        }
        digest(sha, one, digests, block);
      }
      return true;
    } catch (IOException | FileChanged e) {
      return false; // it cannot be read, so it is not what the program should find
    }
  }

  private static void digest(MessageDigest sha, MemorySegment block, byte[] digests, int number) {
    sha.update(block.asByteBuffer());
    byte[] digest = sha.digest();
    System.arraycopy(digest, 0, digests, number * FileImage.DIGEST_BYTES, digest.length);
  }

  private void write(
      int region,
      RegionSchema schema,
      Path hidden,
      FileFacts facts,
      MemorySegment stored,
      byte[] digests)
      throws IOException {
    MessageDigest sha = FileImage.digest();
    try (DiskFile file = disk.create(hidden, Disk.Access.OWNER)) {
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment one = stored.asSlice(0, schema.blockLengthBytes(block));
        version.readBlock(region, block, one);
        digest(sha, one, digests, block);
        file.writeFully(one.asByteBuffer(), (long) block << schema.blockLog2());
      }
      ProgramFiles.dress(hidden, facts.mode(), facts.modifiedNs());
      file.sync();
    }
  }

  /** Gives the files their names; nothing is read from the store any more. */
  void carryOut(boolean onlyLatest) throws IOException {
    boolean stateChanges =
        parts.entrySet().stream()
            .anyMatch(p -> !patterns.isMarker(p.getKey()) && !p.getValue().equal());
    List<Path> inTheWay = new ArrayList<>();
    for (FileFinder.Found file : finder.markers()) {
      addIfInTheWay(file, onlyLatest, inTheWay);
    }
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      Part one = part.getValue();
      if (one.equal() && patterns.isMarker(part.getKey()) && stateChanges) {
        ProgramFiles.delete(one.path()); // its bytes are at hand, under the hidden name
      }
    }
    addDifferent(true, inTheWay);
    addDifferent(false, inTheWay);
    for (FileFinder.Found file : finder.state()) {
      addIfInTheWay(file, onlyLatest, inTheWay);
    }
    moveAside(inTheWay);
    name(false);
    name(true);
  }

  private void addDifferent(boolean markers, List<Path> inTheWay) {
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      Path path = part.getValue().path();
      if (patterns.isMarker(part.getKey()) == markers
          && !part.getValue().equal()
          && ProgramFiles.exists(path)) {
        addOnce(path, inTheWay);
      }
    }
  }

  private static void addOnce(Path path, List<Path> paths) {
    if (!paths.contains(path)) {
      paths.add(path);
    }
  }

  /**
   * A file that matches and that the version does not hold was written after it, perhaps not to its
   * end; where a version holds only the latest, it may also be one that was older then.
   */
  private void addIfInTheWay(FileFinder.Found file, boolean onlyLatest, List<Path> inTheWay) {
    boolean held = parts.containsKey(file.name());
    if (!held && !(onlyLatest && file.stamp().modifiedNs() < oldestNs())) {
      addOnce(folder.resolve(file.name()), inTheWay);
    }
  }

  private long oldestNs() {
    return parts.values().stream().mapToLong(p -> p.facts().modifiedNs()).min().orElse(0);
  }

  private void moveAside(List<Path> inTheWay) throws IOException {
    int number = freeNumber(inTheWay);
    Set<Path> changed = new LinkedHashSet<>();
    for (Path path : inTheWay) {
      Path directory = parentOf(path);
      Path aside = directory.resolve(FileFinder.ASIDE + number);
      ProgramFiles.makePrivateDirectory(aside);
      Path moved = aside.resolve(path.getFileName());
      ProgramFiles.rename(path, moved);
      movedAside.add(moved);
      changed.add(aside);
      changed.add(directory);
    }
    sync(changed);
  }

  private static int freeNumber(List<Path> inTheWay) {
    int number = 1;
    for (Path path : inTheWay) {
      while (ProgramFiles.exists(parentOf(path).resolve(FileFinder.ASIDE + number))) {
        number++;
      }
    }
    return number;
  }

  private void name(boolean markers) throws IOException {
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      Part one = part.getValue();
      if (patterns.isMarker(part.getKey()) != markers) {
        continue;
      }
      if (one.temporary().isPresent()) {
        ProgramFiles.rename(one.temporary().get(), one.path());
        if (!one.equal()) {
          put.add(one.path());
          bytes += one.image().schema().sizeBytes();
        }
      } else {
        restoreTime(one);
      }
    }
    sync(directories);
  }

  /** A file that stays gets its time back too: programs ask which one is the newest. */
  private static void restoreTime(Part part) throws IOException {
    Optional<FileStamp> stamp = ProgramFiles.stamp(part.path());
    if (stamp.isPresent() && stamp.get().modifiedNs() != part.facts().modifiedNs()) {
      ProgramFiles.dress(part.path(), stamp.get().mode(), part.facts().modifiedNs());
    }
  }

  private void sync(Set<Path> changed) {
    for (Path directory : changed) {
      try {
        disk.syncDirectory(directory);
      } catch (IOException e) {
        // Names that do not survive the node are put back again after it has failed.
      }
    }
  }

  /** Removes what was written and got no name. */
  void discard() {
    for (Part part : parts.values()) {
      if (part.temporary().isPresent()) {
        try {
          ProgramFiles.delete(part.temporary().get());
        } catch (IOException e) {
          // The next restore sweeps it.
        }
      }
    }
  }

  /** What the files that are now there hold, by name. */
  Map<String, FileImage> images() throws IOException {
    Map<String, FileImage> images = new TreeMap<>();
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      Optional<FileStamp> stamp = ProgramFiles.stamp(part.getValue().path());
      if (stamp.isPresent()) {
        images.put(part.getKey(), part.getValue().image().of(stamp.get()));
      }
    }
    return images;
  }

  Restored restored() {
    return new Restored(version.number(), newest(), put, movedAside, bytes);
  }

  private Optional<Path> newest() {
    Comparator<Map.Entry<String, Part>> byTime =
        Comparator.comparingLong(part -> part.getValue().facts().modifiedNs());
    return parts.entrySet().stream()
        .filter(part -> !patterns.isMarker(part.getKey()))
        .max(byTime.thenComparing(Map.Entry::getKey))
        .map(part -> part.getValue().path());
  }
}
