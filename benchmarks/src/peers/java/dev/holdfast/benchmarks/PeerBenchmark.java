// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Holdfast beside other ways to keep a state: blocked time as a multiple of one copy of the state
 * in memory, time to durable as a multiple of that of a plain write, and restore. One JVM, the same
 * state, in turn.
 */
public final class PeerBenchmark {
  private static final double[] CHANGED_PERCENT = {100, 10, 1};

  private final Setup setup;
  private final long bytes;
  private final int rounds;
  private final Report report;

  private PeerBenchmark(Setup setup, int mebibytes) throws IOException {
    this.setup = setup;
    this.bytes = (long) mebibytes << 20;
    this.rounds = setup.quick() ? 2 : 5;
    report =
        new Report("peers", setup, "state_bytes", bytes, "rounds", rounds, "block_bytes", 64 << 10);
  }

  /** The arguments of {@link Setup}, and the state in MiB. */
  public static void main(String[] args) throws Exception {
    PeerBenchmark benchmark = new PeerBenchmark(Setup.of(args), Integer.parseInt(args[4]));
    for (State.Kind kind : State.Kind.values()) {
      benchmark.compare(kind);
    }
    benchmark.keepWholeProcesses();
    benchmark.report.write();
  }

  private List<Peer> peers(Path folder, State state) throws IOException, RocksDBException {
    List<Peer> peers = new ArrayList<>();
    peers.add(new HoldfastPeer(folder.resolve("holdfast"), state));
    peers.add(new PlainWrite(folder.resolve("plain")));
    try {
      RocksDB.loadLibrary();
      peers.add(new RocksDbPeer(folder.resolve("rocksdb"), state));
    } catch (UnsatisfiedLinkError | RuntimeException e) {
      System.out.println("RocksDB: not measured, it cannot be loaded here: " + e.getMessage());
    }
    peers.add(new KryoPeer(folder.resolve("kryo")));
    peers.add(new JavaSerialization(folder.resolve("serialization")));
    return peers;
  }

  private void compare(State.Kind kind) throws Exception {
    Path folder = setup.scratch().resolve("peers");
    Folders.delete(folder);
    State state = new State(kind, bytes, 1, 1);
    List<Peer> peers = peers(folder, state);
    List<Drawing.Group> blocked = new ArrayList<>();
    List<Drawing.Group> durable = new ArrayList<>();
    System.out.printf(
        Locale.ROOT,
        "%n%s, %d MiB, medians of %d rounds%n%-8s %-19s %-21s %-27s %s%n",
        kind,
        bytes >> 20,
        rounds,
        "changed",
        "",
        "blocked, in copies",
        "durable, in plain writes",
        "stored");
    try (Comparison comparison = new Comparison(state, peers)) {
      for (double percent : CHANGED_PERCENT) {
        int warmups = percent == 100 ? 2 : 1;
        Comparison.Result result = comparison.measure(percent, warmups, rounds);
        String changed = "%.0f %% changed".formatted(percent);
        tell(kind, percent, peers, result);
        blocked.add(new Drawing.Group(changed, bars(peers, result, true)));
        durable.add(new Drawing.Group(changed, bars(peers, result, false)));
      }
      tellRestores(kind, comparison.restore(setup.quick() ? 1 : 3));
    }
    Folders.delete(folder);
    draw(kind, blocked, durable);
  }

  private static List<Drawing.Bar> bars(
      List<Peer> peers, Comparison.Result result, boolean blocked) {
    List<Drawing.Bar> bars = new ArrayList<>();
    for (Peer peer : peers) {
      String name = peer.name();
      Sample sample = blocked ? result.blockedInCopies(name) : result.durableInWrites(name);
      bars.add(new Drawing.Bar(name, sample.median()));
    }
    return bars;
  }

  private void tell(State.Kind kind, double percent, List<Peer> peers, Comparison.Result result) {
    double copySeconds = result.copySeconds().median();
    System.out.printf(
        Locale.ROOT, "%5.0f %%  %-18s %7.3f s  %7.2f%n", percent, "memory copy", copySeconds, 1.0);
    for (Peer peer : peers) {
      String name = peer.name();
      Sample blocked = result.blockedSeconds(name);
      Sample blockedInCopies = result.blockedInCopies(name);
      Sample durable = result.durableSeconds(name);
      Sample durableInWrites = result.durableInWrites(name);
      double stored = result.storedBytes(name).median();
      System.out.printf(
          Locale.ROOT,
          "%5.0f %%  %-18s %7.3f s  %7.2f     %7.3f s  %7.2f         %5.1f %%%n",
          percent,
          name,
          blocked.median(),
          blockedInCopies.median(),
          durable.median(),
          durableInWrites.median(),
          100 * stored / bytes);
      report.row(
          "state", kind,
          "changed_percent", percent,
          "peer", name,
          "copy_s", copySeconds,
          "blocked_s", blocked.median(),
          "blocked_in_copies", blockedInCopies.median(),
          "blocked_in_copies_least", blockedInCopies.least(),
          "blocked_in_copies_most", blockedInCopies.most(),
          "durable_s", durable.median(),
          "durable_in_plain_writes", durableInWrites.median(),
          "durable_in_plain_writes_least", durableInWrites.least(),
          "durable_in_plain_writes_most", durableInWrites.most(),
          "stored_bytes", (long) stored);
    }
  }

  private void tellRestores(State.Kind kind, Map<String, Sample> restores) {
    double plain = restores.getOrDefault(PlainWrite.NAME, new Sample(Double.NaN)).median();
    restores.forEach((name, seconds) -> {
      double ratio = seconds.median() / plain;
      System.out.printf(
          Locale.ROOT, "restore  %-18s %7.3f s, %.2f plain reads%n", name, seconds.median(), ratio);
      report.row(
          "state",
          kind,
          "peer",
          name,
          "restore_s",
          seconds.median(),
          "restore_s_least",
          seconds.least(),
          "restore_s_most",
          seconds.most(),
          "restore_in_plain_reads",
          ratio);
    });
  }

  private void keepWholeProcesses() throws InterruptedException {
    WholeProcess process = new WholeProcess(setup.scratch().resolve("process"), bytes);
    for (WholeProcess.Tool tool : WholeProcess.Tool.ALL) {
      if (!tool.installed()) {
        System.out.println(tool.name() + " (whole process): not installed");
        continue;
      }
      try {
        Peer.Timing timing = process.measure(tool);
        System.out.printf(
            Locale.ROOT,
            "%s (whole process, %d MiB of state): blocked %.3f s, durable %.3f s, %d MiB stored%n",
            tool.name(),
            bytes >> 20,
            timing.blockedSeconds(),
            timing.durableSeconds(),
            timing.storedBytes() >> 20);
        report.row(
            "state", State.Kind.INCOMPRESSIBLE,
            "peer", tool.name(),
            "blocked_s", timing.blockedSeconds(),
            "durable_s", timing.durableSeconds(),
            "stored_bytes", timing.storedBytes());
      } catch (IOException e) {
        System.out.println(tool.name() + " (whole process): not measured: " + e.getMessage());
      }
    }
  }

  private void draw(State.Kind kind, List<Drawing.Group> blocked, List<Drawing.Group> durable)
      throws IOException {
    Drawing drawing = new Drawing();
    String state = "%d MiB of doubles, %s; ".formatted(bytes >> 20, kind);
    drawing.bars(
        "How long the loop is blocked",
        state + "1 is one copy of the state in memory; shorter is better",
        blocked);
    drawing.bars(
        "How long until the state is durable",
        state + "1 is a plain write of the state and fdatasync; shorter is better",
        durable);
    Path file = setup.figures().resolve("peers-" + kind + ".svg");
    Files.writeString(file, drawing.svg());
    System.out.println("wrote " + file);
  }
}
