// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Retention.Kept;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The versions in the log as their writer knows them, and which of them are damaged. To go on from
 * the newest one it is looked for from the top; all others are learned before a version is made,
 * since only then it matters which of them stay.
 */
final class VersionList {
  private final Disk disk;
  private final StoreLayout layout;
  private final Id128 storeId;
  private final Consumer<String> tell;
  private final NavigableMap<Long, Kept> versions = new TreeMap<>();

  /** Every record that has been looked at, of whatever type. */
  private final Set<Long> known = new HashSet<>();

  private final Set<Long> damaged = new HashSet<>();
  private final Map<Long, Rejection> rejections = new LinkedHashMap<>();
  private boolean unreadable;

  VersionList(Disk disk, StoreLayout layout, Id128 storeId, Consumer<String> tell) {
    this.disk = disk;
    this.layout = layout;
    this.storeId = storeId;
    this.tell = tell;
  }

  /** Takes note of records found in the log, unless they are known. */
  void learn(Collection<Long> numbers) throws IOException {
    ManyRecords.read(unknown(numbers), this::look).forEach(Runnable::run);
  }

  /** Those of these records that have not been looked at, or could not be found. */
  List<Long> unknown(Collection<Long> numbers) {
    return numbers.stream().filter(number -> !known.contains(number)).toList();
  }

  /** What is to be noted of a record: looking may be done by any thread, noting by one. */
  private Runnable look(long number) throws IOException {
    try (RecordFile record = RecordFile.openOwn(disk, layout, storeId, number)) {
      if (record == null) {
        return () -> {
          known.add(number);
          tell.accept(layout.record(number) + " belongs to another store and is ignored");
        };
      }
      if (record.header().type() != RecordType.VERSION) {
        return () -> known.add(number);
      }
      VersionInfo info =
          VersionInfo.decode(
              record.path().toString(),
              record.footer().sectionsOffset(),
              record.readMetadata().sections());
      Kept version = Kept.of(number, info, record.footer().fileBytes());
      return () -> put(version);
    } catch (NoSuchFileException e) {
      return () -> {}; // pruned by its owner between the listing and now
    } catch (StoreException e) {
      return () -> learnUnreadable(number, e.getMessage());
    } catch (IOException e) {
      if (IoKind.of(e) != IoKind.PERMISSION) { // then it may refer to anything, as if damaged
        RecordFile.passOver(e);
      }
      String why = StoreIoException.describe("reading", layout.record(number), e);
      return () -> learnUnreadable(number, why);
    }
  }

  private void learnUnreadable(long number, String why) {
    unreadable = true;
    known.add(number);
    passOver(number, why);
  }

  private void passOver(long number, String why) {
    rejections.putIfAbsent(number, new Rejection(number, why));
  }

  void add(long number, VersionInfo info, long fileBytes) {
    put(Kept.of(number, info, fileBytes));
  }

  private void put(Kept version) {
    known.add(version.number());
    versions.put(version.number(), version);
  }

  /** Forgets what is not in the log any more: somebody has deleted it. */
  void retain(Log log) {
    Set<Long> gone = log.gone().keySet();
    known.removeIf(number -> !log.numbers().contains(number) && !gone.contains(number));
    versions.keySet().retainAll(known);
  }

  void remove(Collection<Long> numbers) {
    known.removeAll(numbers);
    versions.keySet().removeAll(numbers);
  }

  /** All of them, ascending. */
  Collection<Kept> all() {
    return Collections.unmodifiableCollection(versions.values());
  }

  /** The numbers of those found damaged. */
  Set<Long> damaged() {
    return Collections.unmodifiableSet(damaged);
  }

  /** The number of a family that begins now. */
  long nextFamily() {
    return 1 + versions.values().stream().mapToLong(Kept::family).max().orElse(0);
  }

  /** Whether a record could not be read: it may refer to anything. */
  boolean unreadable() {
    return unreadable;
  }

  /** What was passed over so far, and why. */
  List<Rejection> rejections() {
    return List.copyOf(rejections.values());
  }

  /** Passes a version over. */
  void reject(long number, String why) {
    damaged.add(number);
    passOver(number, why);
  }

  /**
   * Opens the newest one that has not been rejected and whose metadata verifies; empty when there
   * never was one. What is older is not looked at.
   *
   * @throws NoUsableVersionException when there are versions and none is usable
   * @throws StoreIoException when the failure is not of the version's making, so that an older one
   *     must not be taken instead
   */
  Optional<StoredVersion> newest() {
    try {
      return newest(NewestMark.read(disk, layout), Log.list(disk, layout));
    } catch (IOException e) {
      throw new StoreIoException("listing", layout.log(), e);
    }
  }

  private Optional<StoredVersion> newest(long told, Log log) throws IOException {
    for (Rejection missing : new MissingRecords(disk, layout, storeId).find(told, log)) {
      rejections.putIfAbsent(missing.number(), missing);
    }
    for (long number : log.numbers().descendingSet()) {
      try {
        if (isVersion(number) && !damaged.contains(number)) {
          return Optional.of(StoredVersion.open(disk, layout, number));
        }
      } catch (StoreException e) {
        reject(number, e.getMessage());
      } catch (IOException e) {
        rejectUnreadable(number, e);
      }
    }
    if (!rejections.isEmpty()) {
      throw new NoUsableVersionException(layout.root(), rejections());
    }
    return Optional.empty();
  }

  private boolean isVersion(long number) throws IOException {
    try (RecordFile record = RecordFile.openOwn(disk, layout, storeId, number)) {
      return record != null && record.header().type() == RecordType.VERSION;
    } catch (NoSuchFileException e) {
      return false; // pruned between the listing and now
    }
  }

  private void rejectUnreadable(long number, IOException failure) {
    try {
      RecordFile.passOver(failure);
      reject(number, StoreIoException.describe("reading", layout.record(number), failure));
    } catch (IOException e) {
      throw new StoreIoException("reading", layout.record(number), e);
    }
  }
}
