// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.rocksdb.Checkpoint;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as stream processors use it: changed blocks are put without its log, the memtables are
 * flushed, and a checkpoint of hard links is the version.
 *
 * <p>In its favour: it is told which blocks have changed, the program counts as blocked only until
 * they are put, memtables have room for all of it, and it compacts between the measurements. Its
 * compression is what it comes with.
 */
final class RocksDbPeer implements Peer {
  private static final long MEMTABLE_BYTES = 64L << 20;
  private static final String DB = "db";
  private static final int NEVER = 1 << 20;

  private final Path folder;
  private final Options options;
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  private final FlushOptions flush = new FlushOptions().setWaitForFlush(true);
  private final RocksDB db;
  private final ByteBuffer key = ByteBuffer.allocateDirect(Integer.BYTES);
  private final ByteBuffer value = ByteBuffer.allocateDirect(State.BLOCK_BYTES);
  private Map<String, Long> tables = Map.of();
  private int count;

  RocksDbPeer(Path folder, State state) throws IOException, RocksDBException {
    this.folder = Files.createDirectories(folder);
    options =
        new Options()
            .setCreateIfMissing(true)
            .setIncreaseParallelism(Runtime.getRuntime().availableProcessors())
            .setWriteBufferSize(MEMTABLE_BYTES)
            .setMaxWriteBufferNumber((int) (2 * state.bytes() / MEMTABLE_BYTES) + 4)
            .setDisableAutoCompactions(true)
            .setLevel0SlowdownWritesTrigger(NEVER)
            .setLevel0StopWritesTrigger(NEVER);
    db = RocksDB.open(options, folder.resolve(DB).toString());
  }

  @Override
  public String name() {
    return "RocksDB (told)";
  }

  @Override
  public Timing checkpoint(State state, BitSet changed) throws IOException, RocksDBException {
    if (count == 0) {
      changed = new BitSet();
      changed.set(0, state.blockCount());
    }
    count++;
    Stopwatch watch = new Stopwatch();
    for (int block = changed.nextSetBit(0); block >= 0; block = changed.nextSetBit(block + 1)) {
      put(state, block);
    }
    double blocked = watch.seconds();
    db.flush(flush);
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(version(count).toString());
    }
    double durable = watch.seconds();
    long stored = newlyStored();
    Folders.delete(version(count - 1));
    compactIfLarge(state);
    return new Timing(blocked, durable, stored);
  }

  private Path version(int number) {
    return folder.resolve("version-" + number);
  }

  private void put(State state, int block) throws RocksDBException {
    key.clear().putInt(block).flip();
    MemorySegment from = MemorySegment.ofArray(state.regionOf(block));
    int bytes = state.lengthOf(block) * Double.BYTES;
    MemorySegment.copy(
        from,
        (long) state.firstOf(block) * Double.BYTES,
        MemorySegment.ofBuffer(value.clear()),
        0,
        bytes);
    value.limit(bytes);
    db.put(unlogged, key, value);
  }

  /** Bytes of the tables that neither the last version nor a compaction since has written. */
  private long newlyStored() throws IOException {
    Map<String, Long> now = tables(version(count));
    long bytes = 0;
    for (Map.Entry<String, Long> table : now.entrySet()) {
      bytes += tables.containsKey(table.getKey()) ? 0 : table.getValue();
    }
    tables = now;
    return bytes;
  }

  private static Map<String, Long> tables(Path directory) throws IOException {
    Map<String, Long> tables = new HashMap<>();
    try (Stream<Path> list = Files.list(directory)) {
      for (Path file : list.filter(f -> f.toString().endsWith(".sst")).toList()) {
        tables.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return tables;
  }

  private void compactIfLarge(State state) throws IOException, RocksDBException {
    long bytes = tables.values().stream().mapToLong(size -> size).sum();
    if (bytes > 2 * state.bytes()) {
      db.compactRange();
      tables = tables(folder.resolve(DB));
    }
  }

  @Override
  public double[][] restore(double[][] into) throws RocksDBException {
    int blockElements = Math.min(State.BLOCK_BYTES / Double.BYTES, into[0].length);
    int blocksPerRegion = Math.ceilDiv(into[0].length, blockElements);
    try (RocksDB version = RocksDB.openReadOnly(options, version(count).toString());
        RocksIterator entries = version.newIterator()) {
      for (entries.seekToFirst(); entries.isValid(); entries.next()) {
        entries.key(key.clear());
        int block = key.getInt(0);
        int bytes = entries.value(value.clear());
        MemorySegment.copy(
            MemorySegment.ofBuffer(value.position(0)),
            0,
            MemorySegment.ofArray(into[block / blocksPerRegion]),
            (long) (block % blocksPerRegion) * blockElements * Double.BYTES,
            bytes);
      }
      entries.status();
    }
    return into;
  }

  @Override
  public void close() {
    db.close();
    flush.close();
    unlogged.close();
    options.close();
  }
}
