// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.VerifyOptions.Depth;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Verifying less than all of a store, and by several threads. */
class VerifyOptionsTest {
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);
  private static final int BLOCKS = 400;

  private final MemoryDisk disk = TestStores.resting(new TestJob(5), 3);

  private static VerifyReport verify(MemoryDisk disk, VerifyOptions options) {
    return Verifier.verify(STORE, disk, options);
  }

  private static VerifyReport verify(MemoryDisk disk, Depth depth) {
    return verify(disk, VerifyOptions.ALL.with(depth));
  }

  private Footer footer(long number) {
    try (RecordFile file = RecordFile.open(disk, LAYOUT, number)) {
      return file.footer();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void flip(long number, long offset) {
    disk.bytes(LAYOUT.record(number))[(int) offset] ^= 1;
  }

  /** The first depth at which damage is found. */
  private Depth foundAt() {
    for (Depth depth : Depth.values()) {
      VerifyReport report = verify(disk, depth);
      assertEquals(depth, report.depth());
      assertEquals(List.of(2L, 3L, 4L), report.versions(), report.toString());
      if (!report.findings().isEmpty()) {
        return depth;
      }
    }
    throw new AssertionError("not found at any depth");
  }

  private long payload(long number) {
    try (StoredVersion version = Store.open(STORE, disk).version(number)) {
      return version.index().offset(0);
    }
  }

  @ParameterizedTest
  @EnumSource(Depth.class)
  void verify_soundStore_isCleanAtEveryDepth(Depth depth) {
    VerifyReport report = verify(disk, depth);
    assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
    assertEquals(List.of(2L, 3L, 4L), report.usable());
    assertEquals(Optional.empty(), report.sample());
  }

  @Test
  void verify_missingRecord_isFoundByNames() throws IOException {
    disk.delete(LAYOUT.record(1));
    assertEquals(Depth.NAMES, foundAt());
  }

  @Test
  void verify_changedIndex_isFoundByGraph() {
    long at = footer(4).indexOffset() + 5;
    flip(4, at);
    VerifyReport names = verify(disk, Depth.NAMES);
    assertEquals(List.of(), names.findings());
    VerifyReport graph = verify(disk, Depth.GRAPH);
    assertEquals(List.of(2L, 3L), graph.usable(), graph.toString());
  }

  @Test
  void verify_changedPayload_isFoundByChecksums() {
    flip(3, payload(3));
    assertEquals(Depth.CHECKSUMS, foundAt());
    assertEquals(List.of(2L), verify(disk, Depth.CHECKSUMS).usable(), "4 is built on 3");
  }

  @Test
  void verify_changedExtentHeader_isFoundByChecksums() {
    flip(3, FileHeader.BYTES + 8);
    assertEquals(Depth.CHECKSUMS, foundAt());
  }

  /** A stale file is whole by itself: only the digest that its successor knows betrays it. */
  @Test
  void verify_parentExchangedForAnotherSoundFile_isFound() {
    MemoryDisk other = TestStores.resting(new TestJob(6), 3);
    byte[] stale = other.bytes(LAYOUT.record(2)).clone();
    try (RecordFile own = RecordFile.open(disk, LAYOUT, 2);
        RecordFile file = RecordFile.open(other, LAYOUT, 2)) {
      FileHeader was = file.header();
      byte[] header =
          new FileHeader(
                  was.kind(),
                  was.type(),
                  was.attemptTry(),
                  was.place(),
                  own.header().storeId(),
                  was.fileId(),
                  was.number(),
                  was.attempt(),
                  was.writerRank(),
                  was.rankCount(),
                  was.keyId(),
                  was.createdEpochMs(),
                  was.roCompatFlags())
              .encode();
      System.arraycopy(header, 0, stale, 0, header.length);
      RecordFile.Metadata metadata = file.readMetadata();
      Footer old = file.footer();
      byte[] footer =
          new Footer(
                  old.fileBytes(),
                  old.indexOffset(),
                  old.indexEntries(),
                  old.sectionsOffset(),
                  old.sectionsBytes(),
                  old.extents(),
                  old.fileId(),
                  RecordFile.digest(header, metadata.index().encoded(), metadata.sections()))
              .encode();
      System.arraycopy(footer, 0, stale, stale.length - footer.length, footer.length);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    disk.setBytes(LAYOUT.record(2), stale);
    Finding finding = verify(disk, Depth.GRAPH).findings().getFirst();
    assertTrue(finding.what().contains("version 3 knows"), finding.toString());
  }

  @Test
  void verify_comparedValue_isReportedAsExpectedAndActual() {
    long offset = payload(3);
    flip(3, offset);
    Finding finding = verify(disk, Depth.BLOCKS).findings().getFirst();
    String expected = finding.expected().orElseThrow();
    String actual = finding.actual().orElseThrow();
    assertTrue(expected.matches("[0-9a-f]{8}") && actual.matches("[0-9a-f]{8}"), expected);
    assertFalse(expected.equals(actual));
    assertTrue(finding.what().contains(expected + " expected, " + actual + " found"));
    assertEquals(offset, finding.offset());
    assertEquals(3, finding.number());
  }

  @Test
  void verify_byManyThreads_findsTheSame() {
    MemoryDisk large = large();
    for (int damage = 0; damage < 20; damage++) {
      byte[] bytes = large.bytes(LAYOUT.record(2 + damage % 2));
      bytes[(int) ((long) bytes.length * damage / 20)] ^= 1;
      VerifyReport one = verify(large, VerifyOptions.ALL);
      VerifyReport many = verify(large, VerifyOptions.ALL.withThreads(7));
      assertEquals(one.findings(), many.findings());
      assertEquals(one.usable(), many.usable());
      assertEquals(one.bytes(), many.bytes());
    }
  }

  private static MemoryDisk large() {
    TestJob job = new TestJob(8, BLOCKS, false);
    MemoryDisk large = new MemoryDisk();
    try (StoreWriter writer = TestStores.open(large)) {
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
    }
    return large;
  }

  @Test
  void verify_sample_readsAboutItsShareAndMetadataWhole() {
    MemoryDisk large = large();
    VerifyOptions some = VerifyOptions.ALL.withSample(0.1, 7);
    VerifyReport report = verify(large, some);
    assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
    VerifyReport.Sample sample = report.sample().orElseThrow();
    double share = (double) sample.readBytes() / sample.blockBytes();
    assertTrue(share > 0.05 && share < 0.2, "share " + share);
    assertEquals(7, sample.seed());
    assertEquals(44, sample.runsForNearlyAll(), "0.9^44 is less than 1 %");
    assertEquals(sample, verify(large, some).sample().orElseThrow());
    Path file = LAYOUT.record(3);
    large.bytes(file)[FileHeader.BYTES + 8] ^= 1;
    assertFalse(verify(large, some).findings().isEmpty(), "metadata is always read");
  }

  /** Any damaged block is found by some seed, and by the same one again. */
  @Test
  void verify_samplesOfDifferentSeeds_findDamageSoonerOrLater() {
    MemoryDisk large = large();
    byte[] bytes = large.bytes(LAYOUT.record(2));
    bytes[bytes.length / 2] ^= 1;
    int found = 0;
    for (long seed = 0; seed < 100; seed++) {
      VerifyOptions some = VerifyOptions.ALL.withSample(0.2, seed);
      int findings = verify(large, some).findings().size();
      assertEquals(findings, verify(large, some).findings().size(), "seed " + seed);
      found += findings;
    }
    assertTrue(found >= 5 && found <= 50, found + " of 100 samples of 20 % have found the block");
  }

  @Test
  void verify_progress_growsToTheBytesRead() {
    long[] last = new long[1];
    VerifyOptions told =
        VerifyOptions.ALL.withProgress((done, total) -> {
          assertTrue(done >= last[0] && total > 0);
          last[0] = done;
        });
    VerifyReport report = verify(large(), told);
    assertTrue(last[0] > 0 && last[0] <= report.bytes(), () -> format(last[0]));
  }

  private static String format(long bytes) {
    return String.format(Locale.ROOT, "%,d bytes", bytes);
  }
}
