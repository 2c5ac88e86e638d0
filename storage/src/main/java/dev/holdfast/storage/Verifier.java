// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.VerifyOptions.Depth;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Verifies a store: every byte of every file, not only what the newest version needs, because the
 * next restart may need another one. Then every block of every version, decoded through all its
 * layers, once, and the output files that a restart would go on with. {@link VerifyOptions} say
 * where it stops short of that.
 *
 * <p>A running job is not disturbed, and what it deletes or adds meanwhile is not held against it.
 */
public final class Verifier implements AutoCloseable {
  private final Disk disk;
  private final Store store;
  private final StoreLayout layout;
  private final VerifyOptions options;
  private final Findings findings;
  private final Workers workers;
  private final VersionCheck versionCheck;
  private final LineCheck line;

  private final TreeMap<Long, Optional<VersionRecord>> versions = new TreeMap<>();
  private final Set<Long> foreign = new TreeSet<>();
  private final Map<Long, Long> attemptByRecord = new TreeMap<>();
  private final Set<Long> sound = new TreeSet<>();

  private Verifier(Store store, Disk disk, VerifyOptions options) {
    this.store = store;
    this.disk = disk;
    this.options = options;
    this.layout = store.layout();
    this.findings = new Findings(options);
    this.workers = new Workers(options.threads(), "holdfast-verify-");
    this.versionCheck = new VersionCheck(options, findings, workers);
    this.line = new LineCheck(disk, layout, findings);
  }

  /** Verifies all of the store at a path, see {@link #verify(Path, Disk, VerifyOptions)}. */
  public static VerifyReport verify(Path path, Disk disk) {
    return verify(path, disk, VerifyOptions.ALL);
  }

  /**
   * Verifies the store at a path.
   *
   * @throws StoreRefusedException when there is none
   * @throws KeyException when it is sealed with another key, or not sealed and a key is given
   * @throws StoreIoException when it cannot be read at all
   */
  public static VerifyReport verify(Path path, Disk disk, VerifyOptions options) {
    Store store = Store.open(path, disk, options.keys());
    try (Verifier verifier = new Verifier(store, disk, options)) {
      return verifier.run();
    } catch (IOException e) {
      throw new StoreIoException("verifying store", store.root(), e);
    }
  }

  /** Every block of one record's file and all around them; what is wrong is told. */
  static void verifyFile(RecordFile record, Workers workers, Consumer<StoreException> problems)
      throws IOException {
    try {
      RecordFile.Metadata metadata = record.readMetadata();
      List<RegionSchema> regions = List.of();
      if (RecordReader.of(record, metadata.sections()) instanceof VersionRecord version) {
        checkIndex(record, version.info(), metadata.index());
        regions = version.info().regions();
      }
      IntPredicate all = entry -> true;
      new ExtentCheck(record, metadata.index(), regions, all, true, workers, problems::accept)
          .run();
    } catch (StoreException e) {
      problems.accept(e);
    }
  }

  private VerifyReport run() throws IOException {
    long told = NewestMark.read(disk, layout);
    RootCheck root = new RootCheck(disk, layout, findings);
    root.run();
    Log log = Log.list(disk, layout);
    findings.expect(options.reaches(Depth.CHECKSUMS) ? logBytes(log) : 0);
    for (long number : log.numbers()) {
      checkRecord(number);
    }
    long newest = versions.isEmpty() ? 0 : versions.lastKey();
    line.check(log, newest, told, attemptByRecord.values(), foreign);
    line.checkWhatWasThere(log);
    root.noteOthers(log);
    NavigableSet<Long> usable = new TreeSet<>();
    for (long number : List.copyOf(versions.keySet())) {
      if (sound.contains(number) && checkVersion(number)) {
        usable.add(number);
      }
    }
    if (options.reaches(Depth.CHECKSUMS)) {
      checkOutputs(usable);
    }
    return report(usable);
  }

  /**
   * Removes what a restart would pass over because of its output files. Of a version that is older
   * than one that is in order it would find the same bytes, or fewer.
   */
  private void checkOutputs(NavigableSet<Long> usable) throws IOException {
    OutputCheck outputs = new OutputCheck(disk, layout);
    for (long number : List.copyOf(usable.descendingSet())) {
      Optional<VersionRecord> version = versions.getOrDefault(number, Optional.empty());
      if (version.isEmpty() || outputs.run(version.get(), findings.ofOutputs(number))) {
        return;
      }
      usable.remove(number);
    }
  }

  private long logBytes(Log log) throws IOException {
    long all = 0;
    for (long number : log.numbers()) {
      try {
        all += disk.facts(layout.record(number)).bytes();
      } catch (NoSuchFileException e) {
        // Deleted meanwhile.
      }
    }
    return (long) (options.share() * all);
  }

  private VerifyReport report(Set<Long> usable) {
    List<Finding> finished = new ArrayList<>();
    for (Finding found : findings.findings()) {
      List<Long> affected = found.versions().isEmpty() ? affected(found, usable) : found.versions();
      finished.add(
          new Finding(
              found.number(),
              found.file(),
              found.offset(),
              found.what(),
              found.expected(),
              found.actual(),
              affected));
    }
    return new VerifyReport(
        options.depth(),
        findings.sample(),
        finished,
        findings.notes(),
        List.copyOf(versions.keySet()),
        List.copyOf(usable),
        findings.files(),
        findings.bytes(),
        outcome(usable));
  }

  private Outcome outcome(Set<Long> usable) {
    if (findings.findings().isEmpty()) {
      return Outcome.CLEAN;
    }
    boolean lost = usable.isEmpty() && (!versions.isEmpty() || mayHaveHadVersions());
    return lost ? Outcome.NO_USABLE_VERSION : Outcome.DAMAGED;
  }

  /** Where no version is left to look at: what is damaged may have been one. */
  private boolean mayHaveHadVersions() {
    try {
      return store.isLost();
    } catch (StoreIoException e) {
      return true; // what cannot be read has been told
    }
  }

  private List<Long> affected(Finding found, Set<Long> usable) {
    return versions.keySet().stream()
        .filter(version -> !usable.contains(version) && needs(version, found.number()))
        .toList();
  }

  private boolean needs(long version, long number) {
    return version == number
        || versions
            .getOrDefault(version, Optional.empty())
            .filter(v -> v.info().refs().stream().anyMatch(ref -> ref.number() == number))
            .isPresent();
  }

  private void checkRecord(long number) throws IOException {
    Path path = layout.record(number);
    try (RecordFile record = RecordFile.open(disk, layout, number)) {
      findings.count(record.footer().fileBytes());
      if (record.isForeign(store.id())) {
        record.readMetadata(); // or it only says so
        ignoreForeign(number);
        return;
      }
      attemptByRecord.put(number, record.header().attempt());
      checkContents(record);
      sound.add(number);
    } catch (StoreException e) {
      findings.count(0);
      if (layout.keys().none() && RecordFile.isForeign(disk, layout, store.id(), number)) {
        ignoreForeign(number);
      } else { // with a key, a header that no seal vouches for proves nothing
        findings.add(number, path, e);
      }
    } catch (NoSuchFileException e) {
      if (line.isListed(number)) {
        findings.add(number, path, e);
      }
    } catch (IOException e) {
      findings.add(number, path, e);
    }
  }

  private void ignoreForeign(long number) {
    findings.note(layout.record(number), "belongs to another store and is ignored");
    foreign.add(number);
  }

  private void checkContents(RecordFile record) throws IOException {
    FileHeader header = record.header();
    long number = header.number();
    if (!options.reaches(Depth.GRAPH)) {
      if (header.type() == RecordType.VERSION) {
        versions.put(number, Optional.empty());
      }
      return;
    }
    RecordFile.Metadata metadata = record.readMetadata();
    StoreRecord contents = RecordReader.of(record, metadata.sections());
    List<RegionSchema> regions = List.of();
    if (contents instanceof VersionRecord version) {
      checkIndex(record, version.info(), metadata.index());
      regions = version.info().regions();
      versions.put(number, Optional.of(version));
    }
    if (options.reaches(Depth.CHECKSUMS)) {
      checkExtents(record, metadata.index(), regions);
    }
    if (contents instanceof VersionRecord version) {
      versionCheck.remember(version, metadata.index());
    }
  }

  private void checkExtents(RecordFile record, BlockIndex index, List<RegionSchema> regions)
      throws IOException {
    long number = record.header().number();
    int blocks = regions.stream().mapToInt(RegionSchema::blockCount).sum();
    for (int entry = 0; entry < blocks; entry++) {
      findings.countBlocks(index.file(entry) == 0 ? index.storedBytes(entry) : 0);
    }
    IntPredicate wanted =
        entry -> {
          boolean picked = options.picks(number, entry);
          findings.countRead(picked ? index.storedBytes(entry) : 0);
          return picked;
        };
    Set<Long> bad =
        new ExtentCheck(
                record,
                index,
                regions,
                wanted,
                options.reaches(Depth.BLOCKS),
                workers,
                e -> findings.add(number, record.path(), e))
            .run();
    versionCheck.knowBad(number, bad);
  }

  private static void checkIndex(RecordFile record, VersionInfo info, BlockIndex index) {
    String name = record.path().toString();
    int blocks = info.blockCount();
    if (index.size() < blocks) {
      throw new DamagedException(name, -1, "its index names fewer blocks than its regions have");
    }
    index.check(name, blocks, info.refs().size() + 1);
    for (int layer = blocks; layer < index.size(); layer++) {
      if (index.file(layer) == 0) {
        throw new DamagedException(name, -1, "a layer lies in the version's own file");
      }
    }
  }

  /** Whether nothing is wrong with a version, as far as was to be looked. */
  private boolean checkVersion(long number) throws IOException {
    Optional<VersionRecord> record = versions.getOrDefault(number, Optional.empty());
    if (record.isEmpty()) {
      return true;
    }
    VersionRecord version = record.get();
    Path path = layout.record(number);
    try (StoredVersion stored = StoredVersion.open(disk, layout, number)) {
      if (sound.contains(version.info().family().parent())) {
        line.checkParent(version);
      }
      return versionCheck.run(version, stored);
    } catch (StoreException e) {
      findInVersion(version, e);
    } catch (NoSuchFileException e) {
      if (line.isListed(number)) {
        line.findMissing(version);
      } else {
        versions.remove(number);
      }
    } catch (IOException e) {
      if (!needsKnownDamage(version)) {
        findings.add(number, path, e);
      }
    }
    return false;
  }

  private void findInVersion(VersionRecord version, StoreException e) throws IOException {
    if (!needsKnownDamage(version)) {
      findings.add(version.number(), layout.record(version.number()), e);
    }
  }

  /** A reference that is damaged has been found already; one that was exchanged has not. */
  private boolean needsKnownDamage(VersionRecord version) throws IOException {
    Set<Long> log = Log.list(disk, layout).numbers();
    return version.info().refs().stream()
        .map(FileRef::number)
        .anyMatch(ref -> log.contains(ref) && !sound.contains(ref) && !foreign.contains(ref));
  }

  @Override
  public void close() {
    workers.close();
  }
}
