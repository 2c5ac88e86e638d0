// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** Who writes the whole state into a new file each time, while the program waits. */
abstract class FilePeer implements Peer {
  private final String name;
  private final Path folder;
  private int count;

  FilePeer(String name, Path folder) throws IOException {
    this.name = name;
    this.folder = Files.createDirectories(folder);
  }

  /** Writes the file and syncs it. */
  abstract void write(Path file, State state) throws IOException;

  abstract double[][] read(Path file, double[][] into) throws IOException, ClassNotFoundException;

  private Path file(int number) {
    return folder.resolve("state-" + number);
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Timing checkpoint(State state, BitSet changed) throws IOException {
    count++;
    Stopwatch watch = new Stopwatch();
    write(file(count), state);
    double seconds = watch.seconds();
    Files.deleteIfExists(file(count - 1));
    return new Timing(seconds, seconds, Files.size(file(count)));
  }

  @Override
  public final double[][] restore(double[][] into) throws IOException, ClassNotFoundException {
    return read(file(count), into);
  }

  @Override
  public void close() {}
}
