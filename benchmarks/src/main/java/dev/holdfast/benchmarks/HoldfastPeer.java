// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import dev.holdfast.Holdfast;
import dev.holdfast.Idle;
import dev.holdfast.Version;
import dev.holdfast.policy.CheckpointPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.Stream;

/** Holdfast as a program uses it, with its defaults; it finds out itself what has changed. */
final class HoldfastPeer implements Peer {
  static final String NAME = "Holdfast";
  private static final long BESIDE_SHADOW_BYTES = 1L << 30;

  private final Path folder;
  private Holdfast hf;

  HoldfastPeer(Path folder, State state) {
    this.folder = folder;
    hf = open(folder, state.regions());
  }

  /** Also restores, when there is a version. */
  static Holdfast open(Path folder, double[][] regions) {
    long bytes = (long) regions.length * regions[0].length * Double.BYTES;
    Holdfast hf =
        Holdfast.job("benchmark")
            .sandbox(folder)
            .policy(CheckpointPolicy.fixed(Duration.ofDays(1)))
            .memory(2 * bytes + BESIDE_SHADOW_BYTES)
            .open();
    for (int i = 0; i < regions.length; i++) {
      hf.protect("region-" + i, regions[i]);
    }
    hf.restore();
    return hf;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Timing checkpoint(State state, BitSet changed) {
    hf.tick();
    Stopwatch watch = new Stopwatch();
    Version version = hf.checkpoint();
    double blocked = watch.seconds();
    if (!version.awaitDurable()) {
      throw new IllegalStateException("Holdfast: the version failed; see standard error");
    }
    double durable = watch.seconds();
    Idle.await(hf); // others delete their old files before they return, too
    return new Timing(blocked, durable, newestBytes());
  }

  /** The length of the newest record, which is the version just made. */
  private long newestBytes() {
    try (Stream<Path> records = Files.list(folder.resolve("store/log"))) {
      return Files.size(records.max(Comparator.naturalOrder()).orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public double[][] restore(double[][] into) {
    hf.close();
    hf = open(folder, into);
    if (!hf.restarted()) {
      throw new IllegalStateException("Holdfast: no version was restored from " + folder);
    }
    return into;
  }

  @Override
  public void close() {
    hf.close();
  }
}
