// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.format.Checksum;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Blocks that a restart has mapped instead of reading them. They are verified while the program
 * computes, which also has the kernel read them before they are touched. No version is committed,
 * and no job is complete, before all are found to be sound: what was computed from damaged ones
 * never gets into the store. What is verified is what is mapped: another file may have the name by
 * then.
 */
final class UnreadBlocks implements AutoCloseable {
  /** What is mapped in one piece and saves less than its upkeep costs is read. */
  private static final long RUN_BYTES_MIN = 256 << 10;

  /** Each is up to three mappings, of which Linux allows a process 65,530 unless told otherwise. */
  private static final int RUNS_MAX = 16_384;

  private final List<Mapped> runs = new ArrayList<>();

  /** What is damaged, in words. */
  private volatile CompletableFuture<Optional<String>> verified =
      CompletableFuture.completedFuture(Optional.empty());

  private volatile boolean unwanted;

  /**
   * Blocks of one region.
   *
   * @param crc32c of each, as it was stored
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Mapped(String region, RawRun run, MemorySegment bytes, int[] crc32c) {
    int blockBytes() {
      return (int) (bytes.byteSize() / crc32c.length);
    }

    /**
     * What is wrong with a block; empty when it is sound.
     *
     * @param buffer takes its bytes: a copy of a page that cannot be read is an error, a checksum
     *     of it would be the end of the JVM
     */
    Optional<String> damage(int i, byte[] buffer) {
      int size = blockBytes();
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, (long) i * size, buffer, 0, size);
      int actual = Checksum.crc32c(ByteBuffer.wrap(buffer, 0, size));
      return actual == crc32c[i]
          ? Optional.empty()
          : Optional.of(
              String.format(
                  Locale.ROOT,
                  "block %d of region %s in %s: CRC32C %08x expected, %08x found",
                  run.firstBlock() + i,
                  region,
                  run.file(),
                  crc32c[i],
                  actual));
    }
  }

  /** Those of a region that are worth it. */
  List<RawRun> chosen(List<RawRun> all) {
    return all.stream()
        .filter(run -> run.bytes() >= RUN_BYTES_MIN)
        .limit(RUNS_MAX - runs.size())
        .toList();
  }

  /**
   * Blocks have been mapped.
   *
   * @param crc32c what each must have
   */
  void add(String region, RawRun run, MemorySegment bytes, int... crc32c) {
    runs.add(new Mapped(region, run, bytes, crc32c));
  }

  /** The version was passed over: what was mapped of it is no more. */
  void clear() {
    runs.clear();
  }

  long bytes() {
    return runs.stream().mapToLong(mapped -> mapped.run.bytes()).sum();
  }

  /**
   * Verifies all, by and by.
   *
   * @param number the version's
   * @param damaged is called should a block be damaged
   */
  void verify(long number, Runnable damaged) {
    if (runs.isEmpty()) {
      return;
    }
    verified = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("holdfast-unread")
        .start(() -> {
          verified.complete(firstDamage().map(what -> inWords(number, what)));
          if (damage().isPresent()) {
            damaged.run();
          }
        });
  }

  private Optional<String> firstDamage() {
    try {
      byte[] buffer = new byte[runs.stream().mapToInt(Mapped::blockBytes).max().orElse(0)];
      for (Mapped mapped : runs) {
        for (int i = 0; i < mapped.crc32c.length && !unwanted; i++) {
          Optional<String> damage = mapped.damage(i, buffer);
          if (damage.isPresent()) {
            return damage;
          }
        }
      }
      return Optional.empty();
    } catch (RuntimeException | Error e) { // an InternalError where a page cannot be read
      return Optional.of(e.toString());
    }
  }

  private static String inWords(long number, String what) {
    return "version "
        + number
        + " was mapped at the restart, and not all of it is what was stored ("
        + what
        + "); run the job again: then it is read before it is believed";
  }

  /** What is known to be damaged by now, in words. */
  Optional<String> damage() {
    return verified.getNow(Optional.empty());
  }

  /** Waits until all are verified; returns what is damaged, in words. */
  Optional<String> await() {
    return verified.join();
  }

  /** Nobody will ask any more; what is mapped is not looked at afterwards. */
  @Override
  public void close() {
    unwanted = true;
    verified.join();
  }
}
