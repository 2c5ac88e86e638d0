// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.OutputFile;
import dev.holdfast.storage.ParallelReader;
import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.format.VersionInfo.Phase;
import dev.holdfast.storage.io.Disk;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Fills a program's state from the newest version that verifies. What the program declares is
 * compared with the version as a whole before any of its bytes is touched; a version that turns out
 * to be damaged is passed over for the one before it.
 */
final class Restorer {
  private final WriterThread writerThread;
  private final StoreWriter store;
  private final Disk disk;
  private final Declared declared;
  private final Set<String> allowedChanges;
  private final boolean lazy;
  private final UnreadBlocks unread;

  /**
   * @param lazy whether what can be mapped is to be read when it is touched
   * @param unread is told what was mapped and is to be verified yet
   */
  Restorer(
      WriterThread writerThread,
      StoreWriter store,
      Disk disk,
      Declared declared,
      Set<String> allowedChanges,
      boolean lazy,
      UnreadBlocks unread) {
    this.lazy = lazy;
    this.unread = unread;
    this.writerThread = writerThread;
    this.store = store;
    this.disk = disk;
    this.declared = declared;
    this.allowedChanges = allowedChanges;
  }

  /**
   * The version that was restored.
   *
   * @param number 0 for a fresh start
   * @param usefulNs the useful computing that it holds
   */
  record Found(
      long number,
      long attempt,
      long step,
      long capturedEpochMs,
      long usefulNs,
      List<Phase> phases,
      Costs costs,
      Map<String, String> measured) {
    static final Found NOTHING = new Found(0, 0, 0, 0, 0, List.of(), Costs.NONE, Map.of());
  }

  /**
   * Restores on the writer thread, where reads cannot be interrupted.
   *
   * @throws Fenced when another run has opened the store since this one has
   */
  Found restore() {
    return writerThread.call(() -> {
      try {
        return restoreHere();
      } catch (StoreException e) {
        Fallback.requireStore(store); // a successor may have deleted what was to be read
        throw e;
      }
    });
  }

  private Found restoreHere() {
    Optional<Found> found = Fallback.restore(store, this::compare, this::restoreFrom);
    if (found.isEmpty()) {
      declared.outputs().values().forEach(output -> output.attach(begin(output)));
    }
    return found.orElse(Found.NOTHING);
  }

  private Found restoreFrom(StoredVersion version) {
    fill(version);
    return found(version);
  }

  /** One error that names every difference between the program and the version. */
  private void compare(StoredVersion version) {
    List<String> differences = new ArrayList<>();
    compareParameters(version.info(), differences);
    compareOutputs(version.info(), differences);
    try {
      declared.state().checkAgainst(version.info().regions());
    } catch (RestoreMismatchException e) {
      differences.addAll(e.differences());
    }
    if (!differences.isEmpty()) {
      throw new RestoreMismatchException(differences);
    }
  }

  private void compareParameters(VersionInfo info, List<String> differences) {
    Map<String, String> stored = new TreeMap<>(info.parameters());
    declared
        .parameters()
        .forEach((name, value) -> {
          String before = stored.remove(name);
          if (!allowedChanges.contains(name) && !value.equals(before)) {
            differences.add(
                "parameter "
                    + name
                    + ": "
                    + value
                    + " now, "
                    + (before == null ? "not recorded" : before)
                    + " in the version; allow it with job(...).allowChange(\""
                    + name
                    + "\")");
          }
        });
    for (Map.Entry<String, String> left : stored.entrySet()) {
      if (!allowedChanges.contains(left.getKey())) {
        differences.add(
            "parameter "
                + left.getKey()
                + ": "
                + left.getValue()
                + " in the version, not declared");
      }
    }
  }

  private void compareOutputs(VersionInfo info, List<String> differences) {
    for (OutputMark mark : info.outputs()) {
      if (!declared.outputs().containsKey(mark.path())) {
        differences.add("output file " + mark.path() + ": in the version, not declared");
      }
    }
  }

  private void fill(StoredVersion version) {
    for (AppendFile output : declared.outputs().values()) {
      OutputMark mark = mark(version.info(), output.name());
      if (mark != null) {
        OutputFile.verify(disk, output.path(), mark);
      }
    }
    declared.outputs().values().forEach(AppendFile::release); // of a version that was passed over
    unread.clear();
    boolean mapping = lazy && isOfTheAttemptBefore(version);
    try (ParallelReader reader = version.inParallel()) {
      declared.state().restore(new Reader(version, reader, mapping, unread));
    }
    Fallback.requireStore(store); // the output files are a successor's, if there is one
    for (AppendFile output : declared.outputs().values()) {
      OutputMark mark = mark(version.info(), output.name());
      output.attach(
          mark == null
              ? OutputFile.beginAside(disk, output.path(), store.previousGone(), Messages::info)
              : OutputFile.resume(disk, output.path(), mark, store.previousGone()));
    }
  }

  /**
   * Whether the newest attempt but this one has made the version. Where that has made none it may
   * have found it damaged: then all of it is read before any is believed.
   */
  private boolean isOfTheAttemptBefore(StoredVersion version) {
    return Store.open(store.root(), disk).heads(version.number()).stream()
        .allMatch(record -> record.type() != RecordType.OPEN || record.number() == store.attempt());
  }

  private OutputFile begin(AppendFile output) {
    return OutputFile.beginAside(disk, output.path(), store.previousGone(), Messages::info);
  }

  private static @Nullable OutputMark mark(VersionInfo info, String name) {
    for (OutputMark mark : info.outputs()) {
      if (Objects.equals(mark.path(), name)) {
        return mark;
      }
    }
    return null;
  }

  static Found found(StoredVersion version) {
    VersionInfo info = version.info();
    return new Found(
        version.number(),
        version.attempt(),
        info.state().step(),
        info.state().capturedEpochMs(),
        info.ledger().usefulNs(),
        info.state().phases(),
        info.costs(),
        info.measured());
  }

  /** The version's blocks, for the regions. */
  private record Reader(
      StoredVersion version, ParallelReader parallel, boolean mapping, UnreadBlocks unread)
      implements BlockReader {
    @Override
    public List<RegionSchema> regions() {
      return version.info().regions();
    }

    @Override
    public void readBlock(int region, int block, MemorySegment into) {
      version.readBlock(region, block, into);
    }

    @Override
    public void readRegion(int region, ParallelReader.Target target) {
      parallel.read(region, target);
    }

    @Override
    public List<RawRun> rawRuns(int region) {
      return mapping ? unread.chosen(version.rawRuns(region)) : List.of();
    }

    @Override
    public void mapped(int region, RawRun run, MemorySegment bytes) {
      int[] crc32c = new int[run.blocks()];
      Arrays.setAll(crc32c, i -> version.rawCrc32c(region, run.firstBlock() + i));
      unread.add(version.info().regions().get(region).name(), run, bytes, crc32c);
    }

    @Override
    public void await() {
      parallel.await();
    }
  }
}
