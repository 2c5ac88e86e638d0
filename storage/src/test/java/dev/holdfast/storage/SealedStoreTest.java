// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** With a key nobody without it can read the state, or change it unnoticed. */
@Execution(ExecutionMode.CONCURRENT)
class SealedStoreTest {
  private static final Keys KEY = Keys.of(key(1), false);
  private static final Keys OTHER = Keys.of(key(2), false);
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);

  private final TestJob job = new TestJob(5);
  private final MemoryDisk disk = resting(job, KEY);

  private static byte[] key(int seed) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) seed);
    return key;
  }

  private static StoreWriter open(MemoryDisk disk, Keys keys) {
    return StoreWriter.open(STORE, TestStores.on(disk).withKeys(keys));
  }

  /** OPEN, two full versions, a delta with XOR layers, END. */
  private static MemoryDisk resting(TestJob job, Keys keys) {
    MemoryDisk disk = new MemoryDisk();
    try (StoreWriter writer = open(disk, keys)) {
      commitThree(job, writer);
    }
    return disk;
  }

  private static void commitThree(TestJob job, StoreWriter writer) {
    for (int i = 0; i < 3; i++) {
      job.advance();
      committed(job.commit(writer, false));
    }
    assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
  }

  private static VerifyReport verify(MemoryDisk disk) {
    return Verifier.verify(STORE, disk, VerifyOptions.ALL.withKeys(KEY));
  }

  @Test
  void prune_ofASealedStore_goesByItsKeyAndLeavesWhatItMust() {
    Store store = Store.open(STORE, disk, KEY);
    TestStores.Options options = new TestStores.Options();
    options.keys = KEY;
    options.keep = KeepRules.last(100);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(disk))) {
      StoredVersion version = writer.newest().orElseThrow();
      job.restore(version);
      writer.resume(version);
      version.close();
      job.advance();
      committed(writer.commit(job.draft(true)));
    }
    Pins.pin(store, disk, 4);
    StorePruner pruner = new StorePruner(store, disk, new FakeTime());
    assertEquals(1, pruner.prune(KeepRules.last(1), true).goes().size(), "version 2");
    assertTrue(Pins.unpin(store, disk, 4));
    assertEquals(List.of(3L, 4L, 7L), verify(disk).versions());
    assertEquals(List.of(3L, 4L, 7L), verify(disk).usable());
  }

  @Test
  void restart_ofASealedStore_goesOnWithTheSameState() {
    try (StoreWriter writer = open(disk, KEY)) {
      try (StoredVersion version = writer.newest().orElseThrow()) {
        assertEquals(4, version.number());
        assertFalse(version.info().family().full());
        int layered = 0;
        for (int entry = 0; entry < version.index().size(); entry++) {
          layered += version.index().xorDepth(entry) > 0 ? 1 : 0;
        }
        assertTrue(layered > 0, "layers are tested too");
        job.restore(version);
        writer.resume(version);
      }
      commitThree(job, writer);
    }
    try (StoredVersion version = Store.open(STORE, disk, KEY).newest().orElseThrow()) {
      job.assertMatches(version);
    }
    VerifyReport report = verify(disk);
    assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
    assertEquals(report.versions(), report.usable());
  }

  /** The noise is stored as it is without a key; with one nothing of it is in any file. */
  @Test
  void files_ofASealedStore_holdNothingOfTheState() {
    TestJob twin = new TestJob(5);
    MemoryDisk open = resting(twin, Keys.NONE);
    byte[] noise;
    try (StoredVersion version = Store.open(STORE, open).newest().orElseThrow()) {
      noise = TestJob.read(version, version.regionNamed("noise"));
    }
    byte[] part = Arrays.copyOfRange(noise, 600, 616);
    assertTrue(anyFileHolds(open, part), "this is how it would be found");
    assertFalse(anyFileHolds(disk, part));
  }

  private static boolean anyFileHolds(MemoryDisk disk, byte[] part) {
    String wanted = new String(part, StandardCharsets.ISO_8859_1);
    return disk.files(STORE).stream()
        .anyMatch(f -> new String(disk.bytes(f), StandardCharsets.ISO_8859_1).contains(wanted));
  }

  /** A CRC32 in the clear would give a block of four bytes away. */
  @Test
  void index_ofASealedVersion_tellsNoChecksumOfTheState() {
    for (long number : new long[] {2, 3, 4}) {
      try (StoredVersion version = Store.open(STORE, disk, KEY).version(number)) {
        for (int entry = 0; entry < version.index().size(); entry++) {
          assertEquals(0, version.index().crcRaw(entry));
          assertTrue(version.index().storedBytes(entry) >= BlockCipher.EXTRA_BYTES);
        }
      }
    }
  }

  /** One key for each file, so that a place in it is all the nonce that is needed. */
  @Test
  void sameState_inTwoVersions_isEncryptedDifferently() {
    int two = placeOfNoise(disk, KEY, 2).offset();
    int three = placeOfNoise(disk, KEY, 3).offset();
    byte[] fileTwo = disk.bytes(LAYOUT.record(2));
    byte[] fileThree = disk.bytes(LAYOUT.record(3));
    assertFalse(Arrays.equals(fileTwo, two, two + 32, fileThree, three, three + 32));
  }

  @Test
  void verify_everyByteChanged_isReported() {
    for (Path file : disk.files(STORE)) {
      byte[] bytes = disk.bytes(file);
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] ^= (byte) (1 << at % 8);
        assertFound(disk, "byte " + at + " of " + file);
        bytes[at] ^= (byte) (1 << at % 8);
      }
    }
    assertEquals(Outcome.CLEAN, verify(disk).outcome());
  }

  /** Found, or the whole store is refused, which is as loud. */
  private static void assertFound(MemoryDisk disk, String what) {
    try {
      if (verify(disk).findings().isEmpty()) {
        throw new AssertionError(what);
      }
    } catch (KeyException e) {
      // The newest record says that it needs another key.
    }
  }

  /** The same hand at a store without a key leaves no trace: the hand is a good one. */
  @Test
  void block_changedWithEveryChecksumMended_isBelievedUnlessTheStoreIsSealed() {
    MemoryDisk open = resting(new TestJob(5), Keys.NONE);
    changeNoise(open, placeOfNoise(open, Keys.NONE, 2), 0);
    try (StoredVersion believed = Store.open(STORE, open).version(2)) {
      believed.readAll();
    }
    Noise noise = placeOfNoise(disk, KEY, 2);
    for (int bit = 0; bit < 8 * noise.bytes(); bit += 7) {
      changeNoise(disk, noise, bit);
      assertFound(disk, "bit " + bit);
      changeNoise(disk, noise, bit);
    }
    assertEquals(Outcome.CLEAN, verify(disk).outcome());
  }

  /** Where a block lies that codecs leave as it is. */
  private record Noise(int offset, int bytes) {}

  private static Noise placeOfNoise(MemoryDisk disk, Keys keys, long number) {
    try (StoredVersion version = Store.open(STORE, disk, keys).version(number)) {
      int entry = version.info().regions().getFirst().blockCount();
      return new Noise((int) version.index().offset(entry), version.index().storedBytes(entry));
    }
  }

  private static void changeNoise(MemoryDisk disk, Noise noise, int bit) {
    byte[] file = disk.bytes(LAYOUT.record(2));
    file[noise.offset() + bit / 8] ^= (byte) (1 << bit % 8);
    Forger.mendBlock(file, noise.offset(), noise.bytes());
  }

  @Test
  void verify_metadataChangedWithEveryChecksumMended_isReported() {
    for (long number = 1; number <= 5; number++) {
      Path path = LAYOUT.record(number);
      byte[] whole = disk.bytes(path).clone();
      int changes = 0;
      for (int at = 0; at < whole.length; at++) {
        byte[] changed = whole.clone();
        changed[at] ^= (byte) (1 << at % 8);
        Forger.mendMetadata(changed);
        if (!Arrays.equals(changed, whole)) { // otherwise it was a checksum, mended at once
          disk.setBytes(path, changed);
          assertFound(disk, "byte " + at + " of " + path);
          changes++;
        }
      }
      assertTrue(changes > 300, "changes of " + path + ": " + changes);
      disk.setBytes(path, whole);
    }
    assertEquals(Outcome.CLEAN, verify(disk).outcome());
  }

  @Test
  void verify_blocksExchangedBetweenFiles_isReported() {
    byte[] two = disk.bytes(LAYOUT.record(2));
    byte[] three = disk.bytes(LAYOUT.record(3));
    Noise inTwo = placeOfNoise(disk, KEY, 2);
    Noise inThree = placeOfNoise(disk, KEY, 3);
    byte[] ofThree =
        Arrays.copyOfRange(three, inThree.offset(), inThree.offset() + inThree.bytes());
    System.arraycopy(two, inTwo.offset(), three, inThree.offset(), inThree.bytes());
    System.arraycopy(ofThree, 0, two, inTwo.offset(), inTwo.bytes());
    Forger.mendBlock(two, inTwo.offset(), inTwo.bytes());
    Forger.mendBlock(three, inThree.offset(), inThree.bytes());
    assertEquals(List.of(4L), verify(disk).usable(), "which has a noise of its own");
  }

  @Test
  void open_ofASealedStore_withoutItsKey_isRefusedWithTheRemedyAndTouchesNothing() {
    int files = disk.files(STORE).size();
    for (Executable door :
        List.<Executable>of(
            () -> Store.open(STORE, disk),
            () -> Verifier.verify(STORE, disk),
            () -> open(disk, Keys.NONE))) {
      KeyException e = assertThrows(KeyException.class, door);
      assertTrue(e.getMessage().contains("sealed with key " + KEY.id()), e.getMessage());
      assertTrue(e.getMessage().contains("HOLDFAST_KEY_FILE"), e.getMessage());
    }
    KeyException e = assertThrows(KeyException.class, () -> open(disk, OTHER));
    assertTrue(e.getMessage().contains("sealed with another key"), e.getMessage());
    assertThrows(KeyException.class, () -> Store.open(STORE, disk, OTHER));
    assertEquals(files, disk.files(STORE).size());
  }

  @Test
  void open_ofAStoreInTheClear_withAKey_isRefusedUnlessThatIsAccepted() {
    TestJob old = new TestJob(6);
    MemoryDisk open = resting(old, Keys.NONE);
    KeyException e = assertThrows(KeyException.class, () -> open(open, KEY));
    assertTrue(e.getMessage().contains("HOLDFAST_ACCEPT_UNSEALED=1"), e.getMessage());
    assertThrows(KeyException.class, () -> Store.open(STORE, open, KEY));
    Keys accepting = Keys.of(key(1), true);
    try (StoreWriter writer = open(open, accepting)) {
      try (StoredVersion version = writer.newest().orElseThrow()) {
        old.restore(version);
        writer.resume(version);
      }
      commitThree(old, writer);
    }
    try (StoredVersion version = Store.open(STORE, open, KEY).newest().orElseThrow()) {
      old.assertMatches(version);
    }
    try (StoredVersion first = Store.open(STORE, open, KEY).version(7)) {
      assertTrue(first.info().family().full(), "nothing sealed rests on what is not");
    }
  }

  @Test
  void newest_sealedVersionReplacedByOneInTheClear_isPassedOver() {
    byte[] file = disk.bytes(LAYOUT.record(4));
    Arrays.fill(file, 23, 25, (byte) 0);
    Arrays.fill(file, 112, 128, (byte) 0);
    Forger.mendMetadata(file);
    Store store = Store.open(STORE, disk, KEY);
    try (StoredVersion version = store.newest().orElseThrow()) {
      assertEquals(3, version.number());
    }
    assertTrue(store.rejections().getFirst().why().contains("not sealed"));
  }

  /** Where records without a seal are believed, no sealed version is built on one. */
  @Test
  void version_whoseReferenceWasReplacedByOneInTheClear_isDamaged() {
    Keys accepting = Keys.of(key(1), true);
    byte[] file = disk.bytes(LAYOUT.record(3));
    byte[] footer = Arrays.copyOfRange(file, file.length - Footer.BYTES, file.length);
    Arrays.fill(file, 23, 25, (byte) 0);
    Arrays.fill(file, 112, 128, (byte) 0);
    Forger.mendMetadata(file);
    System.arraycopy(footer, 0, file, file.length - Footer.BYTES, Footer.BYTES);
    Store store = Store.open(STORE, disk, accepting);
    DamagedException e = assertThrows(DamagedException.class, () -> store.version(4));
    assertTrue(e.getMessage().contains("built on"), e.getMessage());
  }

  /** It says itself that it is none of this store's; nobody asks for its key. */
  @Test
  void open_ofAStoreInTheClear_withASealedRecordOfAnotherStore_ignoresIt() throws IOException {
    MemoryDisk clear = resting(new TestJob(8), Keys.NONE);
    create(clear, LAYOUT.record(6), disk.bytes(LAYOUT.record(2)));
    try (StoredVersion version = Store.open(STORE, clear).newest().orElseThrow()) {
      assertEquals(4, version.number());
    }
    VerifyReport report = Verifier.verify(STORE, clear);
    assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
    assertTrue(report.notes().toString().contains("another store"), report.toString());
    try (StoreWriter writer = open(clear, Keys.NONE)) {
      assertEquals(4, writer.newest().orElseThrow().number());
    }
  }

  /** Where nothing is left that can be read without the key, the store may be the sealed one. */
  @Test
  void open_ofASealedStore_withTheSignpostOfAnother_asksForTheKeyAllTheSame() {
    disk.setBytes(LAYOUT.signpost(), resting(new TestJob(8), Keys.NONE).bytes(LAYOUT.signpost()));
    assertThrows(KeyException.class, () -> Store.open(STORE, disk));
    assertThrows(KeyException.class, () -> open(disk, Keys.NONE));
  }

  private static void create(MemoryDisk disk, Path path, byte[] bytes) throws IOException {
    try (DiskFile file = disk.create(path, Access.OWNER)) {
      file.writeFully(ByteBuffer.wrap(bytes), 0);
    }
  }

  @Test
  void open_fresh_withAKey_setsAStoreInTheClearAside() {
    MemoryDisk open = resting(new TestJob(6), Keys.NONE);
    TestStores.Options options = new TestStores.Options();
    options.fresh = true;
    options.keys = KEY;
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(open))) {
      assertTrue(writer.newest().isEmpty());
    }
    Store.open(STORE, open, KEY);
  }
}
