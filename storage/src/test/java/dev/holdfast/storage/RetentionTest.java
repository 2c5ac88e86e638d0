// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.KeepRules.Spread;
import dev.holdfast.storage.PrunePlan.Reason;
import dev.holdfast.storage.PrunePlan.Reason.Why;
import dev.holdfast.storage.Retention.Kept;
import dev.holdfast.storage.Retention.Plan;
import dev.holdfast.storage.Retention.Wishes;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What stays, what goes, and when a full version is due. */
class RetentionTest {
  private static final long HOUR_MS = 3_600_000;

  /** Half an hour after the versions of these tests, which were captured in the hour they count. */
  private static final long NOW_MS = 9 * HOUR_MS + HOUR_MS / 2;

  private final MemoryDisk memory = new MemoryDisk();
  private final StoreLayout layout = new StoreLayout(STORE);

  private static Kept full(long number, long family) {
    return new Kept(number, family, true, number * HOUR_MS, 2000, 1000, Set.of());
  }

  private static Kept delta(long number, long family, Long... refs) {
    return new Kept(number, family, false, number * HOUR_MS, 2000, 100, Set.of(refs));
  }

  private static Set<Long> victims(List<Kept> versions, int keep, boolean spare) {
    return victims(versions, Set.of(), Set.of(), keep, spare);
  }

  private static Set<Long> victims(
      List<Kept> versions, Set<Long> damaged, Set<Long> pinned, int keep, boolean spare) {
    return plan(versions, damaged, pinned, KeepRules.last(keep), spare).victims();
  }

  private static Plan plan(
      List<Kept> versions, Set<Long> damaged, Set<Long> pinned, KeepRules rules, boolean spare) {
    Wishes wishes = new Wishes(rules, spare, pinned, Set.of(), NOW_MS);
    return Retention.plan(versions, damaged, wishes);
  }

  private static final List<Kept> THREE_FAMILIES =
      List.of(
          full(2, 1), full(3, 2), delta(4, 2, 3L), delta(5, 2, 3L), full(6, 3), delta(7, 3, 6L));

  @Test
  void victims_threeFamilies_leavesTheNewestAndTheNewestOfTheFamilyBefore() {
    assertEquals(Set.of(2L, 4L), victims(THREE_FAMILIES, 1, true));
  }

  @Test
  void victims_withoutASpare_leavesOnlyWhatTheNewestNeeds() {
    assertEquals(Set.of(2L, 3L, 4L, 5L), victims(THREE_FAMILIES, 1, false));
  }

  @Test
  void victims_keepingMore_leavesTheNewestOnes() {
    assertEquals(Set.of(2L), victims(THREE_FAMILIES, 4, true));
  }

  @Test
  void victims_pinned_staysWithAllItNeeds() {
    assertEquals(Set.of(2L, 5L), victims(THREE_FAMILIES, Set.of(), Set.of(4L), 1, false));
  }

  @Test
  void victims_damagedVersions_countForNothingAndGoOnceANewerOneIsSound() {
    Set<Long> damaged = Set.of(6L, 7L);
    assertEquals(
        Set.of(4L),
        victims(THREE_FAMILIES, damaged, Set.of(), 1, true),
        "6 and 7 stay: nothing sound is newer");
    List<Kept> later = new ArrayList<>(THREE_FAMILIES);
    later.add(full(9, 4));
    assertEquals(Set.of(2L, 4L, 6L, 7L), victims(later, damaged, Set.of(), 1, true));
  }

  @Test
  void victims_referenceThatNothingElseKeeps_stays() {
    List<Kept> chain = List.of(full(2, 1), delta(3, 1, 2L), delta(4, 1, 2L, 3L), delta(5, 1, 4L));
    assertEquals(Set.of(), victims(chain, 1, false), "5 needs 4, which is restorable itself");
  }

  @Test
  void victims_nothingSound_deletesNothing() {
    assertEquals(Set.of(), victims(List.of(full(2, 1)), Set.of(2L), Set.of(), 1, true));
  }

  private static KeepRules rules(int last, long slotHours, long windowHours, long atMostBytes) {
    List<Spread> spreads =
        slotHours == 0
            ? List.of()
            : List.of(new Spread(Duration.ofHours(slotHours), Duration.ofHours(windowHours)));
    return new KeepRules(
        last, spreads, atMostBytes < 0 ? OptionalLong.empty() : OptionalLong.of(atMostBytes));
  }

  private static Set<Long> stays(List<Kept> versions, KeepRules rules) {
    return plan(versions, Set.of(), Set.of(), rules, false).stays().keySet();
  }

  /** Full versions of 1,000 bytes in hours 1 to 9; it is half past nine. */
  private static final List<Kept> HOURLY =
      LongStream.rangeClosed(1, 9).mapToObj(n -> full(n, n)).toList();

  @Test
  void plan_everySlotForAWindow_keepsTheNewestOfEach() {
    assertEquals(
        Set.of(1L, 3L, 5L, 7L, 9L), stays(HOURLY, rules(1, 2, 100, -1)), "slots 0-1, 2-3, 4-5 ...");
    assertEquals(Set.of(7L, 9L), stays(HOURLY, rules(1, 2, 3, -1)), "5 and older left the window");
    assertEquals(Set.of(5L, 7L, 8L, 9L), stays(HOURLY, rules(2, 2, 5, -1)), "rules add up");
  }

  @Test
  void plan_askedAgainAfterEveryVersion_keepsTheSameSlots() {
    List<Kept> kept = new ArrayList<>();
    for (Kept version : HOURLY) {
      kept.add(version);
      Set<Long> victims = plan(kept, Set.of(), Set.of(), rules(1, 2, 100, -1), false).victims();
      kept.removeIf(one -> victims.contains(one.number()));
    }
    assertEquals(List.of(1L, 3L, 5L, 7L, 9L), kept.stream().map(Kept::number).toList());
  }

  @Test
  void plan_budget_sendsTheOldestAwayFirst() {
    KeepRules three = rules(9, 0, 0, 3_999);
    assertEquals(Set.of(7L, 8L, 9L), stays(HOURLY, three));
    Plan pinned = plan(HOURLY, Set.of(), Set.of(2L), three, false);
    assertEquals(Set.of(2L, 8L, 9L), pinned.stays().keySet(), "what must stay comes first");
    assertFalse(pinned.overBudget());
    assertEquals(3_000, pinned.stayBytes());
  }

  @Test
  void plan_budgetShorterThanWhatMustStay_isOverruledAndTold() {
    Plan plan = plan(HOURLY, Set.of(), Set.of(1L), rules(3, 2, 9, 10), true);
    assertEquals(Set.of(1L, 8L, 9L), plan.stays().keySet());
    assertTrue(plan.overBudget());
    assertEquals(Set.of(8L, 9L), plan.countedOn());
  }

  @Test
  void plan_tellsWhyAVersionStays() {
    KeepRules rules = rules(2, 0, 0, -1);
    Wishes wishes = new Wishes(rules, true, Set.of(2L), Set.of(5L), NOW_MS);
    Plan plan = Retention.plan(THREE_FAMILIES, Set.of(), wishes);
    assertEquals(
        Map.of(
            2L, new Reason(Why.PINNED, 0),
            3L, new Reason(Why.NEEDED, 5),
            5L, new Reason(Why.SPARE, 0),
            6L, new Reason(Why.LAST, 0),
            7L, new Reason(Why.NEWEST, 0)),
        plan.stays());
    assertEquals(Set.of(3L, 5L, 6L), plan.needed());
    Plan damaged = Retention.plan(THREE_FAMILIES, Set.of(7L), wishes);
    assertEquals(new Reason(Why.DAMAGED, 0), damaged.stays().get(7L));
  }

  @Test
  void rules_asText_areWhatAPersonWrites() {
    KeepRules rules =
        new KeepRules(
            3,
            List.of(
                new Spread(Duration.ofHours(6), Duration.ofDays(7)),
                new Spread(Duration.ofSeconds(90), Duration.ofMinutes(45))),
            OptionalLong.of(200L << 30));
    assertEquals("last 3, every 6h for 7d, every 90s for 45min, at most 200GiB", rules.toString());
    assertThrows(IllegalArgumentException.class, () -> KeepRules.last(0));
    assertThrows(
        IllegalArgumentException.class, () -> new Spread(Duration.ofDays(2), Duration.ofDays(1)));
  }

  /** The families of the versions made: true for a full one. */
  private List<Boolean> commits(StoreWriter writer, TestJob job, int count) {
    List<Boolean> fulls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      job.advance();
      fulls.add(committed(job.commit(writer, false)).full());
    }
    return fulls;
  }

  @Test
  void commit_newStore_beginsWithTwoFullVersions() {
    try (StoreWriter writer = TestStores.open(memory)) {
      assertEquals(List.of(true, true, false), commits(writer, new TestJob(31, 20, false), 3));
    }
  }

  @Test
  void commit_withoutASpare_beginsWithOneFullVersion() {
    TestStores.Options options = new TestStores.Options();
    options.spare = false;
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(memory))) {
      assertEquals(List.of(true, false, false), commits(writer, new TestJob(32, 20, false), 3));
    }
  }

  @Test
  void commit_moreThan32Deltas_makesAFullVersion() {
    try (StoreWriter writer = TestStores.open(memory)) {
      List<Boolean> fulls = commits(writer, new TestJob(33, 400, false), 36);
      assertEquals(2 + 32, fulls.lastIndexOf(true));
    }
  }

  @Test
  void commit_deltasOutweighTheFullVersion_makesAFullVersion() {
    try (StoreWriter writer = TestStores.open(memory)) {
      List<Boolean> fulls = commits(writer, new TestJob(34, 12, false), 30);
      int next = fulls.subList(2, 30).indexOf(true);
      assertTrue(next > 1 && next < 15, fulls.toString());
    }
  }

  @Test
  void commit_filesOlderThanTheSiteKeepsThem_makesAFullVersion() {
    FakeTime time = new FakeTime();
    TestStores.Options options = new TestStores.Options();
    options.time = time;
    options.maxFileAge = Duration.ofDays(3);
    TestJob job = new TestJob(35, 40, false);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(memory))) {
      commits(writer, job, 3);
      time.advance(Duration.ofDays(2));
      assertEquals(List.of(false), commits(writer, job, 1));
      time.advance(Duration.ofDays(2));
      assertEquals(List.of(true, false), commits(writer, job, 2));
    }
  }

  @Test
  void anyOneFileLost_after40Versions_leavesARestorableVersion() throws IOException {
    TestJob job = new TestJob(36, 12, false);
    try (StoreWriter writer = TestStores.open(memory)) {
      for (int i = 0; i < 40; i++) {
        job.advance();
        committed(job.commit(writer, false));
        if (i >= 1) {
          assertAnyOneFileMayBeLost(job);
        }
      }
    }
  }

  private void assertAnyOneFileMayBeLost(TestJob job) throws IOException {
    for (Path file : memory.files(STORE)) {
      MemoryDisk copy = memory.copy();
      copy.delete(file);
      try (StoreWriter next = StoreWriter.open(STORE, TestStores.takingOver(copy));
          StoredVersion version = next.newest().orElseThrow()) {
        job.assertMatches(version);
      }
      assertFalse(Verifier.verify(STORE, copy).usable().isEmpty(), "without " + file);
    }
  }

  @Test
  void prune_diesAtAnyStep_everyVersionInTheLogIsRestorable() {
    for (int k = 0; k < 8; k++) {
      MemoryDisk disk = new MemoryDisk();
      FaultyDisk faulty = new FaultyDisk(disk);
      TestJob job = new TestJob(39, 12, false);
      try (StoreWriter writer = TestStores.open(faulty)) {
        commits(writer, job, 5);
        job.advance();
        committed(job.commit(writer, true));
        faulty.failOnly(EnumSet.of(Op.RENAME), k, Errno.EIO, true);
        job.advance();
        committed(job.commit(writer, true)); // the family of the deltas goes, NEWEST is raised
      }
      assertEquals(List.of(), Verifier.verify(STORE, disk).findings(), k + " renames");
      assertEquals(k < 5, faulty.met(), k + " renames");
    }
  }

  @Test
  void anyOneFileSpoilt_leavesARestorableVersion() {
    TestJob job = new TestJob(37, 12, false);
    try (StoreWriter writer = TestStores.open(memory)) {
      commits(writer, job, 12);
    }
    for (Path file : memory.files(layout.log())) {
      MemoryDisk copy = memory.copy();
      byte[] bytes = copy.bytes(file);
      for (int at = 300; at < bytes.length; at += 97) {
        bytes[at] ^= 0x40;
      }
      assertFalse(Verifier.verify(STORE, copy).usable().isEmpty(), "with a spoilt " + file);
    }
  }

  @Test
  void commit_pinnedVersion_isNeverDeleted() throws IOException {
    TestJob job = new TestJob(38, 12, false);
    try (StoreWriter writer = TestStores.open(memory)) {
      commits(writer, job, 3);
      memory.createDirectory(layout.pins(), Access.OWNER);
      memory.create(layout.pins().resolve("0000000000000004"), Access.OWNER).close();
      commits(writer, job, 40);
      try (StoredVersion pinned = Store.open(STORE, memory).version(4)) {
        assertEquals(3, pinned.info().state().step());
        job.assertMatches(pinned);
      }
    }
  }

  @Test
  void commit_unreadableRecordInTheLog_deletesNothing() throws IOException {
    TestJob job = new TestJob(39, 12, false);
    try (StoreWriter writer = TestStores.open(memory)) {
      commits(writer, job, 4);
    }
    byte[] bytes = memory.bytes(layout.record(3));
    bytes[bytes.length - 1] ^= 1;
    try (StoreWriter writer = TestStores.open(memory);
        StoredVersion version = writer.newest().orElseThrow()) {
      assertEquals(2, version.number(), "3 is damaged, and 4 and 5 were built on it");
      assertEquals(3, writer.rejections().stream().map(r -> r.number()).distinct().count());
      job.restore(version);
      writer.resume(version);
      int before = memory.list(layout.log()).size();
      commits(writer, job, 5);
      assertEquals(before + 5, memory.list(layout.log()).size());
    }
  }

  @Test
  void commit_everyVersionInTheLog_isRestorableAtAnyTime() {
    TestJob job = new TestJob(40, 12, true);
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(3);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(memory))) {
      Set<Long> families = new HashSet<>();
      for (int i = 0; i < 30; i++) {
        job.advance();
        Committed made = committed(job.commit(writer, false));
        VerifyReport report = Verifier.verify(STORE, memory);
        assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
        assertEquals(report.versions(), report.usable());
        assertTrue(report.usable().contains(made.number()));
        try (StoredVersion version = Store.open(STORE, memory).version(made.number())) {
          families.add(version.info().family().number());
        }
      }
      assertTrue(families.size() > 2, families.toString());
    }
  }
}
