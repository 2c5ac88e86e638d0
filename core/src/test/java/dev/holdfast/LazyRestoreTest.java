// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.process.PrivatePages;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Memory that is mapped at a restart is what it was, and what is damaged in it is found. */
@Timeout(120)
final class LazyRestoreTest {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final long BYTES = (8 << 20) + 4_000; // the last block is no whole page
  private static final int BLOCK_BYTES = 64 << 10;

  @TempDir private Path temp;

  @BeforeEach
  void needsMappedFiles() {
    assumeTrue(PrivatePages.refusal().isEmpty(), "skipped: no files can be mapped here");
  }

  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private Path store() {
    return temp.resolve("store");
  }

  private Job job(boolean lazy) {
    return Holdfast.job("test")
        .store(store())
        .lazyRestore(lazy)
        .policy(CheckpointPolicy.fixed(Duration.ofHours(1)));
  }

  /** An attempt that dies at the end of this. */
  private void killed(boolean lazy, Body body) {
    Body dying =
        hf -> {
          body.run(hf);
          throw new Crash();
        };
    assertThrows(Crash.class, () -> job(lazy).run(dying));
  }

  private static MemorySegment allocate(Holdfast hf) {
    return hf.allocate("u", BYTES, 8);
  }

  private static void fill(MemorySegment u, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long at = 0; at + 8 <= BYTES; at += 8) {
      u.set(LONG, at, random.nextLong());
    }
  }

  private static void assertFilled(MemorySegment u, long seed, long... changedAt) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> changed = Arrays.stream(changedAt).boxed().toList();
    for (long at = 0; at + 8 <= BYTES; at += 8) {
      long expected = random.nextLong();
      assertEquals(changed.contains(at) ? at : expected, u.get(LONG, at), "at " + at);
    }
  }

  /** Makes a version and dies. */
  private void filledOnce() {
    killed(
        true,
        hf -> {
          MemorySegment u = allocate(hf);
          hf.restore();
          fill(u, 7);
          hf.tick();
          assertTrue(hf.checkpoint().awaitDurable());
        });
  }

  private VersionRecord newest() throws IOException {
    return Store.open(store(), Disk.local()).newest().orElseThrow().toRecord();
  }

  @Test
  void restore_mapped_isWhatItWasAndGoesOnIncrementally() throws Exception {
    filledOnce();
    long full = newest().fileBytes();
    assertTrue(full > BYTES, "stored as it is");
    try (Told told = new Told()) {
      killed(
          true,
          hf -> {
            MemorySegment u = allocate(hf);
            assertEquals(1, hf.restore());
            u.set(LONG, 80, 80);
            u.set(LONG, 30 * BLOCK_BYTES, 30 * BLOCK_BYTES);
            hf.tick();
            assertTrue(hf.checkpoint().awaitDurable());
            u.set(LONG, 88, 88);
            u.set(LONG, 96, 96);
            hf.tick();
            assertTrue(hf.checkpoint().awaitDurable());
            assertFilled(u, 7, 80, 88, 96, 30 * BLOCK_BYTES);
          });
      assertEquals(1, told.lines("8.00 MiB of the state are read when they are touched"));
    }
    assertTrue(newest().fileBytes() < 10 * BLOCK_BYTES, "only what has changed");
    assertEquals(Outcome.CLEAN, Verifier.verify(store(), Disk.local()).outcome());
    for (boolean lazy : new boolean[] {true, false}) {
      killed(
          lazy,
          hf -> {
            MemorySegment u = allocate(hf);
            assertEquals(3, hf.restore());
            assertFilled(u, 7, 80, 88, 96, 30 * BLOCK_BYTES);
          });
    }
  }

  /** Attempt after attempt restores lazily what the one before has made durable last. */
  @Test
  void restores_randomWritesAndCheckpoints_areAlwaysWhatWasDurable() throws Exception {
    long seed = Long.getLong("holdfast.lazy.seed", System.nanoTime() & 0xffff_ffffL);
    System.out.println(
        "lazy: ./mvnw test -pl core -am -Dtest=LazyRestoreTest -Dholdfast.lazy.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment model = Arena.ofAuto().allocate(BYTES, 8);
    MemorySegment durable = Arena.ofAuto().allocate(BYTES, 8);
    for (int attempt = 0; attempt < 8; attempt++) {
      boolean lazy = random.nextInt(4) > 0;
      killed(
          lazy,
          hf -> {
            MemorySegment u = allocate(hf);
            hf.restore();
            assertEquals(-1, u.mismatch(durable));
            model.copyFrom(durable);
            for (int n = random.nextInt(5); n > 0; n--) {
              write(u, model, random);
              hf.tick();
              Version version = hf.checkpoint();
              if (random.nextBoolean()) {
                write(u, model, random); // and the next while this one is being written
                hf.tick();
                version = hf.checkpoint();
              }
              assertTrue(version.awaitDurable());
              durable.copyFrom(model);
            }
            write(u, model, random);
            assertEquals(-1, u.mismatch(model));
          });
    }
    assertEquals(Outcome.CLEAN, Verifier.verify(store(), Disk.local()).outcome());
  }

  private static void write(MemorySegment u, MemorySegment model, SplittableRandom random) {
    boolean many = random.nextInt(4) == 0;
    for (int writes = many ? 3_000 : random.nextInt(6); writes > 0; writes--) {
      long at = random.nextLong(BYTES / 8) * 8;
      long value = random.nextInt(3) == 0 ? 0 : random.nextLong();
      u.set(LONG, at, value);
      model.set(LONG, at, value);
    }
  }

  /** Some blocks of the file of the newest version, which the program may have computed with. */
  private void damage() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(largest().toFile(), "rw")) {
      file.seek(2 << 20);
      int was = file.read();
      file.seek(2 << 20);
      file.write(was ^ 1);
    }
  }

  private Path largest() throws IOException {
    try (Stream<Path> files = Files.list(store().resolve("log"))) {
      return files.max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
    }
  }

  @Test
  void restore_mappedBlockDamaged_endsTheAttemptBeforeAVersionAndIsReadNextTime() throws Exception {
    filledOnce();
    damage();
    HoldfastException found =
        assertThrows(
            HoldfastException.class,
            () ->
                job(true)
                    .run(hf -> {
                      allocate(hf);
                      for (long step : hf.steps(1_000)) {
                        if (step > 0) {
                          hf.checkpoint().awaitDurable();
                        }
                      }
                    }));
    assertTrue(States.message(found).contains("mapped at the restart"), found::toString);
    List<VersionRecord> versions =
        Store.open(store(), Disk.local()).records().stream()
            .filter(VersionRecord.class::isInstance)
            .map(VersionRecord.class::cast)
            .toList();
    assertEquals(1, versions.size(), "none was made of what is damaged");
    assertThrows(
        NoUsableVersionException.class,
        () -> job(true).run(hf -> assertEquals(0, allocate(hf).byteSize() + hf.restore())));
  }

  /** Every step was done: nothing is left to commit, and nothing to compute. */
  @Test
  void complete_whatIsMappedIsDamaged_isNotComplete() throws Exception {
    Body oneStep =
        hf -> {
          MemorySegment u = allocate(hf);
          for (long step : hf.steps(1)) {
            fill(u, step);
          }
        };
    killed(
        true,
        hf -> {
          oneStep.run(hf);
          assertTrue(hf.checkpoint().awaitDurable());
        });
    damage();
    HoldfastException found = assertThrows(HoldfastException.class, () -> job(true).run(oneStep));
    assertTrue(States.message(found).contains("mapped at the restart"), found::toString);
  }

  /** As the documentation says: the program cannot go on, and the next attempt judges the store. */
  @Test
  void restore_mappedFileIsCut_touchingItFailsAndNothingIsMadeOfIt() throws Exception {
    filledOnce();
    assertThrows(
        InternalError.class,
        () ->
            job(true)
                .run(hf -> {
                  MemorySegment u = allocate(hf);
                  hf.restore();
                  try (RandomAccessFile file = new RandomAccessFile(largest().toFile(), "rw")) {
                    file.setLength(256 << 10);
                  }
                  long sum = 0;
                  for (int round = 0; round < 1_000_000; round++) {
                    sum += u.get(LONG, (round * 4_096L + (1 << 20)) % (4 << 20));
                  }
                  throw new AssertionError("all could be read: " + sum);
                }));
    assertThrows(NoUsableVersionException.class, () -> job(true).run(hf -> hf.restore()));
  }

  @Test
  void restore_lazyNotWanted_isReadAtOnce() throws Exception {
    filledOnce();
    try (Told told = new Told()) {
      killed(
          false,
          hf -> {
            MemorySegment u = allocate(hf);
            hf.restore();
            assertFilled(u, 7);
          });
      assertEquals(0, told.lines("are read when they are touched"));
    }
  }
}
