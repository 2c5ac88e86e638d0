// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.VerifyOptions.Depth;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Verifies the blocks of versions as a restart would read them, through all their layers. What was
 * decoded with its file, or for another version, is not decoded again.
 */
final class VersionCheck {
  /** Blocks that are read as one piece. */
  private static final int PIECE_BLOCKS = 64;

  private final VerifyOptions options;
  private final Findings findings;
  private final Workers workers;
  private final Fingerprints verified = new Fingerprints();
  private final Map<Long, Set<Long>> badOffsets = new HashMap<>();

  VersionCheck(VerifyOptions options, Findings findings, Workers workers) {
    this.options = options;
    this.findings = findings;
    this.workers = workers;
  }

  /** Where blocks begin in a file that cannot be read. */
  void knowBad(long number, Set<Long> offsets) {
    badOffsets.put(number, offsets);
  }

  /** Self-contained blocks were decoded when their file was walked. */
  void remember(VersionRecord version, BlockIndex index) {
    if (!options.reaches(Depth.BLOCKS)) {
      return;
    }
    Set<Long> bad = badOffsets.getOrDefault(version.number(), Set.of());
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

  /** Whether no block of the version is bad, of those that were to be looked at. */
  boolean run(VersionRecord version, StoredVersion stored) throws IOException {
    BlockIndex index = stored.index();
    int blocks = version.info().blockCount();
    boolean whole = true;
    BitSet unread = new BitSet();
    for (int entry = 0; entry < blocks; entry++) {
      if (isKnownBad(version, index, entry)) {
        whole = false;
      } else if (options.reaches(Depth.BLOCKS)) {
        long fingerprint = fingerprint(version, index, entry);
        boolean read = !verified.contains(fingerprint) && options.picks(fingerprint, 0);
        unread.set(entry, read);
      }
    }
    BitSet failed = read(version, stored, unread);
    unread.andNot(failed);
    unread.stream().forEach(entry -> verified.add(fingerprint(version, index, entry)));
    return whole && failed.isEmpty();
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

  /** Reads these blocks; returns those that cannot be read. */
  private BitSet read(VersionRecord version, StoredVersion stored, BitSet unread)
      throws IOException {
    BitSet failed = new BitSet();
    List<RegionSchema> regions = version.info().regions();
    int first = 0;
    for (int region = 0; region < regions.size(); region++) {
      int end = first + regions.get(region).blockCount();
      for (int from = unread.nextSetBit(first); from >= 0 && from < end; ) {
        int to = Math.min(end, from + PIECE_BLOCKS);
        Piece piece = new Piece(version, stored, region, first, unread.get(from, to), from);
        workers.submit(scratch -> piece.read(failed, scratch));
        from = unread.nextSetBit(to);
      }
      first = end;
    }
    workers.await();
    return failed;
  }

  /** Some blocks of one region. */
  private final class Piece {
    private final VersionRecord version;
    private final StoredVersion stored;
    private final int region;

    /** The index entry of the region's first block. */
    private final int first;

    /** Which blocks, counted from the entry {@code from}. */
    private final BitSet wanted;

    private final int from;

    Piece(
        VersionRecord version,
        StoredVersion stored,
        int region,
        int first,
        BitSet wanted,
        int from) {
      this.version = version;
      this.stored = stored;
      this.region = region;
      this.first = first;
      this.wanted = wanted;
      this.from = from;
    }

    void read(BitSet failed, BlockScratch scratch) throws IOException {
      for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
        int entry = from + i;
        int length = version.info().regions().get(region).blockLengthBytes(entry - first);
        try {
          stored.readBlock(region, entry - first, scratch.raw(length), scratch);
        } catch (StoreException e) {
          refuseHopeless(e);
          findings.add(version.number(), stored.record().path(), e);
          synchronized (failed) {
            failed.set(entry);
          }
        }
      }
    }
  }

  private static void refuseHopeless(StoreException e) throws IOException {
    if (e.getCause() instanceof IOException io && !IoKind.of(io).isOfOneFile()) {
      throw io;
    }
  }
}
