// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static dev.holdfast.Told.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreHeldException;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fails, versions that are damaged, output files that are missing. */
@Timeout(60)
final class SessionFailureTest {
  private static final int BLOCK = 8_192;

  @TempDir private Path temp;
  private final FailingDisk disk = new FailingDisk("create");

  private Job job() {
    return Holdfast.job("test")
        .store(temp.resolve("store"))
        .policy(CheckpointPolicy.fixed(Duration.ofHours(1)))
        .disk(disk.disk());
  }

  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Steps that change one block each, with a checkpoint before some. */
  private interface BeforeStep {
    void at(long step, Holdfast hf);
  }

  private static Body blocks(double[] x, BeforeStep before) {
    return hf -> {
      hf.protect("x", x);
      for (long step : hf.steps(6)) {
        before.at(step, hf);
        x[(int) step * BLOCK] = step + 1;
      }
    };
  }

  private static double[] after(int steps) {
    double[] x = new double[6 * BLOCK];
    for (int i = 0; i < steps; i++) {
      x[i * BLOCK] = i + 1;
    }
    return x;
  }

  @Test
  void disk_failsForAWhile_laterVersionHoldsEverything() throws Exception {
    List<Boolean> durable = new ArrayList<>();
    try (Told told = new Told()) {
      assertThrows(
          Crash.class,
          () ->
              job()
                  .run(
                      blocks(
                          new double[6 * BLOCK],
                          (step, hf) -> {
                            disk.fail(step == 2 || step == 3);
                            durable.add(hf.checkpoint().awaitDurable());
                            if (step == 5) {
                              throw new Crash();
                            }
                          })));
      assertEquals(2, told.lines("No space left on device"), told.text());
      assertEquals(1, told.lines("version of step 3 failed"), told.text());
      assertEquals(1, told.lines("2 versions of this attempt could not be written"), told.text());
    }
    assertEquals(List.of(true, true, false, false, true, true), durable);
    // The block of step 2 changed last while the disk was full; it is in the later version.
    double[] restored = new double[6 * BLOCK];
    job().run(hf -> assertEquals(5, restore(hf, restored)));
    assertArrayEquals(after(5), restored);
  }

  private static long restore(Holdfast hf, double[] x) {
    hf.protect("x", x);
    return hf.restore();
  }

  @Test
  void finalVersion_fails_isNotDurableAndGoesOnFromTheLast() throws Exception {
    Outcome outcome;
    try (Told told = new Told()) {
      outcome =
          job()
              .run(
                  blocks(
                      new double[6 * BLOCK],
                      (step, hf) -> {
                        assertTrue(step > 2 || hf.checkpoint().awaitDurable());
                        disk.fail(step > 2);
                      }));
      assertEquals(1, told.lines("the final state is not durable: run again"), told.text());
    }
    assertTrue(outcome instanceof Outcome.Complete, outcome::toString);
    assertFalse(((Outcome.Complete) outcome).durable());
    assertEquals(1, outcome.exitCode());
    disk.fail(false);
    List<Long> steps = new ArrayList<>();
    double[] x = new double[6 * BLOCK];
    job().run(blocks(x, (step, hf) -> steps.add(step)));
    assertEquals(List.of(2L, 3L, 4L, 5L), steps);
    assertArrayEquals(after(6), x);
  }

  @Test
  void stop_onFullDisk_saysThatThereIsNoVersion() throws Exception {
    HoldfastException e =
        assertThrows(
            HoldfastException.class,
            () ->
                job()
                    .run(
                        blocks(
                            new double[6 * BLOCK],
                            (step, hf) -> {
                              if (step == 2) {
                                assertTrue(hf.checkpoint().awaitDurable());
                                disk.fail(true);
                                hf.stop();
                              }
                            })));
    assertSays(e, "the version of step 3 could not be written");
    assertSays(e, "version 2 remains");
    disk.fail(false);
    double[] restored = new double[6 * BLOCK];
    job().run(hf -> assertEquals(2, restore(hf, restored)));
    assertArrayEquals(after(2), restored);
  }

  @Test
  void disk_refusesDirectorySyncTwice_isOpenedAgainAndCommits() throws Exception {
    FailingDisk directories = new FailingDisk("syncDirectory");
    List<Boolean> durable = new ArrayList<>();
    Job job =
        Holdfast.job("test")
            .store(temp.resolve("store"))
            .policy(CheckpointPolicy.fixed(Duration.ofHours(1)))
            .disk(directories.disk());
    assertThrows(
        Crash.class,
        () ->
            job.run(
                blocks(
                    new double[6 * BLOCK],
                    (step, hf) -> {
                      directories.fail(step == 1 || step == 2);
                      durable.add(hf.checkpoint().awaitDurable());
                      if (step == 4) {
                        throw new Crash();
                      }
                    })));
    assertEquals(List.of(true, false, false, true, true), durable);
    double[] restored = new double[6 * BLOCK];
    job().run(hf -> assertEquals(4, restore(hf, restored)));
    assertArrayEquals(after(4), restored);
  }

  // Damage ----------------------------------------------------------------------------------------

  private List<Long> versions() {
    List<Long> numbers = new ArrayList<>();
    for (StoreRecord record : Store.open(temp.resolve("store"), Disk.local()).records()) {
      if (record instanceof VersionRecord version) {
        numbers.add(version.number());
      }
    }
    return numbers;
  }

  /**
   * Flips a bit of a version's file.
   *
   * @param where the byte's place as a fraction of the file
   */
  private void flipBitOf(long number, double where) throws IOException {
    Path file = temp.resolve("store/log").resolve(String.format(Locale.ROOT, "%016x.hf", number));
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) (where * (bytes.length - 1))] ^= 1;
    Files.write(file, bytes);
  }

  /** Numbers that no codec makes smaller; two blocks more than there are steps. */
  private static double[] noise() {
    double[] x = new double[8 * BLOCK];
    Random random = new Random(3);
    Arrays.setAll(x, i -> random.nextGaussian());
    return x;
  }

  /** The noise after so many steps. */
  private static double[] noiseAfter(long steps) {
    double[] x = noise();
    for (int i = 0; i < steps; i++) {
      x[i * BLOCK] = i + 1;
    }
    return x;
  }

  /** Checkpoints before every step and crashes before the last: versions of steps 0 to 5. */
  private void crashAtLastStep() {
    assertThrows(
        Crash.class,
        () ->
            job()
                .run(
                    blocks(
                        noise(),
                        (step, hf) -> {
                          assertTrue(hf.checkpoint().awaitDurable());
                          if (step == 5) {
                            throw new Crash();
                          }
                        })));
  }

  @Test
  void newestVersion_damaged_olderOneIsRestoredAndTheReasonTold() throws Exception {
    crashAtLastStep();
    List<Long> before = versions();
    flipBitOf(before.getLast(), 1); // in the footer
    long step = restoreTelling("passed over: version " + before.getLast() + ": ");
    assertTrue(step > 0 && step < 5, "step " + step);
  }

  @Test
  void blockOfEarlierFile_damaged_versionOfTheOtherFamilyIsRestored() throws Exception {
    crashAtLastStep();
    List<Long> before = versions();
    flipBitOf(before.get(1), 0.9); // in a block that no step changes
    long step = restoreTelling("passed over: version " + before.getLast() + ": ");
    assertEquals(0, step); // the spare, which shares no file with them
  }

  /** Restores a step's exact state and tells why a newer version was passed over. */
  private long restoreTelling(String reason) throws Exception {
    double[] restored = new double[8 * BLOCK];
    List<Long> step = new ArrayList<>();
    try (Told told = new Told()) {
      job()
          .run(hf -> {
            step.add(restore(hf, restored));
            assertArrayEquals(noiseAfter(step.getFirst()), restored);
          });
      assertEquals(1, told.lines(reason), told.text());
      assertTrue(told.lines("is damaged") > 0, told.text());
    }
    return step.getFirst();
  }

  @Test
  void allVersions_damaged_isAnErrorAndNothingIsOverwritten() throws Exception {
    crashAtLastStep();
    List<Long> damaged = versions();
    for (long number : damaged) {
      flipBitOf(number, 1);
    }
    Map<String, byte[]> before = logFiles();
    NoUsableVersionException e =
        assertThrows(
            NoUsableVersionException.class,
            () -> job().run(hf -> restore(hf, new double[8 * BLOCK])));
    for (long number : damaged) {
      assertSays(e, "version " + number + ": ");
    }
    assertSays(e, "HOLDFAST_FRESH=1");
    Map<String, byte[]> now = logFiles();
    before.forEach((name, bytes) -> assertArrayEquals(bytes, now.get(name), name));
  }

  private Map<String, byte[]> logFiles() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(temp.resolve("store/log"))) {
      for (Path path : paths.toList()) {
        files.put(String.valueOf(path.getFileName()), Files.readAllBytes(path));
      }
    }
    return files;
  }

  // Who holds the store
  // -----------------------------------------------------------------------------

  @Test
  void store_heldByThisProcess_isRefused() throws Exception {
    job()
        .run(hf -> {
          hf.restore();
          StoreHeldException e =
              assertThrows(StoreHeldException.class, () -> job().run(other -> {}));
          String me = "is held by process " + ProcessHandle.current().pid();
          assertSays(e, me);
        });
  }

  // Output files ----------------------------------------------------------------------------------

  /** Writes a line in every step; a checkpoint before step 3, a crash in step 5. */
  private static Body lines(Path out, boolean crash) {
    return hf -> {
      hf.cell("x", 1);
      AppendFile file = hf.append(out.toString());
      for (long step : hf.steps(6)) {
        if (step == 3) {
          assertTrue(hf.checkpoint().awaitDurable());
        }
        file.println("line " + step);
        if (crash && step == 5) {
          file.flush();
          throw new Crash();
        }
      }
      file.println("end");
    };
  }

  private static final List<String> ALL_LINES =
      List.of("line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "end");

  @Test
  void successor_whileAVersionIsBeingWritten_endsTheJobAtItsNextBoundary() throws Exception {
    try (BlockingDisk slow = new BlockingDisk()) {
      Fenced fenced =
          assertThrows(Fenced.class, () -> job().disk(slow.disk()).run(hf -> overtaken(hf, slow)));
      assertSays(fenced, "was taken over by process " + ProcessHandle.current().pid());
    }
    Store store = Store.open(temp.resolve("store"), Disk.local());
    assertTrue(store.records().stream().noneMatch(VersionRecord.class::isInstance));
  }

  private void overtaken(Holdfast hf, BlockingDisk slow) throws Exception {
    hf.protect("x", new double[40 * BLOCK]);
    hf.restore();
    slow.block();
    Version version = hf.checkpoint();
    slow.awaitBlocked();
    hf.tick();
    StoreOptions force =
        Job.options("test", settings("HOLDFAST_BREAK_LOCK"), Optional.empty(), Disk.local());
    StoreWriter.open(temp.resolve("store"), force).close();
    ((Session) hf.engine()).keepAlive();
    try {
      hf.tick();
    } finally {
      assertEquals(Version.State.CAPTURED, version.state(), "it is still being written");
      slow.close();
    }
  }

  private static Settings settings(String variable) {
    return Job.settingsOf("test", Map.of(variable, "1"));
  }

  @Test
  void end_overtakenAtThatMoment_isFencedAndNotComplete() {
    StoreOptions force =
        Job.options("test", settings("HOLDFAST_BREAK_LOCK"), Optional.empty(), Disk.local());
    Body body =
        hf -> {
          hf.protect("x", new double[BLOCK]);
          hf.restore();
          assertTrue(hf.checkpoint().awaitDurable());
          StoreWriter.open(temp.resolve("store"), force).close();
        };
    assertThrows(Fenced.class, () -> job().run(body));
  }

  @Test
  void outputFile_afterCrash_hasEveryLineOnce() throws Exception {
    Path out = temp.resolve("out.txt");
    assertThrows(Crash.class, () -> job().run(lines(out, true)));
    assertEquals(ALL_LINES.subList(0, 6), Files.readAllLines(out));
    job().run(lines(out, false));
    assertEquals(ALL_LINES, Files.readAllLines(out));
    job().run(lines(out, false)); // what is written after the loop is written again
    assertEquals(ALL_LINES, Files.readAllLines(out));
  }

  @Test
  void outputFile_missing_noVersionThatKnowsItIsUsed() throws Exception {
    Path out = temp.resolve("out.txt");
    assertThrows(Crash.class, () -> job().run(lines(out, true)));
    Files.delete(out);
    NoUsableVersionException e =
        assertThrows(NoUsableVersionException.class, () -> job().run(lines(out, false)));
    assertSays(e, "the output file is missing");
    assertFalse(Files.exists(out));
  }

  @Test
  void outputFile_shortenedBehindOlderVersion_olderVersionIsUsed() throws Exception {
    Path out = temp.resolve("out.txt");
    assertThrows(
        Crash.class,
        () ->
            job()
                .run(hf -> {
                  AppendFile file = hf.append(out.toString());
                  for (long step : hf.steps(6)) {
                    assertTrue(hf.checkpoint().awaitDurable());
                    file.println("line " + step);
                    if (step == 3) {
                      throw new Crash();
                    }
                  }
                }));
    Files.writeString(out, "line 0\nline 1\n");
    try (Told told = new Told()) {
      job()
          .run(hf -> {
            hf.append(out.toString());
            assertEquals(2, hf.restore());
          });
      assertEquals(1, told.lines("the output file is shorter than"), told.text());
    }
    assertEquals(ALL_LINES.subList(0, 2), Files.readAllLines(out));
  }

  @Test
  void outputFile_ofAnEarlierJob_isSetAside() throws Exception {
    Path out = temp.resolve("out.txt");
    Files.writeString(out, "precious\n");
    try (Told told = new Told()) {
      job().run(lines(out, false));
      assertEquals(1, told.lines("the old one is now " + out + ".old-1"), told.text());
    }
    assertEquals(ALL_LINES, Files.readAllLines(out));
    assertEquals("precious\n", Files.readString(temp.resolve("out.txt.old-1")));
  }

  @Test
  void outputFile_notDeclaredAnyMore_isAnError() throws Exception {
    job().run(lines(temp.resolve("out.txt"), false));
    RestoreMismatchException e =
        assertThrows(
            RestoreMismatchException.class,
            () ->
                job()
                    .run(hf -> {
                      hf.cell("x", 1);
                      hf.restore();
                    }));
    assertSays(e, "output file ");
    assertSays(e, "in the version, not declared");
  }

  @Test
  void outputFile_writtenBeforeRestore_namesTheRemedy() {
    HoldfastException e =
        assertThrows(
            HoldfastException.class,
            () -> job().run(hf -> hf.append(temp.resolve("o").toString()).println("early")));
    assertSays(e, "before restore() or steps()");
  }

  // Memory ----------------------------------------------------------------------------------------

  @Test
  void memory_tooSmallForTheState_warnsOnceBlocksAndKeepsTheBits() throws Exception {
    int length = 10_000_000; // 80 MB
    Body body =
        hf -> {
          double[] x = hf.protect("x", new double[length]);
          for (long step : hf.steps(4)) {
            if (step > 1) {
              Version version = hf.checkpoint();
              assertEquals(Version.State.DURABLE, version.state()); // it was waited for
            }
            for (int i = (int) step; i < length; i += 100_000) {
              x[i] = x[Math.max(0, i - 1)] + step + 1;
            }
          }
          double sum = 0;
          for (double value : x) {
            sum += value;
          }
          assertEquals(100 * (1 + 3 + 6 + 10), sum);
        };
    for (int run = 0; run < 2; run++) {
      try (Told told = new Told()) {
        Outcome outcome = job().memory(64L << 20).run(body);
        assertEquals(0, outcome.exitCode());
        assertEquals(1, told.lines("does not fit into 64.0 MiB of memory"), told.text());
      }
    }
  }

  @Test
  void olderVersion_damaged_isNotSaidToBePassedOver() throws Exception {
    crashAtLastStep();
    flipBitOf(versions().getFirst(), 1);
    double[] restored = new double[8 * BLOCK];
    try (Told told = new Told()) {
      job().run(hf -> assertEquals(5, restore(hf, restored)));
      assertEquals(0, told.lines("passed over"), told.text());
    }
  }

  @Test
  void end_afterAFailureOfHoldfast_hasItsSentenceAndNoClassName() throws Exception {
    crashAtLastStep();
    for (long version : versions()) {
      flipBitOf(version, 1);
    }
    assertThrows(NoUsableVersionException.class, () -> job().run(hf -> hf.restore()));
    Store store = Store.open(temp.resolve("store"), Disk.local());
    String message = ((EndRecord) store.records().getLast()).ended().message();
    assertTrue(message.startsWith(store.root() + " holds no usable version"), message);
  }
}
