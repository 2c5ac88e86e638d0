// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.Draft;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.State;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program finds in its folder before it starts again. */
final class FileRestoreTest {
  @TempDir private Path folder;
  private FileJob job;

  @BeforeEach
  void begin() {
    job = new FileJob(folder);
  }

  /** An attempt that commits the files as they are now. */
  private void attempt(RestartFiles files) {
    try (FileSession session = job.start(files)) {
      job.settle(session);
      assertTrue(session.end(EndCause.STOPPED, ""));
    }
  }

  private Restored restore(RestartFiles files) {
    try (FileSession session = job.open(files)) {
      return session.restore();
    }
  }

  private static long inode(Path file) throws IOException {
    return (long) Files.getAttribute(file, "unix:ino");
  }

  @Test
  void noVersion_leavesFilesAsTheyAre() throws IOException {
    job.write("chk", "of the user");
    assertEquals(Restored.NOTHING, restore(job.files("chk")));
    assertEquals("of the user", job.read("chk"));
  }

  @Test
  void equalFiles_areLeftUntouched() throws IOException {
    Path file = job.write("sub/chk", "same");
    attempt(job.files("sub/chk"));
    long inode = inode(file);
    Restored restored = restore(job.files("sub/chk"));
    assertEquals(List.of(), restored.put());
    assertEquals(List.of(), restored.movedAside());
    assertEquals(0, restored.bytes());
    assertEquals(inode, inode(file));
  }

  @Test
  void differentFile_isMovedAside_andItsModeAndTimeComeBack() throws IOException {
    Path file = job.write("chk", "right");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-x---"));
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.ofEpochSecond(1_700_000_000, 123_456_000)));
    attempt(job.files("chk"));
    long inode = inode(file);
    job.write("chk", "wrong");
    Restored restored = restore(job.files("chk"));
    assertEquals("right", job.read("chk"));
    assertEquals("wrong", Files.readString(restored.movedAside().getFirst()));
    assertEquals(inode, inode(restored.movedAside().getFirst()), "never written in place");
    assertEquals("rw-r-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        Instant.ofEpochSecond(1_700_000_000, 123_456_000),
        Files.getLastModifiedTime(file).toInstant());
    assertEquals(5, restored.bytes());
  }

  @Test
  void movedAside_asOftenAsItTakes_losesNothing() throws IOException {
    job.write("chk", "right");
    attempt(job.files("chk"));
    for (int i = 1; i <= 3; i++) {
      job.write("chk", "wrong " + i);
      Path aside = restore(job.files("chk")).movedAside().getFirst();
      assertEquals(folder.resolve("holdfast-aside-" + i + "/chk"), aside);
    }
    assertEquals("wrong 1", job.read("holdfast-aside-1/chk"));
    assertEquals("right", job.read("chk"));
  }

  @Test
  void filesOfAFolderThatIsGone_comeBackWithIt() throws IOException {
    job.write("a/b/chk.0", "zero");
    job.write("a/c/chk.0", "one");
    attempt(job.files("a/*/chk.*"));
    try (Stream<Path> all = Files.walk(folder.resolve("a"))) {
      all.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
    assertEquals(2, restore(job.files("a/*/chk.*")).put().size());
    assertEquals("zero", job.read("a/b/chk.0"));
    assertEquals("one", job.read("a/c/chk.0"));
  }

  @Test
  void newest_isTheStateFileWrittenLast() throws IOException {
    Path old = job.write("chk_b", "old");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(100)));
    Path recent = job.write("chk_a", "new");
    attempt(job.files("chk_?"));
    assertEquals(recent, restore(job.files("chk_?")).newest().orElseThrow());
  }

  @Test
  void latest_olderFilesThatTheVersionLeftOut_stay() throws IOException {
    RestartFiles files = new RestartFiles(folder, List.of("c*"), List.of(), 1, FileJob.SETTLE);
    Path old = job.write("c1", "old");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(100)));
    job.write("c2", "kept");
    attempt(files);
    job.write("c3", "torn");
    Restored restored = restore(files);
    assertEquals(List.of(folder.resolve("holdfast-aside-1/c3")), restored.movedAside());
    assertEquals("old", job.read("c1"));
  }

  @Test
  void marker_isNotOlderThanItsFile_afterwards() throws IOException {
    RestartFiles files = job.marked("chk*", "chk*.ok");
    job.write("chk1", "state");
    job.write("chk1.ok", "done");
    attempt(files);
    job.write("chk1", "torn");
    Files.setLastModifiedTime(
        folder.resolve("chk1.ok"), FileTime.from(Instant.now().minusSeconds(100)));
    restore(files);
    assertEquals("state", job.read("chk1"));
    assertEquals("done", job.read("chk1.ok"));
    Instant file = Files.getLastModifiedTime(folder.resolve("chk1")).toInstant();
    assertFalse(Files.getLastModifiedTime(folder.resolve("chk1.ok")).toInstant().isBefore(file));
    try (FileSession session = job.start(files)) {
      assertEquals("", job.settle(session).obstacle(), "whole, and known to be committed");
    }
  }

  /** The old run may still have the file open, and write to it. */
  @Test
  void previousNotProvenGone_evenAnEqualFileIsNewlyMade() throws IOException {
    Path file = job.write("chk", "same");
    try (FileSession old = job.start(job.files("chk"))) {
      job.settle(old);
      long inode = inode(file);
      job.environment.put("HOLDFAST_BREAK_LOCK", "1");
      try (var writing = Files.newOutputStream(file, java.nio.file.StandardOpenOption.WRITE)) {
        Restored restored = restore(job.files("chk"));
        assertEquals(List.of(), restored.movedAside());
        assertNotEquals(inode, inode(file));
        writing.write("XXXX".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertEquals("same", job.read("chk"));
      }
    }
  }

  @Test
  void damagedNewestVersion_fallsBackToTheOneBefore_withTheReason() throws IOException {
    job.write("chk", "first");
    attempt(job.files("chk"));
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", "second");
      job.settle(session);
      assertTrue(session.end(EndCause.STOPPED, ""));
    }
    assertEquals(2, job.versions().size());
    damage(job.versions().getLast());
    try (Told told = new Told()) {
      Restored restored = restore(job.files("chk"));
      assertEquals(job.versions().getFirst(), restored.version());
      assertEquals(1, told.lines("passed over: version " + job.versions().getLast()));
    }
    assertEquals("first", job.read("chk"));
  }

  @Test
  void everyVersionDamaged_isAnError_andTouchesNothing() throws IOException {
    job.write("chk", "x".repeat(1000));
    attempt(job.files("chk"));
    damage(job.versions().getFirst());
    job.write("chk", "what is there");
    try (FileSession session = job.open(job.files("chk"))) {
      assertThrows(NoUsableVersionException.class, session::restore);
    }
    assertEquals("what is there", job.read("chk"));
    try (Stream<Path> names = Files.list(folder)) {
      assertEquals(0, names.filter(name -> name.toString().endsWith(".tmp")).count());
    }
  }

  /** Flips a bit of the only block, which shows only when it is read. */
  private void damage(long version) throws IOException {
    Path file = job.store().resolve("log").resolve(String.format("%016x.hf", version));
    byte[] bytes = Files.readAllBytes(file);
    bytes[256 + 64 + 32] ^= 1; // behind the header, the extent's header and its table
    Files.write(file, bytes);
  }

  @Test
  void foreignNames_areRefused_beforeAnythingIsTouched() throws IOException {
    for (String name :
        List.of("../x", "/tmp/holdfast-x", "sub/../../x", "other", "./chk", "chk/")) {
      FileJob one = new FileJob(Files.createTempDirectory(folder, "foreign"));
      Path chk = one.write("chk", "mine");
      store(one.store(), "chk", name);
      try (FileSession session = one.open(one.files("chk", "*" + "x"))) {
        RestoreMismatchException refused =
            assertThrows(RestoreMismatchException.class, session::restore, name);
        Told.assertSays(refused, FileDifference.quoted(name));
      }
      assertEquals("mine", Files.readString(chk));
      assertFalse(Files.exists(one.folder.resolve("../x")));
    }
  }

  /** A store whose version holds files of these names. */
  private static void store(Path store, String... names) {
    try (Arena arena = Arena.ofConfined();
        StoreWriter writer = StoreWriter.open(store, StoreOptions.defaults())) {
      List<RegionSource> files =
          Stream.of(names)
              .map(name -> (RegionSource) new Zeros(name, arena.allocate(8, 8)))
              .toList();
      Draft draft =
          new Draft(
              new State(1, 1, List.of()),
              files,
              List.of(),
              Ledger.begin(1),
              Costs.NONE,
              Map.of(),
              Map.of(),
              Map.of(),
              true);
      assertTrue(writer.commit(draft) instanceof CommitResult.Committed);
    }
  }

  private record Zeros(String name, MemorySegment bytes) implements RegionSource {
    @Override
    public RegionSchema schema() {
      return FileImage.schema(name, bytes.byteSize());
    }

    @Override
    public boolean changed(int block) {
      return true;
    }

    @Override
    public MemorySegment block(int block) {
      return bytes;
    }

    @Override
    public @Nullable MemorySegment committed(int block) {
      return null;
    }
  }

  @Test
  void versionWithoutNotes_stillComesBack() throws IOException {
    store(job.store(), "chk");
    assertEquals(1, restore(job.files("chk")).put().size());
    assertEquals(8, Files.size(folder.resolve("chk")));
  }

  @Test
  void leftoversOfAKilledRestore_areSwept_andNothingElse() throws IOException {
    job.write("chk", "x");
    attempt(job.files("chk"));
    job.write(".chk.holdfast-1.tmp", "half");
    job.write(".other.holdfast-1.tmp", "not ours");
    restore(job.files("chk"));
    assertFalse(Files.exists(folder.resolve(".chk.holdfast-1.tmp")));
    assertTrue(Files.exists(folder.resolve(".other.holdfast-1.tmp")));
  }
}
