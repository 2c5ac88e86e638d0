// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The protocol passes scenarios of crashes and take-overs; each protocol that leaves one step out
 * fails at least one of them. The steps are left out below the writer, by a disk that does not do
 * what it is asked:
 *
 * <table>
 * <caption>Mutants</caption>
 * <tr><td>{@link Mutant#NAMES_NOT_SYNCED}<td>commit and OPEN without fsync(log); also: going on to
 *     the next number after an unknown outcome
 * <tr><td>{@link Mutant#FILES_NOT_SYNCED}<td>linking a file that was not synced
 * <tr><td>{@link Mutant#RENAME_INSTEAD_OF_LINK}<td>publishing over whatever has the name
 * <tr><td>{@link Mutant#NO_LIST_BEFORE_ACKNOWLEDGEMENT}<td>trusting one's own link
 * <tr><td>{@link Mutant#NO_LIST_AFTER_OPEN}<td>taking the history from the listing before the OPEN
 * </table>
 *
 * <p>The exhaustive search over all interleavings is a model of its own; this shows that the code
 * takes each step, and that each is needed.
 */
class ProtocolMutantTest {
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);

  /** A step left out. */
  enum Mutant {
    NAMES_NOT_SYNCED(NamesNotSynced::new),
    FILES_NOT_SYNCED(FilesNotSynced::new),
    RENAME_INSTEAD_OF_LINK(RenameInsteadOfLink::new),
    NO_LIST_BEFORE_ACKNOWLEDGEMENT(disk -> new TrustsItsLink(disk, false)),
    NO_LIST_AFTER_OPEN(disk -> new TrustsItsLink(disk, true));

    @SuppressWarnings("ImmutableEnumChecker") // a constructor
    private final UnaryOperator<Disk> leaveOut;

    Mutant(UnaryOperator<Disk> leaveOut) {
      this.leaveOut = leaveOut;
    }
  }

  private static final class NamesNotSynced extends ForwardingDisk {
    NamesNotSynced(Disk below) {
      super(below);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      if (!directory.endsWith("log")) {
        super.syncDirectory(directory);
      }
    }
  }

  private static final class FilesNotSynced extends ForwardingDisk {
    FilesNotSynced(Disk below) {
      super(below);
    }

    @Override
    public DiskFile create(Path file, Access access) throws IOException {
      return new Unsynced(super.create(file, access));
    }
  }

  private record Unsynced(DiskFile file) implements DiskFile {
    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      return file.write(from, position);
    }

    @Override
    public void truncate(long bytes) throws IOException {
      file.truncate(bytes);
    }

    @Override
    public void sync() {}

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static final class RenameInsteadOfLink extends ForwardingDisk {
    RenameInsteadOfLink(Disk below) {
      super(below);
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      super.rename(existing, name);
    }
  }

  /** Believes, once it has linked a record, that it stands there and nothing above it. */
  private static final class TrustsItsLink extends ForwardingDisk {
    private final boolean opens;
    private final MemoryDisk linkedFiles = new MemoryDisk();
    private List<String> known = List.of();
    private boolean opened;
    private boolean trusting;

    /**
     * @param opens whether it does so for its OPEN, or for all that follows
     */
    TrustsItsLink(Disk below, boolean opens) {
      super(below);
      this.opens = opens;
    }

    @Override
    public List<String> list(Path directory) throws IOException {
      if (!directory.endsWith("log")) {
        return super.list(directory);
      }
      if (!trusting) {
        known = super.list(directory);
      }
      return known;
    }

    @Override
    public DiskFile open(Path file) throws IOException {
      Path linked = MemoryDisk.ROOT.resolve(file.getFileName());
      boolean own = trusting && linkedFiles.files(MemoryDisk.ROOT).contains(linked);
      return own ? linkedFiles.open(linked) : super.open(file);
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      trusting = false;
      super.link(existing, name);
      if (StoreLayout.recordNumber(name.getFileName().toString()).isPresent()) {
        trusting = opened != opens;
        opened = true;
        remember(name);
      }
    }

    private void remember(Path name) throws IOException {
      known = new ArrayList<>(known);
      known.add(name.getFileName().toString());
      try (DiskFile from = super.open(name);
          DiskFile to =
              linkedFiles.create(MemoryDisk.ROOT.resolve(name.getFileName()), Access.OWNER)) {
        ByteBuffer all = ByteBuffer.allocate((int) from.size());
        from.readFully(all, 0);
        to.writeFully(all.flip(), 0);
      }
    }
  }

  /** A listing as an NFS client may have it in its cache, until it makes a name itself. */
  private static final class StaleUntilLink extends ForwardingDisk {
    private final List<String> stale;
    private boolean linked;

    StaleUntilLink(Disk below, List<String> stale) {
      super(below);
      this.stale = stale;
    }

    @Override
    public List<String> list(Path directory) throws IOException {
      return linked || !directory.endsWith("log") ? super.list(directory) : stale;
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      super.link(existing, name);
      linked = true;
    }
  }

  /** Does something once, after a record was linked and before its directory is synced. */
  private static final class AfterLink extends ForwardingDisk {
    private final Path name;
    private final Runnable action;

    AfterLink(Disk below, long number, Runnable action) {
      super(below);
      this.name = LAYOUT.record(number);
      this.action = action;
    }

    @Override
    public void link(Path existing, Path to) throws IOException {
      super.link(existing, to);
      if (to.equals(name)) {
        action.run();
      }
    }
  }

  private final TestJob job = new TestJob(71);
  private final MemoryDisk memory = new MemoryDisk();

  private StoreWriter takeOver(Disk disk) {
    return StoreWriter.open(STORE, TestStores.takingOver(disk));
  }

  private boolean commits(StoreWriter writer) {
    job.advance();
    return job.commit(writer, true) instanceof Committed;
  }

  /** Power is lost after every acknowledgement. */
  private String powerLoss(UnaryOperator<Disk> mutate) {
    try (StoreWriter writer = takeOver(mutate.apply(memory))) {
      for (int i = 0; i < 3; i++) {
        long step = job.step() + 1;
        if (!commits(writer)) {
          return "";
        }
        try (StoreWriter next = takeOver(memory.afterCrash(() -> false));
            StoredVersion version = next.newest().orElseThrow()) {
          if (version.info().state().step() < step) {
            return "P1: the acknowledged version of step " + step + " is lost";
          }
        } catch (RuntimeException e) {
          return "P1: nothing is left: " + e.getMessage();
        }
      }
      return "";
    }
  }

  /** A second writer opens while the first is between two versions. */
  private String takenOver(UnaryOperator<Disk> mutate) {
    try (StoreWriter old = takeOver(mutate.apply(memory))) {
      if (!commits(old)) {
        return "";
      }
      try (StoreWriter successor = takeOver(memory)) {
        return commits(old) ? "fence: acknowledged after attempt " + successor.attempt() : "";
      }
    }
  }

  /** The file server loses a name before it is synced, and a second writer opens then. */
  private String serverCrash(UnaryOperator<Disk> mutate) {
    List<StoreWriter> successors = new ArrayList<>();
    Disk crashing =
        new AfterLink(
            memory,
            3,
            () -> {
              memory.crashUnderItsClients();
              successors.add(takeOver(memory));
            });
    try (StoreWriter old = takeOver(mutate.apply(crashing))) {
      if (!commits(old)) {
        return "";
      }
      boolean acknowledged = commits(old);
      successors.forEach(StoreWriter::close);
      return acknowledged && successors.size() == 1
          ? "fence: version 3 is acknowledged, and its number is attempt 3"
          : "";
    }
  }

  /** As before, and the first writer learns that the sync failed, and goes on. */
  private String serverCrashAndFailedSync(UnaryOperator<Disk> mutate) {
    FaultyDisk faulty = new FaultyDisk(memory);
    try (StoreWriter old = takeOver(mutate.apply(faulty))) {
      if (!commits(old)) {
        return "";
      }
      faulty.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
      commits(old);
      memory.crashUnderItsClients();
      try (StoreWriter successor = takeOver(memory)) {
        return commits(old) ? "fence: acknowledged after attempt " + successor.attempt() : "";
      }
    }
  }

  /** A writer opens with a listing from before versions were made, and deleted again. */
  private String staleListing(UnaryOperator<Disk> mutate) throws IOException {
    TestStores.Options options = new TestStores.Options();
    options.spare = false;
    try (StoreWriter old = StoreWriter.open(STORE, options.on(memory))) {
      List<String> stale = memory.list(LAYOUT.log());
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(old, true));
      }
      try (StoreWriter successor = takeOver(mutate.apply(new StaleUntilLink(memory, stale)))) {
        var found = successor.newest();
        found.ifPresent(StoredVersion::close);
        return found.isPresent() ? "" : "fence: acknowledged versions are not in the history";
      } catch (StoreIoException e) {
        return "";
      }
    }
  }

  private interface Scenario {
    String violation(ProtocolMutantTest test, UnaryOperator<Disk> mutate) throws IOException;
  }

  private static final List<Scenario> SCENARIOS =
      List.of(
          ProtocolMutantTest::powerLoss,
          ProtocolMutantTest::takenOver,
          ProtocolMutantTest::serverCrash,
          ProtocolMutantTest::serverCrashAndFailedSync,
          ProtocolMutantTest::staleListing);

  private static String firstViolation(UnaryOperator<Disk> mutate) throws IOException {
    for (Scenario scenario : SCENARIOS) {
      String violation = scenario.violation(new ProtocolMutantTest(), mutate);
      if (!violation.isEmpty()) {
        return violation;
      }
    }
    return "";
  }

  @Test
  void protocol_asItIs_violatesNothing() throws IOException {
    assertEquals("", firstViolation(disk -> disk));
  }

  @ParameterizedTest
  @EnumSource(Mutant.class)
  void protocol_withAStepLeftOut_isCaught(Mutant mutant) throws IOException {
    assertNotEquals("", firstViolation(mutant.leaveOut));
  }
}
