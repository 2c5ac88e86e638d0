// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.FileSession.Progress;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** A folder with restart files and a store beside them, for tests. */
final class FileJob {
  static final Duration SETTLE = Duration.ofSeconds(10);
  private static final long PATIENCE_NS = 60_000_000_000L;

  final Path folder;
  final MovedTime time = new MovedTime();
  final Map<String, String> environment = new HashMap<>();
  private Disk disk = Disk.local();

  FileJob(Path folder) {
    this.folder = folder;
    environment.put("HOLDFAST_STORE", store().toString());
    environment.put("HOLDFAST_POLICY", "1h");
  }

  Path store() {
    return folder.resolve("job.holdfast");
  }

  Path due() {
    return folder.resolve("job.holdfast.run").resolve("due");
  }

  FileJob on(Disk other) {
    disk = other;
    return this;
  }

  RestartFiles files(String... state) {
    return new RestartFiles(folder, List.of(state), List.of(), 0, SETTLE);
  }

  RestartFiles marked(String state, String done) {
    return new RestartFiles(folder, List.of(state), List.of(done), 0, SETTLE);
  }

  /** Opened, restored and started. */
  FileSession start(RestartFiles files) {
    FileSession session = open(files);
    session.restore();
    session.started();
    return session;
  }

  FileSession open(RestartFiles files) {
    Settings settings = Job.settingsOf("job", environment);
    StoreOptions usual = Job.options("job", settings, Optional.empty(), disk);
    StoreOptions options =
        new StoreOptions(
            usual.disk(),
            time,
            usual.access(),
            usual.keep(),
            usual.spare(),
            usual.compression(),
            usual.writerThreads(),
            usual.maxFileAge(),
            usual.mustExist(),
            usual.fresh(),
            usual.breakLock(),
            usual.previousEndEpochMs(),
            usual.keys(),
            usual.environment(),
            usual.tell(),
            usual.stopAsked());
    return new FileSession("job", settings, options, files);
  }

  Path write(String name, String content) throws IOException {
    return write(name, bytes(content));
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  Path write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  /** Looks until nothing is being written to the store. */
  Progress look(FileSession session) {
    Progress progress = session.look();
    long end = System.nanoTime() + PATIENCE_NS;
    while (progress.state() == Progress.State.COMMITTING) {
      assertTrue(System.nanoTime() - end < 0, "a commit never ends");
      LockSupport.parkNanos(1_000_000);
      progress = session.look();
    }
    return progress;
  }

  /** Looks, lets the files settle, and looks again. */
  Progress settle(FileSession session) {
    look(session);
    time.move(SETTLE);
    return look(session);
  }

  /** Numbers of the versions in the store. */
  List<Long> versions() {
    return Store.open(store(), Disk.local()).records().stream()
        .filter(VersionRecord.class::isInstance)
        .map(StoreRecord::number)
        .toList();
  }

  /** Looks until it shows what is wanted. */
  Progress lookUntil(FileSession session, Predicate<Progress> wanted) {
    long end = System.nanoTime() + PATIENCE_NS;
    Progress progress = session.look();
    while (!wanted.test(progress)) {
      assertTrue(System.nanoTime() - end < 0, "never seen");
      LockSupport.parkNanos(1_000_000);
      progress = session.look();
    }
    return progress;
  }

  /** The length of a version's file. */
  long fileBytes(long version) {
    try {
      return Files.size(
          store().resolve("log").resolve(String.format(Locale.ROOT, "%016x.hf", version)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first byte at which a file of the newest version differs; -1 when it does not. */
  int mismatchOfNewest(String name, byte[] content) {
    try (StoredVersion version = Store.open(store(), Disk.local()).newest().orElseThrow()) {
      return Arrays.mismatch(content, bytes(version, version.regionNamed(name)));
    }
  }

  static String text(StoredVersion version, int region) {
    return new String(bytes(version, region), UTF_8);
  }

  static byte[] bytes(StoredVersion version, int region) {
    RegionSchema schema = version.info().regions().get(region);
    byte[] content = new byte[(int) schema.sizeBytes()];
    try (Arena arena = Arena.ofConfined()) {
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment bytes = arena.allocate(schema.blockLengthBytes(block), 8);
        version.readBlock(region, block, bytes);
        MemorySegment.copy(
            bytes,
            ValueLayout.JAVA_BYTE,
            0,
            content,
            block << schema.blockLog2(),
            (int) bytes.byteSize());
      }
    }
    return content;
  }
}
