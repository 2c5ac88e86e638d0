// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Publisher.Outcome;
import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.Family;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of a store. Opening it makes this process the holder; {@link #commit} makes
 * versions that are wholly there or not at all, and acknowledges only what will be found again.
 *
 * <p>All calls come from one thread at a time that nobody interrupts. {@link #touch}, {@link
 * #hearStop}, {@link #lookForSuccessor} and {@link #fencedBy} may be called by another one, also
 * while a version is written.
 */
public final class StoreWriter implements AutoCloseable {
  private final StoreOptions options;
  private final Disk disk;
  private final StoreDirectory directory;
  private final StoreLayout layout;
  private final Id128 storeId;
  private final Publisher publisher;
  private final SuccessorWatch watch;
  private final Opener opener;
  private final Housekeeping housekeeping;
  private final NewestMark newestMark;
  private final FullRule fullRule;
  private final CodecMemory codecs;
  private final BlockEncoder encoder = new BlockEncoder();

  private final VersionList versions;
  private final boolean complete;
  private final Ledger startLedger;
  private @Nullable Base base;
  private CommitResult.@Nullable Committed untidied;

  /** A version that is sealed refers to sealed files only. */
  private boolean baseInTheClear;

  private volatile long firstAttempt;
  private volatile long attempt;
  private long next;
  private int tries;
  private boolean versionsKnown;
  private boolean outcomeUnknown;
  private boolean closed;
  private volatile @Nullable String fencedBy;

  private StoreWriter(
      StoreOptions options,
      StoreDirectory directory,
      Id128 storeId,
      History history,
      Ledger startLedger) {
    this.options = options;
    this.disk = options.disk();
    this.directory = directory;
    this.layout = directory.layout();
    this.storeId = storeId;
    this.versions = new VersionList(disk, layout, storeId, options.tell());
    this.publisher = new Publisher(disk, directory, storeId, options.access(), options.tell());
    this.watch = new SuccessorWatch(disk, layout, storeId);
    this.opener = new Opener(layout, options, publisher, storeId, watch);
    this.housekeeping = new Housekeeping(options, directory, versions);
    this.newestMark = new NewestMark(options, layout);
    this.fullRule = new FullRule(options);
    this.codecs =
        new CodecMemory(
            options.compression(), publisher.diskSpeed(), options.writerThreads(), encoder);
    this.complete = history.complete();
    this.startLedger = startLedger;
  }

  private static Ledger startLedger(
      StoreOptions options, StoreLayout layout, Id128 storeId, History history, Log before)
      throws IOException {
    long died =
        History.lastSignOfLifeEpochMs(
            options.disk(), layout, storeId, before, options.previousEndEpochMs());
    long now = options.time().epochMs();
    return history.atStart(ThisProcess.attemptStartEpochMs(now), died, now);
  }

  /**
   * Opens a store for writing, and makes it when there is none.
   *
   * @throws StoreHeldException when another run holds it
   * @throws StoreRefusedException when the path is something else, or somebody else's
   * @throws KeyException when it is sealed with another key, or not sealed and a key is given
   * @throws NoUsableVersionException when it must exist and does not
   * @throws OpeningStoppedException when it is given up while it waits
   * @throws StoreIoException when the disk refuses
   */
  public static StoreWriter open(Path path, StoreOptions options) {
    try {
      return openChecked(path.toAbsolutePath().normalize(), options);
    } catch (IOException e) {
      throw new StoreIoException("opening store", path.toAbsolutePath().normalize(), e);
    }
  }

  private static StoreWriter openChecked(Path path, StoreOptions options) throws IOException {
    Disk disk = options.disk();
    boolean exists = StoreDirectory.exists(disk, path);
    if (!exists && options.mustExist() && !options.fresh()) {
      throw new NoUsableVersionException(
          path,
          "there is no store, but the scheduler has restarted this job, so there should be one;"
              + " check the path (--store, HOLDFAST_STORE), or set HOLDFAST_FRESH=1 to begin anew");
    }
    if (exists && options.fresh() && options.mustExist()) {
      options
          .tell()
          .accept("HOLDFAST_FRESH is ignored: the scheduler has restarted this job, so it goes on");
    } else if (exists && options.fresh()) {
      StoreAside.setAside(path, options);
    }
    StoreDirectory directory =
        StoreDirectory.prepare(disk, path, options.access(), options.keys(), options.tell());
    Log before = Log.list(disk, directory.layout());
    refuseEmptied(disk, directory.layout(), before);
    RecordFile.requireKey(disk, directory.layout(), before);
    Id128 storeId = StoreIdentity.findOrMake(disk, directory.layout(), before, options.access());
    History history = History.read(disk, directory.layout(), storeId, before);
    Ledger ledger = startLedger(options, directory.layout(), storeId, history, before);
    StoreWriter writer = new StoreWriter(options, directory, storeId, history, ledger);
    try {
      writer.begin();
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  private static void refuseEmptied(Disk disk, StoreLayout layout, Log log) throws IOException {
    if (log.isEmptied(disk, layout)) {
      throw new NoUsableVersionException(
          layout.root(),
          "every record of this store is gone from "
              + layout.log()
              + "; put them back from a copy, or set HOLDFAST_FRESH=1 to begin anew, which sets"
              + " the rest aside");
    }
  }

  private void begin() throws IOException {
    becomeHolder(false, startLedger);
    Log log = Log.list(disk, layout);
    if (!log.gone().isEmpty()) {
      learnVersions(); // one of them may be wanted
    }
    sweep(log);
    Signpost.sweep(disk, layout);
    createAlive();
    newestMark.begin();
    firstAttempt = attempt;
    hearStop(); // whatever earlier attempts have been asked is taken away
  }

  /**
   * Reads every record, before the first version is made: what a version may give up depends on all
   * others. To go on from the newest one nobody has to wait for that.
   */
  private void learnVersions() throws IOException {
    if (!versionsKnown) {
      housekeeping.begin(Log.list(disk, layout));
      versionsKnown = true;
    }
  }

  private void becomeHolder(boolean again, Ledger ledger) throws IOException {
    long opened =
        opener.open(
            again, log -> new AttemptInfo.Opened(opener.me(), ledger, options.environment()));
    ThisProcess.release(storeId, attempt);
    attempt = opened;
    next = opened + 1;
    ThisProcess.hold(storeId, attempt);
  }

  /** Removes what earlier attempts left half-written: it can never be acknowledged any more. */
  private void sweep(Log log) {
    for (String name : log.others()) {
      var owner = StoreLayout.temporaryAttempt(name);
      if (owner.isPresent() && owner.getAsLong() < attempt) {
        publisher.discard(layout.log().resolve(name));
      }
    }
  }

  private void createAlive() throws IOException {
    Path alive = layout.alive();
    try {
      disk.touch(alive);
    } catch (NoSuchFileException | AccessDeniedException e) {
      // It holds nothing, so one whose mode forbids the touch, or a link to nowhere, may be
      // replaced.
      disk.deleteIfExists(alive);
      disk.create(alive, options.access()).close();
    }
  }

  /** The store's directory, with links resolved. */
  public Path root() {
    return layout.root();
  }

  /** The number of this writer's OPEN record. */
  public long attempt() {
    return attempt;
  }

  /** Whether the job had said that every step is done. */
  public boolean complete() {
    return complete;
  }

  /**
   * Whether it is certain that no earlier run can still be writing output files. Where it is not,
   * they are replaced, not cut: one that was taken over writes into files without a name then.
   */
  public boolean previousGone() {
    return opener.provenGone();
  }

  /** The job's ledger when this attempt began. */
  public Ledger startLedger() {
    return startLedger;
  }

  /** What a version here survives. */
  public Level level() {
    return directory.level();
  }

  /** Versions that were passed over so far, and why. */
  public List<Rejection> rejections() {
    return versions.rejections();
  }

  /**
   * Opens the newest version that has not been rejected and whose metadata verifies; the caller
   * closes it. Empty when no version was ever committed.
   *
   * @throws NoUsableVersionException when there are versions and none is usable
   * @throws StoreIoException when the failure is not of the version's making
   */
  public Optional<StoredVersion> newest() {
    return versions.newest();
  }

  /** Passes a version over, because its blocks or output files turned out to be damaged. */
  public void reject(long number, String why) {
    versions.reject(number, why);
  }

  /** The next versions follow this one: it has been restored and verified. */
  public void resume(StoredVersion version) {
    base = new Base(version.info(), version.index(), version.ownRef());
    housekeeping.buildsOn(version.number());
    baseInTheClear = !version.header().keyId().equals(layout.keys().id());
  }

  /**
   * Commits a version. Once its end is told, {@link #tidy} is to follow.
   *
   * @return how it ended; only {@link CommitResult.Committed} acknowledges it
   */
  public CommitResult commit(Draft draft) {
    String by = fencedBy;
    if (by != null) {
      return new CommitResult.Fenced(by);
    }
    try {
      if (outcomeUnknown) {
        openAgain(draft.ledger());
      }
      learnVersions();
      Optional<String> noRoom = housekeeping.refuse(draft, baseOf(draft), next - 1);
      return noRoom.isPresent() ? new CommitResult.Failed(noRoom.get()) : commitTwice(draft);
    } catch (OutOfMemoryError e) {
      return new CommitResult.Failed(
          "not enough memory to write a version: " + e.getMessage() + "; give the JVM more");
    } catch (StoreHeldException e) {
      return fenced(e.holder().describe());
    } catch (StoreException e) {
      return new CommitResult.Failed(e.getMessage());
    } catch (IOException e) {
      return new CommitResult.Failed(
          StoreIoException.describe("reading the log of", layout.root(), e));
    }
  }

  /** The version that a draft is built on; null where it stores every block. */
  private @Nullable Base baseOf(Draft draft) {
    boolean full =
        draft.full() || baseInTheClear || fullRule.wants(base, versions.all(), versions.damaged());
    return full ? null : base;
  }

  /** Finds this writer's place in the line again, and the version whose fate was not known. */
  private void openAgain(Ledger ledger) throws IOException {
    long before = attempt;
    becomeHolder(true, ledger);
    versions.learn(Log.list(disk, layout).numbers().tailSet(before, false));
    outcomeUnknown = false;
  }

  private CommitResult commitTwice(Draft draft) {
    for (int attemptTry = 1; attemptTry <= 2; attemptTry++) {
      try {
        return commitOnce(draft, attemptTry);
      } catch (OutputFailure e) {
        return new CommitResult.Failed(
            StoreIoException.describe("syncing output file", e.path, e.failure)
                + "; no version is made until the job is restarted from the last one");
      } catch (IOException e) {
        String by = fencedBy;
        if (by != null) {
          return new CommitResult.Fenced(by);
        }
        String failure = StoreIoException.describe("writing a version to", layout.log(), e);
        if (attemptTry == 2) {
          return new CommitResult.Failed(failure);
        }
        if (IoKind.of(e).isSpace() && !outcomeUnknown) {
          housekeeping.makeRoom(next - 1);
        }
      }
    }
    throw new IllegalStateException("the second try returns");
  }

  /** An output file that could not be synced: what it lost cannot be written again. */
  private static final class OutputFailure extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Path path;
    private final IOException failure;

    OutputFailure(Path path, IOException failure) {
      super(failure);
      this.path = path;
      this.failure = failure;
    }
  }

  private CommitResult commitOnce(Draft draft, int attemptTry) throws IOException {
    boolean outputsSurviveNode = syncOutputs(draft);
    Level level = outputsSurviveNode ? directory.level() : Level.PROCESS;
    codecs.nextVersion();
    next = publisher.freeAfter(next - 1);
    FileHeader header =
        FileHeader.of(
                RecordType.VERSION, attemptTry, storeId, next, attempt, options.time().epochMs())
            .sealedWith(layout.keys().id());
    Path temporary = layout.temporary(next, attempt, Integer.toHexString(++tries));
    Base from = baseOf(draft);
    VersionFile.Written written;
    try (ExtentBuffer buffer =
        new ExtentBuffer(draft.regions().stream().map(RegionSource::schema).toList())) {
      written =
          publisher.prepare(
              temporary,
              file ->
                  new VersionFile(
                          file,
                          header,
                          draft.regions(),
                          from,
                          codecs,
                          encoder,
                          options.writerThreads(),
                          buffer,
                          layout.keys())
                      .write(refs -> describe(draft, refs, level), this::requireNoSuccessor));
    }
    outcomeUnknown = true; // until this writer knows its version, should memory run out meanwhile
    Outcome outcome;
    try {
      outcome = publisher.publish(temporary, next, header.fileId());
    } catch (IOException e) {
      outcomeUnknown = false;
      throw e;
    } finally {
      publisher.discard(temporary);
    }
    return switch (outcome) {
      case PUBLISHED -> adopt(header, written);
      case OVERTAKEN -> fenced(successor());
      case UNKNOWN ->
          new CommitResult.Failed(
              "whether version " + next + " is durable is not known, so it does not count");
    };
  }

  /** A version that can never be acknowledged is not written to its end. */
  private void requireNoSuccessor() throws IOException {
    if (fencedBy != null) {
      throw new IOException("the store was taken over");
    }
  }

  /** Makes the output files durable; false where one of their names cannot be made so. */
  private static boolean syncOutputs(Draft draft) throws OutputFailure {
    boolean surviveNode = true;
    for (OutputFile.Mark mark : draft.outputs()) {
      try {
        surviveNode &= mark.file().sync();
      } catch (IOException e) {
        throw new OutputFailure(mark.file().path(), e);
      }
    }
    return surviveNode;
  }

  private VersionInfo describe(Draft draft, List<FileRef> refs, Level level) {
    Base from = base;
    boolean full = refs.isEmpty();
    Family chain =
        new Family(
            from == null ? 0 : from.own().number(),
            from == null ? VersionInfo.NO_DIGEST : from.own().digest(),
            full || from == null ? versions.nextFamily() : from.info().family().number(),
            full || from == null ? 0 : from.info().family().generation() + 1);
    return new VersionInfo(
        draft.state(),
        chain,
        refs,
        draft.regions().stream().map(RegionSource::schema).toList(),
        draft.outputs().stream().map(OutputFile.Mark::toMark).toList(),
        draft.ledger(),
        draft.costs(),
        draft.measured(),
        level,
        options.environment(),
        draft.parameters(),
        draft.user());
  }

  /** Nothing changes before everything is made: a version that is not acknowledged is no base. */
  private CommitResult adopt(FileHeader header, VersionFile.Written written) {
    FileRef own =
        new FileRef(
            next,
            header.fileId(),
            written.footer().digest(),
            written.footer().fileBytes(),
            header.createdEpochMs());
    Base adopted = new Base(written.info(), written.index(), own);
    CommitResult.Committed result =
        new CommitResult.Committed(
            next,
            written.info().level(),
            written.info().family().full(),
            own.bytes(),
            written.changedBytes());
    versions.add(next, written.info(), own.bytes());
    base = adopted;
    housekeeping.buildsOn(next);
    baseInTheClear = false;
    watch.published(next);
    next++;
    outcomeUnknown = false;
    newestMark.raise(result.number());
    untidied = result;
    return result;
  }

  /**
   * Deletes versions that need not stay now that a newer one is acknowledged, and warns where room
   * runs out. After every commit: to delete a long file takes its time, for which nobody should
   * wait who wants to know that a version is durable.
   */
  public void tidy() {
    CommitResult.Committed made = untidied;
    Base newest = base;
    if (made != null && newest != null) {
      untidied = null;
      housekeeping.committed(made, newest.info().stateBytes());
    }
  }

  private CommitResult fenced(String by) {
    fencedBy = by;
    ThisProcess.release(storeId, attempt);
    return new CommitResult.Fenced(by);
  }

  /** Who stands above this writer, as far as that can be read. */
  private String successor() {
    try {
      Optional<Holder> holder = watch.look();
      if (holder.isPresent()) {
        return holder.get().describe();
      }
    } catch (IOException | StoreException e) {
      // It stands there all the same, and nobody can say that it is no run's.
    }
    return "whoever has put a record above its own into "
        + layout.log()
        + "; look with: holdfast verify";
  }

  /**
   * Looks whether another run has opened the store, as it may after a long pause of this one.
   *
   * @return who it is, or empty
   */
  public Optional<String> lookForSuccessor() {
    if (fencedBy == null) {
      try {
        watch.look().ifPresent(successor -> fenced(successor.describe()));
      } catch (IOException | StoreException e) {
        return Optional.empty(); // the next commit will tell
      }
    }
    return fencedBy();
  }

  /** Who has taken the store over, where this writer has found that out by now. */
  public Optional<String> fencedBy() {
    return Optional.ofNullable(fencedBy);
  }

  /** Shows that this writer is alive; never an error. */
  public void touch() {
    try {
      disk.touch(layout.alive());
    } catch (IOException e) {
      // A courtesy: the fence does not depend on it.
    }
  }

  /**
   * Looks whether this writer has been asked to stop, with a {@link StopRequest}; the request is
   * taken away. Like {@link #touch} it may be called by another thread, and is never an error.
   *
   * @return who asks and how, in words that follow "asked by"; or empty
   */
  public Optional<String> hearStop() {
    return StopRequest.hear(disk, layout, firstAttempt, attempt).map(StopRequest::by);
  }

  /**
   * Appends an END record: the attempt ends in good order and the next one need not wait.
   *
   * @return whether it is durable; where it is not, {@link #fencedBy} tells of a successor
   */
  public boolean end(AttemptInfo.Ended ended) {
    if (outcomeUnknown) {
      lookForSuccessor(); // nothing is written that would tell
    }
    if (fencedBy != null || outcomeUnknown) {
      return false;
    }
    next = publisher.freeAfter(next - 1);
    FileHeader header =
        FileHeader.of(RecordType.END, 1, storeId, next, attempt, options.time().epochMs())
            .sealedWith(layout.keys().id());
    Path temporary = layout.temporary(next, attempt, Integer.toHexString(++tries));
    try {
      publisher.prepare(temporary, file -> Opener.writeRecord(file, header, ended, layout.keys()));
      Outcome outcome = publisher.publish(temporary, next, header.fileId());
      publisher.discard(temporary);
      next++;
      if (outcome == Outcome.OVERTAKEN) {
        fenced(successor());
      }
      return outcome == Outcome.PUBLISHED;
    } catch (IOException e) {
      publisher.discard(temporary);
      options.tell().accept(StoreIoException.describe("ending in", layout.log(), e));
      return false;
    } catch (OutOfMemoryError e) {
      options.tell().accept("not enough memory to end in good order: " + e.getMessage());
      return false;
    }
  }

  /** Releases memory and the hold of this process; writes nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ThisProcess.release(storeId, attempt);
    encoder.close();
  }
}
