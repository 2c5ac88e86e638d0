// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.Publisher.Outcome;
import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.AttemptInfo.Opened;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Becomes the one writer of a store: makes sure that the holder is gone, then appends an OPEN
 * record and starts over higher for as long as somebody else's record stands above it.
 */
final class Opener {
  /** How long a holder that cannot be judged must show no sign of life. */
  static final Duration SILENCE = Duration.ofSeconds(150);

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** Two openers settle at once; more rounds than this mean that something is badly wrong. */
  private static final int ROUNDS_MAX = 1000;

  private final Disk disk;
  private final StoreLayout layout;
  private final StoreOptions options;
  private final Publisher publisher;
  private final Id128 storeId;
  private final Holder me = ThisProcess.holder();
  private final SuccessorWatch watch;
  private boolean provenGone = true;

  Opener(
      StoreLayout layout,
      StoreOptions options,
      Publisher publisher,
      Id128 storeId,
      SuccessorWatch watch) {
    this.disk = options.disk();
    this.layout = layout;
    this.options = options;
    this.publisher = publisher;
    this.storeId = storeId;
    this.watch = watch;
  }

  /** Makes the contents of an OPEN record. */
  interface Describe {
    Opened at(Log log);
  }

  /** Whether it is certain that no earlier writer is running any more. */
  boolean provenGone() {
    return provenGone;
  }

  Holder me() {
    return me;
  }

  /**
   * Opens and returns the attempt's number.
   *
   * @param again whether this writer opens again after an unknown outcome
   * @throws StoreHeldException when another run holds the store, or has held it since
   * @throws OpeningStoppedException when the opening is asked to stop while it waits
   */
  long open(boolean again, Describe describe) throws IOException {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      long told = NewestMark.read(disk, layout); // before the log: what it tells of is in the list
      Log log = Log.list(disk, layout);
      if (again) {
        refuseSuccessor(log);
      } else {
        awaitHolderGone(log);
      }
      // Where the newest files were deleted, their numbers are not given to others: so it shows.
      long highest = publisher.highest(log);
      long number = publisher.freeAfter(Math.max(highest, told));
      FileHeader header =
          FileHeader.of(RecordType.OPEN, 1, storeId, number, number, options.time().epochMs())
              .sealedWith(layout.keys().id());
      watch.opening(header.fileId());
      switch (append(header, describe.at(log))) {
        case PUBLISHED -> {
          if (number > highest + 1) {
            lookBetween(highest, number, again);
          }
          watch.published(number);
          return number;
        }
        case UNKNOWN -> throw new IOException("the OPEN record could not be made durable");
        case OVERTAKEN -> {}
      }
    }
    throw new IOException("the log of the store keeps moving: other runs open it all the time");
  }

  /**
   * Where numbers were left out, a run that knew nothing of them may have opened there since the
   * log was listed. It has lost the store to this one, but what it does until it notices counts:
   * this writer has not seen its versions when it only opens again, and it may write to outputs.
   */
  private void lookBetween(long listed, long number, boolean again) throws IOException {
    Log log = Log.list(disk, layout);
    if (again) {
      refuseSuccessor(log);
    }
    for (long between : log.numbers().subSet(listed, false, number, false)) {
      provenGone &= publisher.isForeign(between);
    }
  }

  private Outcome append(FileHeader header, Opened opened) throws IOException {
    Path temporary = writeTwice(header, opened);
    try {
      Ownership.require(disk, layout, temporary, options.access());
      return publisher.publish(temporary, header.number(), header.fileId());
    } catch (NoSuchFileException e) {
      return Outcome.OVERTAKEN; // a higher OPEN has swept the file
    } finally {
      publisher.discard(temporary);
    }
  }

  private Path writeTwice(FileHeader header, Opened opened) throws IOException {
    try {
      return write(header, opened);
    } catch (IOException first) {
      try {
        return write(header, opened);
      } catch (IOException second) {
        second.addSuppressed(first);
        throw second;
      }
    }
  }

  private Path write(FileHeader header, Opened opened) throws IOException {
    String shortId = String.format(Locale.ROOT, "%08x", Id128.random().low() & 0xffffffffL);
    Path temporary = layout.temporary(header.number(), header.attempt(), shortId);
    publisher.prepare(temporary, file -> writeRecord(file, header, opened, layout.keys()));
    return temporary;
  }

  /** Writes a record without blocks. */
  static Footer writeRecord(DiskFile file, FileHeader header, AttemptInfo info, Keys keys)
      throws IOException {
    byte[] headerBytes = header.encode();
    byte[] sections = info.encode();
    ByteBuffer noIndex = ByteBuffer.allocate(0);
    Footer geometry =
        new Footer(
            FileHeader.BYTES + sections.length + Footer.BYTES,
            FileHeader.BYTES,
            0,
            FileHeader.BYTES,
            sections.length,
            0,
            header.fileId(),
            Footer.Digest.NONE);
    Footer footer = geometry.with(keys.digest(header, headerBytes, noIndex, sections, geometry));
    ByteBuffer all = ByteBuffer.allocate((int) footer.fileBytes());
    all.put(headerBytes).put(sections).put(footer.encode()).flip();
    file.writeFully(all, 0);
    return footer;
  }

  /**
   * A writer that is not sure of its place may open again only where nobody else has opened since:
   * a successor may have made versions, ended and gone.
   */
  private void refuseSuccessor(Log log) throws IOException {
    Optional<Holder> successor = watch.look(log);
    if (successor.isPresent()) {
      throw new StoreHeldException(layout.root(), successor.get(), "it took the store over");
    }
  }

  /** Returns when nobody holds the store, or when the hold may be broken; or throws. */
  private void awaitHolderGone(Log log) throws IOException {
    provenGone &= allGone(log);
    Claim claim = Claim.newest(disk, layout, storeId, log).orElse(null);
    if (claim == null) {
      return;
    }
    if (options.breakLock()) {
      return;
    }
    switch (Liveness.of(claim.holder(), storeId, claim.attempt(), me)) {
      case GONE, SUPERSEDED -> {}
      case ALIVE ->
          throw new StoreHeldException(layout.root(), claim.holder(), "that process is running");
      case UNKNOWN -> awaitSilence(claim);
    }
  }

  /**
   * Whether every writer that could still have the present output files open is gone. One that made
   * a version had replaced the files of all before it that were not; so the search ends there.
   * Between a version and the OPEN record of its writer stand records of that writer alone, which
   * had to take each of these numbers itself; however many they are, they need not be read.
   */
  private boolean allGone(Log log) throws IOException {
    Set<Long> ended = new HashSet<>();
    long first = 0;
    @Nullable Long next = log.numbers().isEmpty() ? null : log.highest();
    while (next != null && next >= first) {
      long number = next;
      next = log.numbers().lower(number);
      // Not openOwn: what is not sound may have been a writer's, whatever its header says.
      try (RecordFile record = RecordFile.open(disk, layout, number)) {
        if (record.isForeign(storeId)) {
          continue;
        }
        long writer = record.header().attempt();
        switch (record.header().type()) {
          case END -> ended.add(writer);
          case VERSION -> {
            first = writer;
            next = log.numbers().floor(writer);
          }
          case OPEN -> {
            if (!ended.contains(writer)
                && Liveness.of(Claim.holderOf(disk, layout, writer), storeId, writer, me)
                    != Liveness.GONE) {
              return false;
            }
          }
          case NOTE -> {}
        }
      } catch (StoreException e) {
        return false;
      } catch (NoSuchFileException e) {
        // Pruned between the listing and now.
      } catch (IOException e) {
        RecordFile.passOver(e);
        return false;
      }
    }
    return true;
  }

  /** Watches for a sign of life on this machine's monotonic clock; other clocks are not trusted. */
  private void awaitSilence(Claim claim) throws IOException {
    options
        .tell()
        .accept(
            "store "
                + layout.root()
                + " was last held by "
                + claim.holder().describe()
                + ", which cannot be seen from here: waiting up to "
                + SILENCE.toSeconds()
                + " s for a sign of life; where it is certainly gone, HOLDFAST_BREAK_LOCK=1 does"
                + " without");
    long begin = options.time().nanoTime();
    String before = signsOfLife();
    while (options.time().nanoTime() - begin < SILENCE.toNanos()) {
      options.time().pause(LOOK_EVERY);
      Optional<String> stop = options.stopAsked().get();
      if (stop.isPresent()) {
        throw new OpeningStoppedException(layout.root(), claim.holder(), stop.get());
      }
      if (!signsOfLife().equals(before)) {
        throw new StoreHeldException(layout.root(), claim.holder(), "it has just shown life");
      }
    }
  }

  private String signsOfLife() throws IOException {
    String alive;
    try {
      alive = Long.toString(disk.facts(layout.alive()).modifiedEpochMs());
    } catch (NoSuchFileException e) {
      alive = "none";
    }
    return alive + "/" + Log.list(disk, layout);
  }
}
