// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the sound records of a store know: of themselves, and of others. A delta names every file it
 * needs with its digest, and every version the one before it, so that a damaged file is often
 * described by files that are not.
 */
final class Survey {
  private final Keys keys;
  private final List<Known> records = new ArrayList<>();
  private final List<Known> quarantined = new ArrayList<>();
  private final Map<Long, Set<Digest>> toldDigests = new HashMap<>();
  private final Map<Long, FileRef> toldFiles = new HashMap<>();

  /**
   * A file whose header, index and sections agree with its digest.
   *
   * @param version what it says, when it is a version
   */
  record Known(
      Path path,
      long number,
      FileHeader header,
      Footer footer,
      BlockIndex index,
      Optional<VersionInfo> version) {}

  private Survey(Keys keys) {
    this.keys = keys;
  }

  /** The key of the store. */
  Keys keys() {
    return keys;
  }

  static Survey of(Disk disk, StoreLayout layout, Id128 store) throws IOException {
    Survey survey = new Survey(layout.keys());
    for (long number : Log.list(disk, layout).numbers()) {
      read(disk, layout.keys(), layout.record(number), number, store)
          .ifPresent(survey.records::add);
    }
    for (Path path : Quarantine.files(disk, layout)) {
      OptionalLong number = StoreLayout.quarantinedNumber(path.getFileName().toString());
      if (number.isPresent()) {
        read(disk, layout.keys(), path, number.getAsLong(), store)
            .ifPresent(survey.quarantined::add);
      }
    }
    survey.records.forEach(survey::listen);
    return survey;
  }

  private static Optional<Known> read(Disk disk, Keys keys, Path path, long number, Id128 store)
      throws IOException {
    try (RecordFile file = RecordFile.open(disk, keys, path, number)) {
      if (!file.header().storeId().equals(store)) {
        return Optional.empty();
      }
      RecordFile.Metadata metadata = file.readMetadata();
      Optional<VersionInfo> version = Optional.empty();
      if (RecordReader.of(file, metadata.sections()) instanceof VersionRecord record) {
        metadata
            .index()
            .check(path.toString(), record.info().blockCount(), record.info().refs().size() + 1);
        version = Optional.of(record.info());
      }
      return Optional.of(
          new Known(path, number, file.header(), file.footer(), metadata.index(), version));
    } catch (StoreException | NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      RecordFile.passOver(e);
      return Optional.empty();
    }
  }

  private void listen(Known known) {
    if (known.version().isEmpty()) {
      return;
    }
    VersionInfo info = known.version().get();
    for (FileRef ref : info.refs()) {
      tell(ref.number(), ref.digest());
      toldFiles.put(ref.number(), ref);
    }
    if (info.family().parent() > 0) {
      tell(info.family().parent(), info.family().parentDigest());
    }
  }

  private void tell(long number, Digest digest) {
    toldDigests.computeIfAbsent(number, n -> new HashSet<>()).add(digest);
  }

  /** The digests that other records give for a record; none when nobody mentions it. */
  Set<Digest> digestsOf(long number) {
    return toldDigests.getOrDefault(number, Set.of());
  }

  /** A record's file as a version that needs it knows it. */
  Optional<FileRef> fileOf(long number) {
    return Optional.ofNullable(toldFiles.get(number));
  }

  /** The sound record with a number. */
  Optional<Known> record(long number) {
    return records.stream().filter(known -> known.number() == number).findFirst();
  }

  /** The sound records of the log. */
  List<Known> records() {
    return records;
  }

  /** Every sound file that may hold blocks, those in quarantine last. */
  List<Known> files() {
    List<Known> all = new ArrayList<>(records);
    all.addAll(quarantined);
    return all;
  }

  /** The OPEN records that sound records name as their writer's. */
  Set<Long> attempts() {
    Set<Long> attempts = new TreeSet<>();
    records.forEach(known -> attempts.add(known.header().attempt()));
    return attempts;
  }
}
