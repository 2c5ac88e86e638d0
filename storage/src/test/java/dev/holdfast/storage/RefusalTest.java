// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.UnsupportedFormatException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not a store that may be used is left alone, and the message says what to do. */
class RefusalTest {
  @TempDir Path folder;

  private Path store() {
    return folder.resolve("job.holdfast");
  }

  private static StoreException refused(Path path, String remedy) {
    StoreException e =
        assertThrows(
            StoreException.class, () -> StoreWriter.open(path, StoreOptions.defaults()).close());
    assertTrue(e.getMessage().contains(remedy), e.getMessage());
    assertTrue(e.getMessage().contains(path.getFileName().toString()), e.getMessage());
    return e;
  }

  private void makeStore() {
    TestJob job = new TestJob(51);
    try (StoreWriter writer = StoreWriter.open(store(), StoreOptions.defaults())) {
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
    }
  }

  @Test
  void open_pathIsAFile_isRefused() throws IOException {
    Files.writeString(store(), "text");
    assertInstanceOf(StoreRefusedException.class, refused(store(), "--store"));
    assertEquals("text", Files.readString(store()));
  }

  @Test
  void open_directoryWithOtherFiles_isRefusedAndUntouched() throws IOException {
    Files.createDirectories(store().resolve("log"));
    Files.writeString(store().resolve("log").resolve("app.log"), "text");
    assertInstanceOf(StoreRefusedException.class, refused(store(), "app.log"));
    Files.writeString(store().resolve("thesis.tex"), "text");
    assertInstanceOf(StoreRefusedException.class, refused(store(), "--store"));
    assertEquals(2, Disk.local().list(store()).size());
  }

  @Test
  void open_missingParent_isRefusedNamingIt() {
    Path store = folder.resolve("no").resolve("such").resolve("job.holdfast");
    assertInstanceOf(StoreRefusedException.class, refused(store, "parent directory"));
  }

  @Test
  void open_logIsASymbolicLink_isRefused() throws IOException {
    makeStore();
    Path moved = folder.resolve("moved");
    Files.move(store().resolve("log"), moved);
    Files.createSymbolicLink(store().resolve("log"), moved);
    StoreException e =
        assertThrows(
            StoreException.class, () -> StoreWriter.open(store(), StoreOptions.defaults()).close());
    assertTrue(e.getMessage().contains("symbolic link"), e.getMessage());
  }

  @Test
  void open_pathToTheStoreIsASymbolicLink_isFollowed() throws IOException {
    makeStore();
    Path link = folder.resolve("scratch link ü");
    Files.createSymbolicLink(link, folder);
    try (StoreWriter writer =
        StoreWriter.open(link.resolve("job.holdfast"), StoreOptions.defaults())) {
      assertEquals(store().toRealPath(), writer.root());
      writer.newest().orElseThrow().close();
    }
  }

  @Test
  void newest_recordIsASymbolicLink_isPassedOver() throws IOException {
    makeStore();
    Path record = store().resolve("log").resolve(StoreLayout.recordName(4));
    Path moved = folder.resolve("moved");
    Files.move(record, moved);
    Files.createSymbolicLink(record, moved);
    try (StoreWriter writer = StoreWriter.open(store(), StoreOptions.defaults());
        StoredVersion version = writer.newest().orElseThrow()) {
      assertEquals(3, version.number());
      assertTrue(writer.rejections().getFirst().why().contains("not a regular file"));
    }
  }

  @Test
  void open_logWritableByOthers_isRefusedUnlessShared() throws IOException {
    makeStore();
    Files.setPosixFilePermissions(
        store().resolve("log"), PosixFilePermissions.fromString("rwxrwxr-x"));
    assertInstanceOf(StoreRefusedException.class, refused(store(), "chmod go-w"));
    assertEquals(
        4, Disk.local().list(store().resolve("log")).size(), "nothing of the attempt is left");
    TestStores.Options sharing = new TestStores.Options();
    sharing.access = Access.GROUP;
    StoreWriter.open(store(), sharing.on(Disk.local())).close();
    Files.setPosixFilePermissions(
        store().resolve("log"), PosixFilePermissions.fromString("rwxrwxrwx"));
    StoreRefusedException e =
        assertThrows(
            StoreRefusedException.class,
            () -> StoreWriter.open(store(), sharing.on(Disk.local())).close());
    assertTrue(e.getMessage().contains("by everybody; chmod go-w"), e.getMessage());
  }

  /** What a person's command would change, others could have prepared. */
  @ParameterizedTest
  @ValueSource(strings = {".", "log"})
  void pinAndPrune_directoryThatEverybodyMayWrite_areRefusedAndChangeNothing(String name)
      throws IOException {
    makeStore();
    Files.setPosixFilePermissions(
        store().resolve(name).normalize(), PosixFilePermissions.fromString("rwxrwxrwx"));
    Store store = Store.open(store(), Disk.local());
    long number = newest(store);
    StoreRefusedException pin =
        assertThrows(StoreRefusedException.class, () -> Pins.pin(store, Disk.local(), number));
    assertTrue(pin.getMessage().contains("chmod go-w"), pin.getMessage());
    assertEquals(Set.of(), Pins.of(store, Disk.local()));
    StorePruner pruner = new StorePruner(store, Disk.local(), Time.SYSTEM);
    assertThrows(
        StoreRefusedException.class,
        () -> pruner.prune(new KeepRules(1, List.of(), OptionalLong.empty()), true));
  }

  private static long newest(Store store) {
    try (StoredVersion version = store.newest().orElseThrow()) {
      return version.number();
    }
  }

  @Test
  void pin_refusedOfAVersionThatIsPinned_leavesThePin() throws IOException {
    makeStore();
    Store store = Store.open(store(), Disk.local());
    long number = newest(store);
    Pins.pin(store, Disk.local(), number);
    Files.setPosixFilePermissions(store(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThrows(StoreRefusedException.class, () -> Pins.pin(store, Disk.local(), number));
    assertEquals(Set.of(number), Pins.of(store, Disk.local()));
  }

  @Test
  void pin_storeOfAnotherUser_isRefusedAndLeavesNothing() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files away");
    makeStore();
    Store store = Store.open(store(), Disk.local());
    long number = newest(store);
    Files.setOwner(
        store(),
        store().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("daemon"));
    StoreRefusedException e =
        assertThrows(StoreRefusedException.class, () -> Pins.pin(store, Disk.local(), number));
    assertTrue(e.getMessage().contains("do it as daemon"), e.getMessage());
    assertEquals(Set.of(), Pins.of(store, Disk.local()));
  }

  /** Who may write to the root can put another log in place of this one. */
  @ParameterizedTest
  @ValueSource(strings = {".", "log", "pins"})
  void open_directoryThatOthersMayWrite_isRefusedNamingIt(String name) throws IOException {
    makeStore();
    Files.createDirectories(store().resolve("pins"));
    Files.setPosixFilePermissions(
        store().resolve("pins"), PosixFilePermissions.fromString("rwx------"));
    StoreWriter.open(store(), StoreOptions.defaults()).close();
    Path shared = store().resolve(name).normalize();
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    StoreRefusedException e =
        assertThrows(
            StoreRefusedException.class,
            () -> StoreWriter.open(store(), StoreOptions.defaults()).close());
    assertTrue(e.getMessage().contains(shared + ": may be written by others"), e.getMessage());
    Store.open(store(), Disk.local()).newest().orElseThrow().close();
  }

  /** On shared scratch somebody else may have made the directory before. */
  @Test
  void open_emptyDirectoryOfAnotherUser_isRefused() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files away");
    Files.createDirectory(store());
    Files.setOwner(
        store(),
        store().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("daemon"));
    assertTrue(refused(store(), "--store").getMessage().contains("belongs to daemon"));
  }

  @Test
  void open_storeOfAnotherUser_isRefusedNamingBoth() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files away");
    makeStore();
    UserPrincipal daemon =
        store().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("daemon");
    Files.setOwner(store().resolve("log"), daemon);
    assertTrue(refused(store(), "--store").getMessage().contains("belongs to daemon"));
  }

  @Test
  void open_unwritableDirectory_saysWhatToCheck() {
    MemoryDisk memory = new MemoryDisk();
    FaultyDisk disk = new FaultyDisk(memory);
    disk.failAt(0, FaultyDisk.Errno.EROFS, true);
    StoreIoException e = assertThrows(StoreIoException.class, () -> TestStores.open(disk));
    assertTrue(e.getMessage().contains("administrator"), e.getMessage());
    disk.failAt(1, FaultyDisk.Errno.EACCES, true);
    StoreIoException denied = assertThrows(StoreIoException.class, () -> TestStores.open(disk));
    assertTrue(denied.getMessage().contains("owner and mode"), denied.getMessage());
  }

  @Test
  void open_signpostLostOrDamaged_isPutUpAgainWithTheSameIdentity() throws IOException {
    TestJob job = new TestJob(55);
    MemoryDisk memory = TestStores.resting(job, 2);
    Path signpost = new StoreLayout(STORE).signpost();
    byte[] before = memory.bytes(signpost).clone();
    memory.bytes(signpost)[30] ^= 1;
    TestStores.open(memory).close();
    assertEquals(
        new String(before, StandardCharsets.UTF_8),
        new String(memory.bytes(signpost), StandardCharsets.UTF_8));
    memory.delete(signpost);
    try (StoreWriter writer = TestStores.open(memory);
        StoredVersion version = writer.newest().orElseThrow()) {
      job.assertMatches(version);
    }
    assertEquals(before.length, memory.bytes(signpost).length);
  }

  @ParameterizedTest
  @CsvSource({"40,forbid", "48,incompatible", "8,format version", "25,record type"})
  void open_storeThatANewerHoldfastHasWritten_isRefusedAndUntouched(int at, String what) {
    MemoryDisk memory = TestStores.resting(new TestJob(57), 2);
    byte[] bytes = memory.bytes(new StoreLayout(STORE).record(4));
    bytes[at] = 9;
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(252, Checksum.crc32c(header.slice(0, 252)));
    UnsupportedFormatException e =
        assertThrows(UnsupportedFormatException.class, () -> TestStores.open(memory));
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertEquals(7, memory.files(STORE).size());
  }

  @Test
  void open_mustExistAndDoesNot_isAnError() {
    TestStores.Options options = new TestStores.Options();
    options.mustExist = true;
    MemoryDisk memory = new MemoryDisk();
    NoUsableVersionException e =
        assertThrows(
            NoUsableVersionException.class,
            () -> StoreWriter.open(STORE, options.on(memory)).close());
    assertTrue(e.getMessage().contains("HOLDFAST_FRESH=1"), e.getMessage());
    assertTrue(memory.files(MemoryDisk.ROOT).isEmpty());
  }

  @Test
  void open_fresh_setsTheOldStoreAsideAndDeletesNothing() {
    TestJob job = new TestJob(56);
    MemoryDisk memory = TestStores.resting(job, 2);
    TestStores.Options options = new TestStores.Options();
    options.fresh = true;
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(memory))) {
      assertTrue(writer.newest().isEmpty());
    }
    Path aside = MemoryDisk.ROOT.resolve("job.holdfast.old-1");
    try (StoredVersion version = Store.open(aside, memory).newest().orElseThrow()) {
      job.assertMatches(version);
    }
  }

  @Test
  void open_createdStore_isPrivateUnlessShared() throws IOException {
    makeStore();
    assertEquals("rwx------", mode(store()));
    assertEquals("rw-------", mode(store().resolve("log").resolve(StoreLayout.recordName(2))));
    Path shared = folder.resolve("shared.holdfast");
    TestStores.Options sharing = new TestStores.Options();
    sharing.access = Access.GROUP;
    StoreWriter.open(shared, sharing.on(Disk.local())).close();
    assertEquals("rwxrwx---", mode(shared.resolve("log")));
    assertEquals("rw-rw----", mode(shared.resolve("log").resolve(StoreLayout.recordName(1))));
    assertEquals(02770, (int) Files.getAttribute(shared, "unix:mode") & 07777);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
