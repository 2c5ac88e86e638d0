// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store as a reader sees it. Reading needs nobody's leave, writes nothing, and may go on while a
 * job runs: a version that is deleted while it is looked at makes the reader start over.
 *
 * <p>For use by one thread at a time.
 */
public final class Store {
  /** A writer deletes a few old versions at a time; more rounds than this mean something else. */
  private static final int ROUNDS_MAX = 100;

  private final Disk disk;
  private final StoreLayout layout;
  private final Id128 id;
  private List<Rejection> rejections = List.of();

  private Store(Disk disk, StoreLayout layout, Id128 id) {
    this.disk = disk;
    this.layout = layout;
    this.id = id;
  }

  /**
   * Opens an existing store for reading that is not sealed.
   *
   * @throws StoreRefusedException when there is none
   * @throws NoUsableVersionException when its log is lost, or another store's, or nothing tells
   *     what it is
   * @throws KeyException when it is sealed
   * @throws StoreIoException when it cannot be read
   */
  public static Store open(Path path, Disk disk) {
    return open(path, disk, Keys.NONE);
  }

  /**
   * Opens an existing store for reading.
   *
   * @throws StoreRefusedException when there is none
   * @throws NoUsableVersionException when its log is lost, or another store's, or nothing tells
   *     what it is
   * @throws KeyException when it is sealed with another key, or not sealed and a key is given
   * @throws StoreIoException when it cannot be read
   */
  public static Store open(Path path, Disk disk, Keys keys) {
    Path store = path.toAbsolutePath().normalize();
    try {
      if (!StoreDirectory.exists(disk, store)) {
        throw new StoreRefusedException(
            store, "is not there, or has no version yet; name a store with --store");
      }
      StoreLayout layout = StoreDirectory.resolve(disk, store, keys);
      StoreDirectory.refuseLostLog(disk, layout);
      Log log = Log.list(disk, layout);
      RecordFile.requireKey(disk, layout, log);
      Id128 id = StoreIdentity.find(disk, layout, log).orElse(Id128.NONE);
      return new Store(disk, layout, id);
    } catch (IOException e) {
      throw new StoreIoException("reading store", store, e);
    }
  }

  /** The store's directory, with links resolved. */
  public Path root() {
    return layout.root();
  }

  StoreLayout layout() {
    return layout;
  }

  /** The store's identity; {@link Id128#NONE} when nothing in it tells. */
  public Id128 id() {
    return id;
  }

  /** What one attempt to read finds; null when something was deleted meanwhile. */
  private interface Attempt<T> {
    Optional<T> read(Log log) throws IOException;
  }

  private <T> T startingOver(Attempt<T> attempt) {
    try {
      for (int round = 0; round < ROUNDS_MAX; round++) {
        Optional<T> found = attempt.read(Log.list(disk, layout));
        if (found.isPresent()) {
          return found.get();
        }
      }
    } catch (IOException e) {
      throw new StoreIoException("reading store", layout.root(), e);
    }
    throw new StoreIoException(
        "reading store", layout.root(), new IOException("records vanish while they are read"));
  }

  /**
   * Every record, ascending, the damaged ones included; those of another store are passed over.
   *
   * @throws StoreIoException when the store cannot be read at all
   */
  public List<StoreRecord> records() {
    return startingOver(log -> look(log.numbers(), this::read)).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * Every record, and what is wrong with the log as a whole. Blocks are not read.
   *
   * @param keep what is to be kept of a record, since of a hundred thousand versions few readers
   *     need all that the records say; called by several threads
   * @throws StoreIoException when the store cannot be read at all
   */
  public <T> Contents<T> contents(Function<? super StoreRecord, ? extends T> keep) {
    return startingOver(log -> contents(log, keep::apply));
  }

  private <T> Optional<Contents<T>> contents(Log log, Function<StoreRecord, T> keep)
      throws IOException {
    List<Rejection> missing = new ArrayList<>(missing(log));
    NamedRecords named = new NamedRecords(disk, layout, log.numbers());
    Optional<List<Optional<T>>> kept =
        look(
            log.numbers(),
            number -> {
              Optional<StoreRecord> record = read(number);
              record.ifPresentOrElse(named::note, () -> named.noteForeign(number));
              return record.map(keep);
            });
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    named.resolve(this::read);
    missing.addAll(named.missing());
    List<T> records = kept.get().stream().flatMap(Optional::stream).toList();
    return Optional.of(new Contents<>(records, missing, named.unusable()));
  }

  /** Empty when a record was deleted meanwhile. */
  private static <T> Optional<List<T>> look(Collection<Long> numbers, ManyRecords.Look<T> look)
      throws IOException {
    try {
      return Optional.of(ManyRecords.read(numbers, look));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Optional<StoreRecord> read(long number) throws IOException {
    try (RecordFile record = openOwn(number)) {
      return record == null ? Optional.empty() : Optional.of(RecordReader.read(record));
    } catch (NoSuchFileException e) {
      throw e;
    } catch (StoreException e) {
      return Optional.of(new DamagedRecord(number, e.getMessage()));
    } catch (IOException e) {
      return Optional.of(new DamagedRecord(number, unreadable(number, e)));
    }
  }

  /**
   * The heads of the sound records with a number above one, ascending. Their contents are not
   * looked at: this costs one read per record however large the state is.
   *
   * @param after only records with higher numbers; 0 for all
   * @throws StoreIoException when the store cannot be read at all
   */
  public List<RecordHead> heads(long after) {
    return startingOver(log -> look(log.numbers().tailSet(after, false), this::head)).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<RecordHead> head(long number) throws IOException {
    try (RecordFile record = openOwn(number)) {
      if (record == null) {
        return Optional.empty();
      }
      FileHeader header = record.header();
      return Optional.of(
          new RecordHead(number, header.type(), header.attempt(), header.createdEpochMs()));
    } catch (NoSuchFileException e) {
      throw e;
    } catch (StoreException e) {
      return Optional.empty(); // its damage is told by records(), and to whoever wants to read it
    } catch (IOException e) {
      RecordFile.passOver(e);
      return Optional.empty();
    }
  }

  /**
   * One record.
   *
   * @param number its place in the line
   * @return empty when there is none, or when it is not sound
   * @throws StoreIoException when the store cannot be read
   */
  public Optional<StoreRecord> record(long number) {
    try (RecordFile record = openOwn(number)) {
      return record == null ? Optional.empty() : Optional.of(RecordReader.read(record));
    } catch (NoSuchFileException | StoreException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreIoException("reading", layout.record(number), e);
    }
  }

  private @Nullable RecordFile openOwn(long number) throws IOException {
    return RecordFile.openOwn(disk, layout, id, number);
  }

  private String unreadable(long number, IOException failure) throws IOException {
    RecordFile.passOver(failure);
    return StoreIoException.describe("reading", layout.record(number), failure);
  }

  /**
   * Opens a version; the caller closes it.
   *
   * @throws NoUsableVersionException when there is none with this number
   * @throws dev.holdfast.storage.format.DamagedException when it, or a file it needs, is not sound
   * @throws StoreIoException when it cannot be read
   */
  public StoredVersion version(long number) {
    return startingOver(log -> open(log, number));
  }

  private Optional<StoredVersion> open(Log log, long number) throws IOException {
    if (!log.numbers().contains(number) || isOther(number)) {
      throw new NoUsableVersionException(
          layout.root(), "there is no version " + number + "; look with: holdfast ls");
    }
    try {
      return Optional.of(StoredVersion.open(disk, layout, number));
    } catch (NoSuchFileException e) {
      if (Log.list(disk, layout).numbers().contains(number)) {
        throw new StoreIoException("opening version " + number + " of", layout.root(), e);
      }
      return Optional.empty();
    }
  }

  /**
   * Opens the newest version whose metadata, and that of every file it needs, is sound; the caller
   * closes it. Why newer ones were passed over is told by {@link #rejections}. Blocks are verified
   * as they are read.
   *
   * @return empty when no version was ever committed
   * @throws NoUsableVersionException when there are versions and none is usable
   */
  public Optional<StoredVersion> newest() {
    return startingOver(this::findNewest);
  }

  private Optional<Optional<StoredVersion>> findNewest(Log log) throws IOException {
    List<Rejection> passedOver = new ArrayList<>(missing(log));
    for (long number : log.numbers().descendingSet()) {
      try {
        if (isVersion(number)) {
          StoredVersion version = StoredVersion.open(disk, layout, number);
          rejections = List.copyOf(passedOver);
          return Optional.of(Optional.of(version));
        }
      } catch (StoreException e) {
        passedOver.add(new Rejection(number, e.getMessage()));
      } catch (IOException e) {
        if (!Log.list(disk, layout).numbers().contains(number)) {
          return Optional.empty();
        }
        passedOver.add(new Rejection(number, unreadable(number, e)));
      }
    }
    rejections = List.copyOf(passedOver);
    if (!passedOver.isEmpty()) {
      throw new NoUsableVersionException(layout.root(), passedOver);
    }
    return Optional.of(Optional.empty());
  }

  /**
   * Whether a restart is refused: versions were made, or may have been, and none is usable.
   *
   * @throws StoreIoException when the store cannot be read
   */
  public boolean isLost() {
    try {
      newest().ifPresent(StoredVersion::close);
      return false;
    } catch (NoUsableVersionException e) {
      return true;
    }
  }

  /**
   * Records that were in the log and are not any more, and that nobody may delete: newer ones than
   * the newest version, or all. The highest numbers come first, neighbours together.
   */
  private List<Rejection> missing(Log log) throws IOException {
    // What is told by now may be newer than the list, but is there.
    long told = NewestMark.read(disk, layout);
    return new MissingRecords(disk, layout, id).find(told, log);
  }

  /** Whether a record is sound and of another type; what is not sound will be told on opening. */
  private boolean isOther(long number) throws IOException {
    try {
      return !isVersion(number);
    } catch (NoSuchFileException | StoreException e) {
      return false;
    }
  }

  private boolean isVersion(long number) throws IOException {
    try (RecordFile record = openOwn(number)) {
      return record != null && record.header().type() == RecordType.VERSION;
    }
  }

  /**
   * Who holds the store now: the newest attempt, unless it has said that it ended. That it has not
   * does not mean that it runs, see {@link Holding#liveness}.
   *
   * @return empty when no attempt was ever made, or the last one has ended in good order
   * @throws StoreIoException when the store cannot be read
   */
  public Optional<Holding> holding() {
    try {
      Log log = Log.list(disk, layout);
      Optional<Claim> claim = Claim.newest(disk, layout, id, log);
      if (claim.isEmpty()) {
        return Optional.empty();
      }
      long attempt = claim.get().attempt();
      Holder holder = claim.get().holder();
      Liveness liveness = Liveness.of(holder, id, attempt, ThisProcess.holder());
      long sign = History.lastSignOfLifeEpochMs(disk, layout, id, log, OptionalLong.empty());
      return Optional.of(new Holding(attempt, holder, liveness, sign));
    } catch (IOException e) {
      throw new StoreIoException("reading store", layout.root(), e);
    }
  }

  /**
   * Why every writer refuses the store; empty where only its owner, its holder or its key decide.
   *
   * @throws StoreIoException when the store cannot be read
   */
  public Optional<String> refusal() {
    try {
      Ownership.requireClosed(disk, layout);
      return Optional.empty();
    } catch (StoreRefusedException e) {
      return Optional.ofNullable(e.getMessage());
    } catch (IOException e) {
      throw new StoreIoException("reading store", layout.root(), e);
    }
  }

  /** The records that the latest {@link #newest} passed over, newest first, and why. */
  public List<Rejection> rejections() {
    return rejections;
  }
}
