// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What must be found after a crash, known from what the writers were told and never from the store:
 * the states that were offered, which of them were acknowledged and under which number, and what
 * the output files held.
 */
final class CrashOracle {
  static final Path OUTPUTS = MemoryDisk.ROOT.resolve("results");
  static final Path OUTPUT = OUTPUTS.resolve("out.txt");

  private final TestJob job;
  private final TreeMap<Long, Long> stepByNumber = new TreeMap<>();
  private final Map<Long, byte[]> outputByStep = new HashMap<>();
  private boolean damaged;
  private boolean mayBeSilent;

  CrashOracle(TestJob job) {
    this.job = job;
  }

  /** The same knowledge about another disk. */
  CrashOracle fork(TestJob forkedJob) {
    CrashOracle fork = new CrashOracle(forkedJob);
    fork.stepByNumber.putAll(stepByNumber);
    fork.outputByStep.putAll(outputByStep);
    fork.damaged = damaged;
    fork.mayBeSilent = mayBeSilent;
    return fork;
  }

  /** What the output file held when the state of this step was offered. */
  void wrote(long step, byte[] output) {
    outputByStep.put(step, output);
  }

  void acknowledged(long number, long step) {
    stepByNumber.put(number, step);
  }

  /**
   * A file has been damaged at rest: an older version may serve, if the damage is told.
   *
   * @param silently or even if it is not, since a file that was deleted leaves no trace
   */
  void expectDamage(boolean silently) {
    damaged = true;
    mayBeSilent = silently;
  }

  boolean expectsDamage() {
    return damaged;
  }

  /** The number of the newest version that was acknowledged, 0 when there is none. */
  long newest() {
    return stepByNumber.isEmpty() ? 0 : stepByNumber.lastKey();
  }

  /**
   * Judges what a recovery has found (P1 to P4).
   *
   * @param found the version it restores from
   * @param rejected what it has passed over
   * @param disk where it was looked for
   */
  void accept(Optional<StoredVersion> found, List<Rejection> rejected, MemoryDisk disk) {
    long number = found.map(StoredVersion::number).orElse(0L);
    if (damaged) {
      assertTrue(number > 0 || newest() == 0, "P6: one damaged file has taken every version");
      assertTrue(
          number >= newest() || !rejected.isEmpty() || mayBeSilent,
          "P3: damage was passed over without a word");
    } else {
      assertTrue(
          number >= newest(), "P1: version " + newest() + " was acknowledged, found is " + number);
      // A record whose directory could not be synced may be missing below one that is there.
      List<Path> files = disk.files(TestStores.STORE);
      StoreLayout layout = new StoreLayout(TestStores.STORE);
      List<Rejection> there =
          rejected.stream().filter(r -> files.contains(layout.record(r.number()))).toList();
      assertEquals(List.of(), there, "a record is not sound though no file was damaged");
    }
    found.ifPresent(this::acceptBytes);
  }

  private void acceptBytes(StoredVersion version) {
    long step = version.info().state().step();
    Long acknowledged = stepByNumber.get(version.number());
    if (acknowledged != null) {
      assertEquals(acknowledged, step, "P2: another state has the number " + version.number());
    }
    job.assertMatches(version);
  }

  /** Continues the output files of a version and judges what they hold then. */
  void acceptOutputs(MemoryDisk disk, StoredVersion version, boolean inPlace) throws IOException {
    for (OutputMark mark : version.info().outputs()) {
      OutputFile.resume(disk, OUTPUT, mark, inPlace).close();
      byte[] expected = outputByStep.get(version.info().state().step());
      assertArrayEquals(expected, contentOf(disk), "P3: the output file has other content");
    }
  }

  private static byte[] contentOf(MemoryDisk disk) throws IOException {
    try (DiskFile file = disk.open(OUTPUT)) {
      ByteBuffer all = ByteBuffer.allocate((int) file.size());
      file.readFully(all, 0);
      return Arrays.copyOf(all.array(), all.limit());
    }
  }

  TestJob job() {
    return job;
  }
}
