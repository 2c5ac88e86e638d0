// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.holdfast.storage.codec.Aim;
import dev.holdfast.storage.codec.BlockDecoder;
import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.CodecChoice;
import dev.holdfast.storage.codec.CodecChooser;
import dev.holdfast.storage.codec.CodecException;
import dev.holdfast.storage.codec.Encoded;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The least that a restart must do: the encoded blocks of a state, one behind the other in a file,
 * are read, decoded and put into an array by all processors. Nothing is checked, looked up or kept
 * beside the array.
 */
final class BareRead {
  /** Read at once by one thread, as a restart does. */
  private static final int RUN_BLOCKS = (1 << 20) / State.BLOCK_BYTES;

  private final Path file;
  private final List<Stored> blocks;

  private record Stored(int codecByte, long offset, int bytes, int rawBytes) {}

  private BareRead(Path file, List<Stored> blocks) {
    this.file = file;
    this.blocks = blocks;
  }

  /** Encodes an array as Holdfast would and writes it. */
  static BareRead write(Path file, double[] values) throws IOException {
    List<Stored> blocks = new ArrayList<>();
    MemorySegment state = MemorySegment.ofArray(values);
    try (FileChannel out = FileChannel.open(file, CREATE_NEW, WRITE);
        Arena arena = Arena.ofShared();
        BlockEncoder encoder = new BlockEncoder()) {
      MemorySegment raw = arena.allocate(State.BLOCK_BYTES);
      CodecChoice choice = choose(encoder, state, arena);
      for (long at = 0; at < state.byteSize(); at += State.BLOCK_BYTES) {
        int bytes = (int) Math.min(State.BLOCK_BYTES, state.byteSize() - at);
        MemorySegment block = raw.asSlice(0, bytes).copyFrom(state.asSlice(at, bytes));
        Encoded encoded = encoder.encode(block, choice);
        int length = encoded.storedBytes();
        blocks.add(new Stored(encoded.codecByte(), out.position(), length, bytes));
        ByteBuffer stored = encoded.stored().asByteBuffer();
        while (stored.hasRemaining()) {
          out.write(stored);
        }
      }
    }
    return new BareRead(file, blocks);
  }

  /** By four blocks from all over the array. */
  private static CodecChoice choose(BlockEncoder encoder, MemorySegment state, Arena arena) {
    List<MemorySegment> sample = new ArrayList<>();
    for (int i = 1; i < 8; i += 2) {
      long at = i * (state.byteSize() / 8) / State.BLOCK_BYTES * State.BLOCK_BYTES;
      long bytes = Math.min(State.BLOCK_BYTES, state.byteSize() - at);
      sample.add(arena.allocate(bytes).copyFrom(state.asSlice(at, bytes)));
    }
    Aim aim = new Aim.Bytes(List.of(CodecChoice.DEFAULT_ZSTD_LEVEL));
    return new CodecChooser(encoder).choose(Double.BYTES, true, sample, aim).choice();
  }

  /** Fills the array. */
  void read(double[] into) throws InterruptedException {
    int threads = Runtime.getRuntime().availableProcessors();
    MemorySegment target = MemorySegment.ofArray(into);
    List<Thread> team =
        IntStream.range(0, threads)
            .mapToObj(first -> Thread.ofPlatform().start(() -> share(first, threads, target)))
            .toList();
    for (Thread thread : team) {
      thread.join();
    }
  }

  private void share(int first, int threads, MemorySegment target) {
    try (FileChannel channel = FileChannel.open(file, READ);
        Arena arena = Arena.ofShared();
        BlockDecoder decoder = new BlockDecoder()) {
      MemorySegment stored = arena.allocate(2L * RUN_BLOCKS * State.BLOCK_BYTES);
      MemorySegment raw = arena.allocate(State.BLOCK_BYTES);
      for (int from = first * RUN_BLOCKS; from < blocks.size(); from += threads * RUN_BLOCKS) {
        int to = Math.min(from + RUN_BLOCKS, blocks.size());
        long begin = blocks.get(from).offset();
        long end = blocks.get(to - 1).offset() + blocks.get(to - 1).bytes();
        ByteBuffer run = stored.asSlice(0, end - begin).asByteBuffer();
        while (run.hasRemaining()) {
          if (channel.read(run, begin + run.position()) < 0) {
            throw new EOFException(file + " is too short");
          }
        }
        for (int b = from; b < to; b++) {
          Stored block = blocks.get(b);
          MemorySegment decoded = raw.asSlice(0, block.rawBytes());
          MemorySegment encoded = stored.asSlice(block.offset() - begin, block.bytes());
          decoder.decode(block.codecByte(), encoded, decoded);
          MemorySegment.copy(decoded, 0, target, (long) b * State.BLOCK_BYTES, decoded.byteSize());
        }
      }
    } catch (IOException | CodecException e) {
      throw new IllegalStateException(file + " is not what was written", e);
    }
  }
}
