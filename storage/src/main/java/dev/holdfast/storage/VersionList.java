// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Retention.Kept;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The versions in the log as their writer knows them, and which of them are damaged. */
final class VersionList {
  private final Disk disk;
  private final StoreLayout layout;
  private final Id128 storeId;
  private final Consumer<String> tell;
  private final NavigableMap<Long, Kept> versions = new TreeMap<>();
  private final Set<Long> damaged = new HashSet<>();
  private final List<Rejection> rejections = new ArrayList<>();
  private boolean unreadable;

  VersionList(Disk disk, StoreLayout layout, Id128 storeId, Consumer<String> tell) {
    this.disk = disk;
    this.layout = layout;
    this.storeId = storeId;
    this.tell = tell;
  }

  /** Takes note of a record found in the log, unless it is known. */
  void learn(long number) throws IOException {
    if (versions.containsKey(number)) {
      return;
    }
    try (RecordFile record = RecordFile.open(disk, layout, number)) {
      if (!record.header().storeId().equals(storeId)) {
        tell.accept(record.path() + " belongs to another store and is ignored");
      } else if (record.header().type() == RecordType.VERSION) {
        VersionInfo info =
            VersionInfo.decode(
                record.path().toString(),
                record.footer().sectionsOffset(),
                record.readMetadata().sections());
        add(number, info, record.footer().fileBytes());
      }
    } catch (NoSuchFileException e) {
      // Pruned by its owner between the listing and now.
    } catch (StoreException e) {
      learnUnreadable(number, e.getMessage());
    } catch (IOException e) {
      RecordFile.passOver(e);
      learnUnreadable(number, StoreIoException.describe("reading", layout.record(number), e));
    }
  }

  private void learnUnreadable(long number, String why) {
    unreadable = true;
    rejections.add(new Rejection(number, why));
  }

  void add(long number, VersionInfo info, long fileBytes) {
    versions.put(number, Kept.of(number, info, fileBytes));
  }

  void remove(Collection<Long> numbers) {
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
    return List.copyOf(rejections);
  }

  /** Passes a version over. */
  void reject(long number, String why) {
    damaged.add(number);
    rejections.add(new Rejection(number, why));
  }

  /**
   * Opens the newest one that has not been rejected and whose metadata verifies; empty when there
   * never was one.
   *
   * @throws NoUsableVersionException when there are versions and none is usable
   * @throws StoreIoException when the failure is not of the version's making, so that an older one
   *     must not be taken instead
   */
  Optional<StoredVersion> newest() {
    for (long number : versions.descendingKeySet()) {
      if (damaged.contains(number)) {
        continue;
      }
      try {
        return Optional.of(StoredVersion.open(disk, layout, number));
      } catch (StoreException e) {
        reject(number, e.getMessage());
      } catch (IOException e) {
        rejectUnreadable(number, e);
      }
    }
    if (!versions.isEmpty() || unreadable) {
      throw new NoUsableVersionException(layout.root(), rejections);
    }
    return Optional.empty();
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
