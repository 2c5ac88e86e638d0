// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Stores and options as the tests need them. */
final class TestStores {
  static final Path STORE = MemoryDisk.ROOT.resolve("job.holdfast");

  /** Somebody who has taken the name of a version away. */
  static final Id128 TAKING = new Id128(1, 2);

  private TestStores() {}

  /** What can be asked for beside the defaults. */
  static final class Options {
    final List<String> told = new ArrayList<>();
    Time time = new FakeTime();
    KeepRules keep = KeepRules.last(1);
    boolean spare = true;
    Access access = Access.OWNER;
    Duration maxFileAge = StoreOptions.MAX_FILE_AGE_DEFAULT;
    boolean mustExist;
    boolean fresh;
    boolean breakLock;
    Keys keys = Keys.NONE;
    Compression compression = Compression.FAST;
    int writerThreads = 3;
    Map<String, String> environment = Map.of("host", "n001");

    StoreOptions on(Disk disk) {
      return new StoreOptions(
          disk,
          time,
          access,
          keep,
          spare,
          compression,
          writerThreads,
          maxFileAge,
          mustExist,
          fresh,
          breakLock,
          OptionalLong.empty(),
          keys,
          environment,
          told::add,
          Optional::empty);
    }
  }

  static StoreOptions on(Disk disk) {
    return new Options().on(disk);
  }

  /** Options of a run that takes the store over without asking. */
  static StoreOptions takingOver(Disk disk) {
    Options options = new Options();
    options.breakLock = true;
    return options.on(disk);
  }

  static StoreWriter open(Disk disk) {
    return StoreWriter.open(STORE, on(disk));
  }

  static Committed committed(CommitResult result) {
    return assertInstanceOf(Committed.class, result, result.toString());
  }

  static Ended ended(EndCause cause) {
    return new Ended(cause, "", 1, Ledger.begin(1));
  }

  /** Every version in the log can be restored and is the job's, and two share no file. */
  static VerifyReport assertSound(Disk disk, TestJob job, String how) {
    VerifyReport report = Verifier.verify(STORE, disk);
    assertEquals(report.versions(), report.usable(), () -> how + ": " + report);
    assertEquals(List.of(), report.findings(), how);
    Store store = Store.open(STORE, disk);
    Set<Long> families = new TreeSet<>();
    for (long number : report.usable()) {
      try (StoredVersion version = store.version(number)) {
        job.assertMatches(version);
        families.add(version.info().family().number());
      }
    }
    assertTrue(families.size() >= 2, () -> how + ": families " + families);
    return report;
  }

  /** A resting store: a job that has made some versions and stopped. */
  static MemoryDisk resting(TestJob job, int versions) {
    MemoryDisk disk = new MemoryDisk();
    try (StoreWriter writer = open(disk)) {
      for (int i = 0; i < versions; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
      assertTrue(writer.end(ended(EndCause.STOPPED)));
    }
    return disk;
  }
}
