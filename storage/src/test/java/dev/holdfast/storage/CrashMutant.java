// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.CrashScenario.*;
import static dev.holdfast.storage.TestStores.STORE;

import dev.holdfast.storage.io.Disk;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Protocols and programs that are wrong in one thing each. The harness of crash states must catch
 * every one: this is what shows that it can.
 *
 * <p>Not here, because they break no promise about what is acknowledged: without the first sync of
 * the log (the sync of the OPEN makes the same names durable; it is made to learn whether it can
 * be), sweeping before the OPEN (the old writer's commit fails, and nothing is lost), the sync
 * before a prune alone (the version that is newest has just been synced), and the identity of
 * records that others refer to (the checksums of their blocks lie in the referring index).
 */
enum CrashMutant {
  // The mutants of the protocol's model.
  NO_LIST_AFTER_OPEN(
      "the history is taken from the listing before the OPEN",
      COMMITS_DURING_AN_OPENING,
      MutantDisk.trustsItsLink(records -> records == 1, false)),
  NO_LIST_BEFORE_ACKNOWLEDGEMENT(
      "a version that is linked is believed to stand there and to be the highest",
      SERVER_CRASH_DURING_A_COMMIT,
      MutantDisk.trustsItsLink(records -> records > 1, false)),
  OPEN_NOT_SYNCED(
      "the log is not synced after an OPEN",
      SERVER_CRASH_DURING_AN_OPENING,
      MutantDisk.directoriesNotSynced((path, records) -> MutantDisk.isLog(path) && records == 1)),
  COMMIT_NOT_SYNCED(
      "the log is not synced after a version",
      SECOND_FULL,
      MutantDisk.directoriesNotSynced((path, records) -> MutantDisk.isLog(path) && records > 1)),
  PRUNE_BEFORE_SYNC(
      "old versions are renamed away before the log is synced",
      PRUNE_WITHOUT_A_SPARE,
      MutantDisk::prunesBeforeSyncing),
  RENAME_INSTEAD_OF_LINK(
      "a record is published over whatever has its name",
      TAKEN_OVER_DURING_A_COMMIT,
      MutantDisk::renamesInsteadOfLinking),
  NEXT_NUMBER_AFTER_UNKNOWN(
      "after an unknown outcome the next number is used without a new OPEN",
      SERVER_CRASH_AFTER_A_DIRECTORY_SYNC_ERROR,
      MutantDisk::goesOnAfterUnknown),
  OPEN_WITHDRAWN(
      "an OPEN is deleted once its writer has listed the log",
      TAKEN_OVER_DURING_A_COMMIT,
      MutantDisk::withdrawsItsOpen),

  // Each sync dropped.
  RECORD_NOT_SYNCED(
      "a record's file is not synced", SECOND_FULL, MutantDisk.filesNotSynced(MutantDisk::isInLog)),
  SIGNPOST_NOT_SYNCED(
      "the signpost's file is not synced",
      CREATE,
      MutantDisk.filesNotSynced(file -> STORE.equals(file.getParent()))),
  STORE_NOT_SYNCED(
      "the store's directory is not synced when it is made",
      FIRST_FULL,
      MutantDisk.directoriesNotSynced((path, records) -> path.equals(STORE))),
  PARENT_NOT_SYNCED(
      "the directory above the store is not synced when that is made",
      FIRST_FULL,
      MutantDisk.directoriesNotSynced((path, records) -> path.equals(MemoryDisk.ROOT))),
  OUTPUT_NOT_SYNCED(
      "an output file is not synced",
      OUTPUTS,
      MutantDisk.filesNotSynced(file -> file.equals(CrashOracle.OUTPUT))),
  OUTPUT_NAME_NOT_SYNCED(
      "an output file's directory is not synced",
      OUTPUTS,
      MutantDisk.directoriesNotSynced((path, records) -> path.equals(CrashOracle.OUTPUTS))),
  REPLACED_OUTPUT_NOT_SYNCED(
      "the copy that replaces an output file is not synced",
      OUTPUT_REPLACED,
      MutantDisk.filesNotSynced(file -> file.toString().endsWith(".resumed"))),

  // Adjacent steps exchanged.
  SYNC_BEFORE_LAST_WRITE(
      "a record is synced before its last bytes are written",
      SECOND_FULL,
      MutantDisk.lastWriteAfterSync()),
  LINK_BEFORE_SYNC(
      "a record is linked before it is synced", SECOND_FULL, MutantDisk::linksBeforeSyncing),
  LOG_SYNC_BEFORE_LINK(
      "the log is synced before the record is linked", SECOND_FULL, MutantDisk::syncsBeforeLinking),
  LIST_BEFORE_LOG_SYNC(
      "the log is listed before it is synced",
      SERVER_CRASH_DURING_A_COMMIT,
      MutantDisk::listsBeforeSyncing),
  RECORD_BEFORE_OUTPUT(
      "a version is made before its output files are synced",
      OUTPUTS,
      MutantDisk::syncsOutputsLate),

  // Each check skipped.
  FAILED_LOG_SYNC_IGNORED(
      "a failed sync of the log is taken for a good one",
      DIRECTORY_SYNC_ERROR_THEN_RETRY,
      MutantDisk::ignoresFailedLogSync),
  OWN_RECORD_NOT_READ(
      "the highest record is believed to be one's own",
      SERVER_CRASH_DURING_A_COMMIT,
      MutantDisk.trustsItsLink(records -> records > 1, true)),
  SUCCESSOR_NOT_LOOKED_FOR(
      "a writer that lost its place opens again whoever has opened since",
      SERVER_CRASH_AFTER_A_DIRECTORY_SYNC_ERROR,
      new MutantCode("Opener", "refuseSuccessor", 0)),
  STORED_CHECKSUM_SKIPPED(
      "the checksum of stored bytes is not compared",
      DAMAGED_FILE,
      new MutantCode("StoredVersion", "decodeEntry", 1)),
  RAW_CHECKSUM_SKIPPED(
      "the checksum of raw bytes is not compared",
      DAMAGED_FILE,
      new MutantCode("StoredVersion", "readBlock", 1)),
  DIGEST_SKIPPED(
      "the digest of index and sections is not compared",
      DAMAGED_FILE,
      new MutantCode("RecordFile", "readMetadata", 1)),
  NUMBER_SKIPPED(
      "a record's number is not compared with its name",
      DAMAGED_FILE,
      new MutantCode("RecordFile", "open", 1)),
  HEADER_CHECKSUM_SKIPPED(
      "the checksum of a header is not compared",
      DAMAGED_FILE,
      new MutantCode("format.FileHeader", "checkCrc", 0)),
  FOOTER_CHECKSUM_SKIPPED(
      "the checksum of a footer is not compared",
      DAMAGED_FILE,
      new MutantCode("format.Footer", "decode", 1));

  private final String sentence;
  private final CrashScenario caughtBy;

  @SuppressWarnings("ImmutableEnumChecker") // a function
  private final UnaryOperator<Disk> disk;

  @SuppressWarnings("ImmutableEnumChecker") // two strings and a number
  private final @Nullable MutantCode code;

  CrashMutant(String sentence, CrashScenario caughtBy, UnaryOperator<Disk> disk) {
    this.sentence = sentence;
    this.caughtBy = caughtBy;
    this.disk = disk;
    this.code = null;
  }

  CrashMutant(String sentence, CrashScenario caughtBy, MutantCode code) {
    this.sentence = sentence;
    this.caughtBy = caughtBy;
    this.disk = unchanged -> unchanged;
    this.code = code;
  }

  String sentence() {
    return sentence;
  }

  /** The scenario that is expected to catch it first. */
  CrashScenario caughtBy() {
    return caughtBy;
  }

  /** Explores a scenario; returns what is violated first, or nothing. */
  String violation(CrashScenario scenario, long seed, int limit) {
    if (code == null) {
      return violation(scenario, disk, seed, limit);
    }
    try {
      Method there =
          code.load(CrashMutant.class)
              .getDeclaredMethod("violation", String.class, long.class, int.class);
      there.setAccessible(true);
      return Objects.requireNonNull((String) there.invoke(null, scenario.name(), seed, limit));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same in a world of mutant code, where it is found by its name. */
  static String violation(String scenario, long seed, int limit) {
    return violation(CrashScenario.valueOf(scenario), unchanged -> unchanged, seed, limit);
  }

  private static String violation(
      CrashScenario scenario, UnaryOperator<Disk> mutant, long seed, int limit) {
    try {
      scenario.explore(mutant, seed, limit);
      return "";
    } catch (CrashExplorer.Violation e) {
      return String.valueOf(e.getMessage());
    }
  }
}
