// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import dev.holdfast.Holdfast;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How long a restart takes until the state is back, beside the least that it must do ({@link
 * BareRead}), and how much longer where the version is made of many generations. In the page cache,
 * one process, in turn.
 *
 * <p>Run with {@code java -Xmx4g --enable-native-access=ALL-UNNAMED -cp
 * benchmarks/target/benchmarks.jar dev.holdfast.benchmarks.RestoreBenchmark [MiB] [rounds]
 * [FOLDER]}.
 */
final class RestoreBenchmark {
  private static final int GENERATIONS = 30;
  private static final double CHANGED_PERCENT = 10;

  private final Path folder;
  private final State state;

  /** What was measured in one round, in seconds. */
  private record Round(double bare, double full, double layered) {}

  private RestoreBenchmark(Path folder, State state) {
    this.folder = folder;
    this.state = state;
  }

  public static void main(String[] args) throws Exception {
    int mebibytes = args.length > 0 ? Integer.parseInt(args[0]) : 256;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
    Path parent =
        args.length > 2 ? Path.of(args[2]) : Path.of(System.getProperty("java.io.tmpdir"));
    System.out.printf(Locale.ROOT, "state %d MiB, %d rounds%n", mebibytes, rounds);
    for (State.Kind kind : State.Kind.values()) {
      Path folder = Files.createTempDirectory(parent, "restore");
      try {
        State state = new State(kind, (long) mebibytes << 20, 1, 1);
        print(kind, new RestoreBenchmark(folder, state).run(rounds));
      } finally {
        Folders.delete(folder);
      }
    }
  }

  private List<Round> run(int rounds) throws Exception {
    Path layered = folder.resolve("layered");
    HoldfastPeer peer = new HoldfastPeer(layered, state);
    peer.checkpoint(state, new BitSet());
    for (int i = 0; i < GENERATIONS; i++) {
      peer.checkpoint(state, state.change(CHANGED_PERCENT));
    }
    peer.close();
    Path full = folder.resolve("full");
    peer = new HoldfastPeer(full, state);
    peer.checkpoint(state, new BitSet());
    peer.close();
    BareRead bare = BareRead.write(folder.resolve("bare"), state.regions()[0]);
    List<Round> all = new ArrayList<>();
    for (int i = -2; i < rounds; i++) {
      double[][] into = state.emptyRegions();
      Stopwatch watch = new Stopwatch();
      bare.read(into[0]);
      double seconds = watch.seconds();
      state.requireSame("bare", into);
      Round round = new Round(seconds, restore(full), restore(layered));
      if (i >= 0) {
        all.add(round);
      }
    }
    return all;
  }

  private double restore(Path store) {
    double[][] into = state.emptyRegions();
    Stopwatch watch = new Stopwatch();
    try (Holdfast hf = HoldfastPeer.open(store, into)) {
      double seconds = watch.seconds();
      if (!hf.restarted()) {
        throw new IllegalStateException("nothing was restored from " + store);
      }
      state.requireSame(HoldfastPeer.NAME, into);
      return seconds;
    }
  }

  private static void print(State.Kind kind, List<Round> rounds) {
    System.out.printf(
        Locale.ROOT,
        "%-15s bare read %.0f ms (%.0f to %.0f), restart %.0f ms (%.0f to %.0f), ratio %.2f;"
            + " of up to %d generations %.0f ms, ratio to full %.2f%n",
        kind,
        1e3 * sample(rounds, Round::bare).median(),
        1e3 * sample(rounds, Round::bare).least(),
        1e3 * sample(rounds, Round::bare).most(),
        1e3 * sample(rounds, Round::full).median(),
        1e3 * sample(rounds, Round::full).least(),
        1e3 * sample(rounds, Round::full).most(),
        sample(rounds, round -> round.full / round.bare).median(),
        GENERATIONS + 1,
        1e3 * sample(rounds, Round::layered).median(),
        sample(rounds, round -> round.layered / round.full).median());
  }

  private static Sample sample(List<Round> rounds, ToDoubleFunction<Round> value) {
    return new Sample(rounds.stream().mapToDouble(value).toArray());
  }
}
