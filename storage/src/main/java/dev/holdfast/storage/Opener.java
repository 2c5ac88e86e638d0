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

  private static final Holder UNKNOWN_HOLDER =
      new Holder("unknown host", "", "", 0, 0, "unknown user", "", "", 0);

  private final Disk disk;
  private final StoreDirectory directory;
  private final StoreLayout layout;
  private final StoreOptions options;
  private final Publisher publisher;
  private final Id128 storeId;
  private final Holder me = ThisProcess.holder();
  private boolean provenGone = true;

  /** OPEN records that this writer has tried to make; any of them may stand in the log. */
  private final Set<Id128> ownOpens = new HashSet<>();

  Opener(
      Disk disk,
      StoreDirectory directory,
      StoreOptions options,
      Publisher publisher,
      Id128 storeId) {
    this.disk = disk;
    this.directory = directory;
    this.layout = directory.layout();
    this.options = options;
    this.publisher = publisher;
    this.storeId = storeId;
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
   * @param again the attempt that is opening again after an unknown outcome, or 0
   * @throws StoreHeldException when another run holds the store, or has held it since
   */
  long open(long again, Describe describe) throws IOException {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      Log log = Log.list(disk, layout);
      if (again != 0) {
        refuseSuccessor(log, again);
      } else {
        awaitHolderGone(log);
      }
      long number = log.highest() + 1;
      FileHeader header =
          FileHeader.of(RecordType.OPEN, 1, storeId, number, number, options.time().epochMs());
      ownOpens.add(header.fileId());
      switch (append(header, describe.at(log))) {
        case PUBLISHED -> {
          return number;
        }
        case UNKNOWN -> throw new IOException("the OPEN record could not be made durable");
        case OVERTAKEN -> {}
      }
    }
    throw new IOException("the log of the store keeps moving: other runs open it all the time");
  }

  private Outcome append(FileHeader header, Opened opened) throws IOException {
    Path temporary = writeTwice(header, opened);
    try {
      directory.checkOwner(temporary, options.access());
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
    publisher.prepare(temporary, file -> writeRecord(file, header, opened));
    return temporary;
  }

  /** Writes a record without blocks. */
  static Footer writeRecord(DiskFile file, FileHeader header, AttemptInfo info) throws IOException {
    byte[] headerBytes = header.encode();
    byte[] sections = info.encode();
    ByteBuffer noIndex = ByteBuffer.allocate(0);
    Footer footer =
        new Footer(
            FileHeader.BYTES + sections.length + Footer.BYTES,
            FileHeader.BYTES,
            0,
            FileHeader.BYTES,
            sections.length,
            0,
            header.fileId(),
            RecordFile.digest(headerBytes, noIndex, sections));
    ByteBuffer all = ByteBuffer.allocate((int) footer.fileBytes());
    all.put(headerBytes).put(sections).put(footer.encode()).flip();
    file.writeFully(all, 0);
    return footer;
  }

  /**
   * A writer that is not sure of its place may open again only where nobody else has opened since:
   * a successor may have made versions, ended and gone.
   */
  private void refuseSuccessor(Log log, long again) throws IOException {
    for (long number : log.numbers().tailSet(again, false)) {
      try (RecordFile record = RecordFile.open(disk, layout, number)) {
        boolean another =
            record.header().type() == RecordType.OPEN
                && !ownOpens.contains(record.header().fileId());
        if (another) {
          throw new StoreHeldException(layout.root(), holderOf(number), "it took the store over");
        }
      } catch (NoSuchFileException e) {
        // Only versions are ever deleted.
      }
    }
  }

  /** Returns when nobody holds the store, or when the hold may be broken; or throws. */
  private void awaitHolderGone(Log log) throws IOException {
    provenGone &= allGone(log);
    Claim claim = claim(log);
    if (claim == null) {
      return;
    }
    if (options.breakLock()) {
      return;
    }
    switch (Liveness.of(claim.holder(), storeId, claim.attempt(), me)) {
      case GONE -> {}
      case ALIVE ->
          throw new StoreHeldException(layout.root(), claim.holder(), "that process is running");
      case UNKNOWN -> awaitSilence(claim);
    }
  }

  /**
   * Whether every writer that could still have the present output files open is gone. One that made
   * a version had replaced the files of all before it that were not; so the search ends there.
   */
  private boolean allGone(Log log) throws IOException {
    Set<Long> ended = new HashSet<>();
    long first = 0;
    for (long number : log.numbers().descendingSet()) {
      if (number < first) {
        return true;
      }
      try (RecordFile record = RecordFile.open(disk, layout, number)) {
        long writer = record.header().attempt();
        switch (record.header().type()) {
          case END -> ended.add(writer);
          case VERSION -> first = Math.max(first, writer);
          case OPEN -> {
            if (!ended.contains(writer)
                && Liveness.of(holderOf(writer), storeId, writer, me) != Liveness.GONE) {
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

  /** The last writer, where it has not said that it ended. */
  private record Claim(long attempt, Holder holder) {}

  private @Nullable Claim claim(Log log) throws IOException {
    for (long number : log.numbers().descendingSet()) {
      try (RecordFile record = RecordFile.open(disk, layout, number)) {
        if (!record.header().storeId().equals(storeId)) {
          continue;
        }
        if (record.header().type() == RecordType.END) {
          return null;
        }
        return new Claim(record.header().attempt(), holderOf(record.header().attempt()));
      } catch (StoreException e) {
        // An unreadable record says nothing about who holds the store; an older one may.
      } catch (IOException e) {
        RecordFile.passOver(e);
      }
    }
    return null;
  }

  /** Who wrote an OPEN record, as far as it can be read. */
  Holder holderOf(long attempt) throws IOException {
    try (RecordFile record = RecordFile.open(disk, layout, attempt)) {
      return AttemptInfo.decodeOpened(
              record.path().toString(),
              record.footer().sectionsOffset(),
              record.readMetadata().sections())
          .holder();
    } catch (StoreException e) {
      return UNKNOWN_HOLDER;
    } catch (IOException e) {
      RecordFile.passOver(e);
      return UNKNOWN_HOLDER;
    }
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
                + " s for a sign of life");
    long begin = options.time().nanoTime();
    String before = signsOfLife();
    while (options.time().nanoTime() - begin < SILENCE.toNanos()) {
      options.time().pause(LOOK_EVERY);
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
