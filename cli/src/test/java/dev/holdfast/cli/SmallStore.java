// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.Holdfast;
import dev.holdfast.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The store of a small finished job with a region of every kind. */
record SmallStore(Path path) {
  static final int STEPS = 3;

  /** A record as state. */
  record Point(double x, long n) {}

  static SmallStore make(Path folder) throws Exception {
    Path path = folder.resolve("small.holdfast");
    Outcome outcome =
        Holdfast.job("small")
            .store(path)
            .keep(2)
            .run(hf -> {
              double[] field = hf.protect("field", new double[20_000]);
              int[][] grid = hf.protect("grid", new int[3][5]);
              boolean[] flags = hf.protect("flags", new boolean[9]);
              hf.ref("jagged", new long[][] {{1}, {2, 3}, {}});
              var point = hf.ref("point", new Point(0, 0));
              hf.parameter("seed", 7);
              var probe = hf.append(folder.resolve("probe.csv").toString());
              for (long step : hf.steps(STEPS)) {
                fill(field, grid, flags, step);
                point.set(new Point(0.5 * step, step));
                probe.println(step + "," + field[1]);
                hf.checkpoint().awaitDurable();
              }
            });
    if (outcome.exitCode() != 0) {
      throw new IllegalStateException("the small job ended with " + outcome);
    }
    return new SmallStore(path);
  }

  private static void fill(double[] field, int[][] grid, boolean[] flags, long step) {
    for (int i = 0; i < field.length; i++) {
      field[i] = Math.sin(i * 0.001) + step;
    }
    for (int row = 0; row < grid.length; row++) {
      for (int column = 0; column < grid[row].length; column++) {
        grid[row][column] = 10 * row - column;
      }
    }
    for (int i = 0; i < flags.length; i++) {
      flags[i] = i % 3 == 0;
    }
  }

  SmallStore copyTo(Path folder) throws IOException {
    Path to = folder.resolve("small.holdfast");
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path entry : tree.toList()) {
        Files.copy(entry, to.resolve(path.relativize(entry)));
      }
    }
    return new SmallStore(to);
  }

  /** The files of versions, oldest first: those that are larger than any other record. */
  List<Path> versionFiles() throws IOException {
    try (Stream<Path> entries = Files.list(path.resolve("log"))) {
      return entries.filter(entry -> entry.toFile().length() > 10_000).sorted().toList();
    }
  }

  /** Changes one byte. */
  static void damage(Path file, long offset) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(offset);
      int old = open.read();
      open.seek(offset);
      open.write(old ^ 0x55);
    }
  }
}
