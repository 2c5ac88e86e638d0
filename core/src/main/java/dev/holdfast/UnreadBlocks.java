// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Blocks that a restart has mapped instead of reading them. They are verified while the program
 * computes, which also has the kernel read them before they are touched. No version is committed
 * before all are found to be sound: what was computed from damaged ones never gets into the store.
 */
final class UnreadBlocks {
  /** What is mapped in one piece and saves less than its upkeep costs is read. */
  private static final long RUN_BYTES_MIN = 256 << 10;

  /** Each is two mappings, of which Linux allows a process 65,530 unless told otherwise. */
  private static final int RUNS_MAX = 16_384;

  private final List<Mapped> runs = new ArrayList<>();
  private final CompletableFuture<Optional<String>> verified = new CompletableFuture<>();
  private volatile boolean unwanted;

  private record Mapped(int region, RawRun run) {}

  /** Those of a region that are worth it. */
  List<RawRun> chosen(List<RawRun> all) {
    return all.stream()
        .filter(run -> run.bytes() >= RUN_BYTES_MIN)
        .limit(RUNS_MAX - runs.size())
        .toList();
  }

  void add(int region, RawRun run) {
    runs.add(new Mapped(region, run));
  }

  /** The version was passed over: what was mapped of it is not to be read any more. */
  void clear() {
    runs.clear();
  }

  long bytes() {
    return runs.stream().mapToLong(mapped -> mapped.run.bytes()).sum();
  }

  /**
   * Verifies all, by and by.
   *
   * @param store opens the version's store
   * @param number the version's
   * @param damaged is called should a block be damaged
   */
  void verify(Supplier<Store> store, long number, Runnable damaged) {
    if (runs.isEmpty()) {
      verified.complete(Optional.empty());
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("holdfast-unread")
        .start(() -> {
          verified.complete(damage(store, number));
          if (damage().isPresent()) {
            damaged.run();
          }
        });
  }

  private Optional<String> damage(Supplier<Store> store, long number) {
    try (StoredVersion version = store.get().version(number);
        Arena arena = Arena.ofConfined()) {
      for (Mapped mapped : runs) {
        RegionSchema schema = version.info().regions().get(mapped.region);
        MemorySegment block = arena.allocate(schema.blockSizeBytes(), 8);
        for (int i = 0; i < mapped.run.blocks() && !unwanted; i++) {
          version.readBlock(mapped.region, mapped.run.firstBlock() + i, block);
        }
      }
      return Optional.empty();
    } catch (StoreException e) {
      return Optional.of(inWords(number, e));
    } catch (RuntimeException | Error e) {
      return Optional.of(inWords(number, e));
    }
  }

  private static String inWords(long number, Throwable e) {
    return "version "
        + number
        + " was mapped at the restart, and not all of it can be read as it was stored ("
        + (e instanceof StoreException ? e.getMessage() : e.toString())
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

  /** Nobody will ask any more. */
  void close() {
    unwanted = true;
  }
}
