// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.VerifyReport.Note;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.FileFacts;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Verifies a store: every byte of every file, not only what the newest version needs, because the
 * next restart may need another one. Then every block of every version, decoded through all its
 * layers, once.
 *
 * <p>A running job is not disturbed, and what it deletes or adds meanwhile is not held against it.
 */
public final class Verifier implements AutoCloseable {
  private static final String LOG = "log";
  private static final Set<String> RESERVED = Set.of("parts", "pins");

  private final Disk disk;
  private final Store store;
  private final StoreLayout layout;
  private final ExtentCheck.Scratch scratch = new ExtentCheck.Scratch();
  private final Fingerprints verified = new Fingerprints();

  private final List<Found> findings = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();
  private final TreeMap<Long, VersionRecord> versions = new TreeMap<>();
  private final Set<Long> usable = new TreeSet<>();
  private final Set<Long> sound = new TreeSet<>();
  private final Map<Long, Set<Long>> badOffsets = new HashMap<>();
  private final Map<Long, Long> attemptByRecord = new TreeMap<>();
  private int files;
  private long bytes;

  private Verifier(Store store, Disk disk) {
    this.store = store;
    this.disk = disk;
    this.layout = new StoreLayout(store.root());
  }

  /** Damage in a file of the log, or elsewhere when the number is 0. */
  private record Found(long number, String file, long offset, String what) {}

  /**
   * Verifies the store at a path.
   *
   * @throws StoreRefusedException when there is none
   * @throws StoreIoException when it cannot be read at all
   */
  public static VerifyReport verify(Path path, Disk disk) {
    Store store = Store.open(path, disk);
    try (Verifier verifier = new Verifier(store, disk)) {
      return verifier.run();
    } catch (IOException e) {
      throw new StoreIoException("verifying store", store.root(), e);
    }
  }

  private VerifyReport run() throws IOException {
    checkRootNames();
    Log log = Log.list(disk, layout);
    for (long number : log.numbers()) {
      checkRecord(number);
    }
    checkLine(log);
    noteOthers(log);
    for (VersionRecord version : List.copyOf(versions.values())) {
      checkVersion(version);
    }
    return report();
  }

  private VerifyReport report() {
    List<Finding> finished = new ArrayList<>();
    for (Found found : findings) {
      List<Long> affected =
          versions.values().stream()
              .filter(v -> !usable.contains(v.number()) && needs(v, found.number()))
              .map(VersionRecord::number)
              .toList();
      finished.add(new Finding(found.file(), found.offset(), found.what(), affected));
    }
    Set<Long> all = new TreeSet<>(versions.keySet());
    return new VerifyReport(finished, notes, List.copyOf(all), List.copyOf(usable), files, bytes);
  }

  private static boolean needs(VersionRecord version, long number) {
    return version.number() == number
        || version.info().refs().stream().anyMatch(ref -> ref.number() == number);
  }

  private void find(long number, Path file, String what) {
    findings.add(new Found(number, file.toString(), -1, what));
  }

  private void find(long number, StoreException e) {
    Found found =
        e instanceof DamagedException damage
            ? new Found(number, damage.file(), damage.offset(), damage.what())
            : new Found(number, layout.record(number).toString(), -1, e.getMessage());
    findings.add(found);
  }

  /** A failure to read one file is a finding; one that would meet every file ends the walk. */
  private void find(long number, Path file, IOException e) throws IOException {
    if (IoKind.of(e) == IoKind.TOO_MANY_FILES) {
      throw e;
    }
    find(number, file, StoreIoException.describe("reading", file, e));
  }

  private void note(Path file, String what) {
    notes.add(new Note(file.toString(), what));
  }

  private void checkRootNames() throws IOException {
    Set<String> names = new TreeSet<>(disk.list(layout.root()));
    checkSignpost();
    if (names.contains("ALIVE")) {
      checkAlive();
    } else {
      note(layout.alive(), "is missing; the next writer makes it again");
    }
    for (String name : names) {
      Path path = layout.root().resolve(name);
      if (StoreLayout.isSignpostTemporary(name)) {
        note(path, "was left by an opening that was interrupted; the next one removes it");
      } else if (RESERVED.contains(name)) {
        note(path, "is not examined by this version of Holdfast");
      } else if (!path.equals(layout.signpost())
          && !path.equals(layout.alive())
          && !name.equals(LOG)) {
        note(path, "does not belong to the store");
      }
    }
  }

  private void checkSignpost() throws IOException {
    Path signpost = layout.signpost();
    try {
      var told = Signpost.read(disk, signpost);
      if (told.isEmpty()) {
        find(0, signpost, "is missing; the next writer puts it up again");
      } else {
        count(disk.facts(signpost).bytes());
      }
    } catch (StoreException e) {
      find(0, e);
    } catch (IOException e) {
      find(0, signpost, e);
    }
  }

  private void checkAlive() throws IOException {
    FileFacts facts = disk.facts(layout.alive());
    count(facts.bytes());
    if (facts.type() != FileFacts.Type.REGULAR || facts.bytes() != 0) {
      find(0, layout.alive(), "an empty file expected, found " + facts.bytes() + " bytes");
    }
  }

  private void count(long fileBytes) {
    files++;
    bytes += fileBytes;
  }

  private boolean isListed(long number) throws IOException {
    return Log.list(disk, layout).numbers().contains(number);
  }

  private void checkRecord(long number) throws IOException {
    Path path = layout.record(number);
    try (RecordFile record = RecordFile.open(disk, layout, number)) {
      count(record.footer().fileBytes());
      if (!store.id().equals(Id128.NONE) && !record.header().storeId().equals(store.id())) {
        note(path, "belongs to another store and is ignored");
        return;
      }
      checkContents(record);
      sound.add(number);
    } catch (StoreException e) {
      count(0);
      find(number, e);
    } catch (NoSuchFileException e) {
      if (isListed(number)) {
        find(number, path, e);
      }
    } catch (IOException e) {
      find(number, path, e);
    }
  }

  private void checkContents(RecordFile record) throws IOException {
    FileHeader header = record.header();
    attemptByRecord.put(header.number(), header.attempt());
    RecordFile.Metadata metadata = record.readMetadata();
    StoreRecord contents = RecordReader.of(record, metadata.sections());
    List<RegionSchema> regions = List.of();
    if (contents instanceof VersionRecord version) {
      checkIndex(record, version.info(), metadata.index());
      regions = version.info().regions();
      versions.put(version.number(), version);
    }
    long number = header.number();
    Set<Long> bad =
        new ExtentCheck(record, metadata.index(), regions, scratch, e -> find(number, e)).run();
    badOffsets.put(number, bad);
    if (contents instanceof VersionRecord version) {
      rememberSelfContained(version, metadata.index(), bad);
    }
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

  /** Self-contained blocks were decoded when their file was walked. */
  private void rememberSelfContained(VersionRecord version, BlockIndex index, Set<Long> bad) {
    for (int entry = 0; entry < version.info().blockCount(); entry++) {
      boolean checked =
          index.file(entry) == 0
              && index.xorDepth(entry) == 0
              && !bad.contains(index.offset(entry));
      if (checked) {
        verified.add(fingerprint(version, index, entry));
      }
    }
  }

  /** Two entries with one fingerprint name the same bytes with the same layers below. */
  private static long fingerprint(VersionRecord version, BlockIndex index, int entry) {
    long fingerprint = 0;
    for (int at = entry; at != BlockIndex.NO_LAYER; at = index.xorRef(at)) {
      fingerprint = Fingerprints.mix(fingerprint, fileNumber(version, index, at));
      fingerprint = Fingerprints.mix(fingerprint, index.offset(at));
      fingerprint = Fingerprints.mix(fingerprint, index.storedBytes(at));
      fingerprint = Fingerprints.mix(fingerprint, index.codec(at));
      fingerprint =
          Fingerprints.mix(fingerprint, (long) index.crcStored(at) << 32 ^ index.crcRaw(at));
    }
    return fingerprint;
  }

  private static long fileNumber(VersionRecord version, BlockIndex index, int entry) {
    int file = index.file(entry);
    return file == 0 ? version.number() : version.info().refs().get(file - 1).number();
  }

  /** What the records say about each other: writers have an OPEN, and no number is missing. */
  private void checkLine(Log log) throws IOException {
    Set<Long> attempts = new TreeSet<>(attemptByRecord.values());
    for (long attempt : attempts) {
      if (!log.numbers().contains(attempt) && !isListed(attempt)) {
        find(attempt, layout.record(attempt), "is missing; later records name it as their OPEN");
      }
    }
    long newestVersion = versions.isEmpty() ? 0 : versions.lastKey();
    for (long number = newestVersion + 1; number < log.highest(); number++) {
      if (!log.numbers().contains(number) && !attempts.contains(number) && !isListed(number)) {
        find(
            number,
            layout.record(number),
            "is missing; only versions that a newer one follows are ever deleted");
      }
    }
  }

  private void noteOthers(Log log) {
    for (String name : log.others()) {
      Path path = layout.log().resolve(name);
      OptionalLong attempt = StoreLayout.temporaryAttempt(name);
      if (attempt.isPresent()) {
        note(path, "is being written by attempt " + attempt.getAsLong() + ", or was left by it");
      } else if (StoreLayout.isGone(name)) {
        note(path, "is a deleted version; the next prune removes it");
      } else {
        note(path, "does not belong to the store");
      }
    }
  }

  private void checkVersion(VersionRecord version) throws IOException {
    if (!sound.contains(version.number())) {
      return;
    }
    try (StoredVersion stored = StoredVersion.open(disk, layout, version.number())) {
      if (checkBlocks(version, stored)) {
        usable.add(version.number());
      }
    } catch (StoreException e) {
      findInVersion(version, e);
    } catch (NoSuchFileException e) {
      if (isListed(version.number())) {
        findMissing(version);
      } else {
        versions.remove(version.number());
      }
    } catch (IOException e) {
      find(version.number(), layout.record(version.number()), e);
    }
  }

  /** A reference that is damaged has been found already; one that was exchanged has not. */
  private void findInVersion(VersionRecord version, StoreException e) throws IOException {
    Set<Long> log = Log.list(disk, layout).numbers();
    boolean known =
        version.info().refs().stream()
            .anyMatch(ref -> log.contains(ref.number()) && !sound.contains(ref.number()));
    if (!known) {
      find(version.number(), e);
    }
  }

  private void findMissing(VersionRecord version) throws IOException {
    for (FileRef ref : version.info().refs()) {
      if (!isListed(ref.number())) {
        find(
            ref.number(),
            layout.record(ref.number()),
            "is missing; version " + version.number() + " needs it");
      }
    }
  }

  private boolean checkBlocks(VersionRecord version, StoredVersion stored) {
    BlockIndex index = stored.index();
    List<RegionSchema> regions = version.info().regions();
    boolean whole = true;
    int entry = 0;
    for (int region = 0; region < regions.size(); region++) {
      for (int block = 0; block < regions.get(region).blockCount(); block++, entry++) {
        long fingerprint = fingerprint(version, index, entry);
        if (verified.contains(fingerprint)) {
          continue;
        }
        if (isKnownBad(version, index, entry)) {
          whole = false;
        } else if (readBlock(version, stored, region, block)) {
          verified.add(fingerprint);
        } else {
          whole = false;
        }
      }
    }
    return whole;
  }

  private boolean isKnownBad(VersionRecord version, BlockIndex index, int entry) {
    for (int at = entry; at != BlockIndex.NO_LAYER; at = index.xorRef(at)) {
      Set<Long> bad = badOffsets.get(fileNumber(version, index, at));
      if (bad != null && bad.contains(index.offset(at)) && index.storedBytes(at) > 0) {
        return true;
      }
    }
    return false;
  }

  private boolean readBlock(VersionRecord version, StoredVersion stored, int region, int block) {
    int length = version.info().regions().get(region).blockLengthBytes(block);
    try {
      stored.readBlock(region, block, scratch.block(length));
      return true;
    } catch (StoreException e) {
      find(version.number(), e);
      return false;
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
