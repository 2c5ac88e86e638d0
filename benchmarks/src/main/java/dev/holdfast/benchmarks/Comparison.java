// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Peers side by side: in every round the state changes once, it is copied in memory once, which is
 * the unit of blocked time, and then each peer keeps it. Who is first changes from round to round.
 * Ratios are taken within a round and their median over the rounds, so that what slows a machine
 * down for a while slows both sides.
 */
final class Comparison implements AutoCloseable {
  private final State state;
  private final List<Peer> peers;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment copy;

  Comparison(State state, List<Peer> peers) {
    this.state = state;
    this.peers = peers;
    copy = arena.allocate(state.bytes(), 4096);
  }

  /** What one round measured. */
  private record Round(double copySeconds, Map<String, Peer.Timing> timings) {
    Peer.Timing of(String peer) {
      Peer.Timing timing = timings.get(peer);
      if (timing == null) {
        throw new IllegalArgumentException(peer + " was not measured");
      }
      return timing;
    }
  }

  /** What all rounds measured. */
  static final class Result {
    private final List<Round> rounds;

    private Result(List<Round> rounds) {
      this.rounds = rounds;
    }

    private Sample sample(ToDoubleFunction<Round> of) {
      return new Sample(rounds.stream().mapToDouble(of).toArray());
    }

    Sample copySeconds() {
      return sample(Round::copySeconds);
    }

    Sample blockedSeconds(String peer) {
      return sample(round -> round.of(peer).blockedSeconds());
    }

    Sample durableSeconds(String peer) {
      return sample(round -> round.of(peer).durableSeconds());
    }

    Sample storedBytes(String peer) {
      return sample(round -> round.of(peer).storedBytes());
    }

    /** Blocked time as a multiple of the copy. */
    Sample blockedInCopies(String peer) {
      return sample(round -> round.of(peer).blockedSeconds() / round.copySeconds());
    }

    /** Time to durable as a multiple of that of the plain write. */
    Sample durableInWrites(String peer) {
      return sample(
          round -> round.of(peer).durableSeconds() / round.of(PlainWrite.NAME).durableSeconds());
    }
  }

  /** Measures so many rounds after so many that do not count. */
  Result measure(double changedPercent, int warmups, int count) throws Exception {
    List<Round> rounds = new ArrayList<>();
    for (int i = 0; i < warmups + count; i++) {
      BitSet changed = state.change(changedPercent);
      Round round = new Round(copy(), new HashMap<>());
      for (int p = 0; p < peers.size(); p++) {
        Peer peer = peers.get((i + p) % peers.size());
        round.timings().put(peer.name(), peer.checkpoint(state, changed));
      }
      if (i >= warmups) {
        rounds.add(round);
      }
    }
    return new Result(rounds);
  }

  private double copy() {
    Stopwatch watch = new Stopwatch();
    long at = 0;
    for (double[] region : state.regions()) {
      MemorySegment from = MemorySegment.ofArray(region);
      MemorySegment.copy(from, 0, copy, at, from.byteSize());
      at += from.byteSize();
    }
    return watch.seconds();
  }

  /** Lets each peer bring the state back and looks whether it is the same. */
  Map<String, Sample> restore(int count) throws Exception {
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    double[][] into = state.emptyRegions();
    for (int i = 0; i < count; i++) {
      for (Peer peer : peers) {
        for (double[] region : into) {
          Arrays.fill(region, 0);
        }
        Stopwatch watch = new Stopwatch();
        double[][] restored = peer.restore(into);
        seconds.computeIfAbsent(peer.name(), name -> new ArrayList<>()).add(watch.seconds());
        state.requireSame(peer.name(), restored);
      }
    }
    Map<String, Sample> samples = new LinkedHashMap<>();
    seconds.forEach(
        (peer, all) -> samples.put(peer, new Sample(all.stream().mapToDouble(s -> s).toArray())));
    return samples;
  }

  /** Ends the peers. */
  @Override
  public void close() {
    peers.forEach(Peer::close);
    arena.close();
  }
}
