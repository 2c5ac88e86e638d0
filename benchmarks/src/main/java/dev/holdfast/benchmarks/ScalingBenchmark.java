// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * How the cost of a checkpoint grows: with the size of the state, with how much of it has changed,
 * with the number of regions it is made of, with the cores. Each point stands beside a copy in
 * memory and a plain write of the same bytes in the same rounds.
 */
public final class ScalingBenchmark {
  private static final long MIB = 1L << 20;
  private static final long LARGEST_BYTES = 8L << 30;

  /** State, shadow, copy, and as much again left to the page cache and to others. */
  private static final int SHARE_OF_MEMORY = 8;

  private static final double[] PERCENTAGES = {0.1, 1, 2, 5, 10, 20, 50, 100};
  private static final int[] REGIONS = {1, 10, 100, 1_000, 10_000};
  private static final double CHANGED_PERCENT = 10;

  private static final String TENTH = "10 % changed";
  private static final String WHOLE = "100 % changed";

  private final Setup setup;
  private final long fixedBytes;

  private ScalingBenchmark(Setup setup) {
    this.setup = setup;
    fixedBytes = (setup.quick() ? 16 : 256) * MIB;
  }

  /** One measured state. */
  private record Point(
      long stateBytes,
      int regions,
      double changedPercent,
      int cores,
      double copySeconds,
      double blockedSeconds,
      double blockedInCopies,
      double durableSeconds,
      double plainWriteSeconds,
      double durableInPlainWrites) {

    /** For another process. */
    String line() {
      return String.format(
          Locale.ROOT,
          "point %d %d %s %d %s %s %s %s %s %s",
          stateBytes,
          regions,
          changedPercent,
          cores,
          copySeconds,
          blockedSeconds,
          blockedInCopies,
          durableSeconds,
          plainWriteSeconds,
          durableInPlainWrites);
    }

    static Point parse(String line) {
      String[] f = line.split(" ", -1);
      return new Point(
          Long.parseLong(f[1]),
          Integer.parseInt(f[2]),
          Double.parseDouble(f[3]),
          Integer.parseInt(f[4]),
          Double.parseDouble(f[5]),
          Double.parseDouble(f[6]),
          Double.parseDouble(f[7]),
          Double.parseDouble(f[8]),
          Double.parseDouble(f[9]),
          Double.parseDouble(f[10]));
    }
  }

  /** The arguments of {@link Setup}; {@code cores} after them measures one point and prints it. */
  public static void main(String[] args) throws Exception {
    ScalingBenchmark benchmark = new ScalingBenchmark(Setup.of(args));
    if (args.length > 4) {
      benchmark.measure(benchmark.fixedBytes, 1, 100); // warms up
      System.out.println(benchmark.measure(benchmark.fixedBytes, 1, CHANGED_PERCENT).line());
      System.out.println(benchmark.measure(benchmark.fixedBytes, 1, 100).line());
    } else {
      benchmark.all();
    }
  }

  private void all() throws Exception {
    Report report = new Report("scaling", setup, "state", State.Kind.INCOMPRESSIBLE);
    measure(fixedBytes, 1, CHANGED_PERCENT); // warms up
    List<Point> tenth = new ArrayList<>();
    List<Point> whole = new ArrayList<>();
    for (long bytes = MIB; bytes <= largestBytes(); bytes *= 2) {
      tenth.add(tell(report, "size", measure(bytes, 1, CHANGED_PERCENT)));
      whole.add(tell(report, "size", measure(bytes, 1, 100)));
    }
    draw(
        "size",
        "state, MiB",
        Map.of(TENTH, tenth, WHOLE, whole),
        p -> p.stateBytes() / (double) MIB);
    List<Point> changes = new ArrayList<>();
    for (double percent : PERCENTAGES) {
      changes.add(tell(report, "changed", measure(fixedBytes, 1, percent)));
    }
    draw("changed", "changed, %", Map.of("Holdfast", changes), Point::changedPercent);
    List<Point> split = new ArrayList<>();
    List<Point> splitWhole = new ArrayList<>();
    for (int regions : REGIONS) {
      split.add(tell(report, "regions", measure(fixedBytes, regions, CHANGED_PERCENT)));
      splitWhole.add(tell(report, "regions", measure(fixedBytes, regions, 100)));
    }
    draw("regions", "regions", Map.of(TENTH, split, WHOLE, splitWhole), Point::regions);
    for (int cores = 1; cores <= Runtime.getRuntime().availableProcessors(); cores *= 2) {
      for (Point point : onCores(cores)) {
        tell(report, "cores", point);
      }
    }
    report.write();
  }

  private long largestBytes() throws IOException {
    if (setup.quick()) {
      return 32 * MIB;
    }
    return Math.min(LARGEST_BYTES, Machine.memoryBytes("MemAvailable") / SHARE_OF_MEMORY);
  }

  private int rounds(long bytes) {
    if (setup.quick()) {
      return 2;
    }
    return bytes <= 64 * MIB ? 11 : bytes <= 512 * MIB ? 5 : 3;
  }

  private Point measure(long bytes, int regions, double percent) throws Exception {
    Path folder = setup.scratch().resolve("scaling");
    Folders.delete(folder);
    State state = new State(State.Kind.INCOMPRESSIBLE, bytes, regions, 1);
    List<Peer> peers =
        List.of(
            new HoldfastPeer(folder.resolve("holdfast"), state),
            new PlainWrite(folder.resolve("plain")));
    Point point;
    try (Comparison comparison = new Comparison(state, peers)) {
      Comparison.Result result = comparison.measure(percent, 3, rounds(bytes));
      point =
          new Point(
              bytes,
              regions,
              percent,
              Runtime.getRuntime().availableProcessors(),
              result.copySeconds().median(),
              result.blockedSeconds(HoldfastPeer.NAME).median(),
              result.blockedInCopies(HoldfastPeer.NAME).median(),
              result.durableSeconds(HoldfastPeer.NAME).median(),
              result.durableSeconds(PlainWrite.NAME).median(),
              result.durableInWrites(HoldfastPeer.NAME).median());
    }
    Folders.delete(folder);
    return point;
  }

  /** Measures in a process of its own that has the first cores only. */
  private List<Point> onCores(int cores) throws Exception {
    Process process =
        new ProcessBuilder(
                "taskset",
                "-c",
                "0-" + (cores - 1),
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx" + 4 * fixedBytes / MIB + "m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ScalingBenchmark.class.getName(),
                setup.scratch().toString(),
                setup.results().toString(),
                setup.figures().toString(),
                setup.quick() ? "quick" : "full",
                "cores")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the measurement on " + cores + " cores failed");
    }
    return output.lines().filter(line -> line.startsWith("point ")).map(Point::parse).toList();
  }

  private static Point tell(Report report, String against, Point point) {
    System.out.printf(
        Locale.ROOT,
        "%-8s %5d MiB, %5d regions, %5.1f %%, %d cores:"
            + " blocked %8.3f ms, %5.2f copies; durable %8.1f ms, %5.2f plain writes%n",
        against,
        point.stateBytes() / MIB,
        point.regions(),
        point.changedPercent(),
        point.cores(),
        point.blockedSeconds() * 1e3,
        point.blockedInCopies(),
        point.durableSeconds() * 1e3,
        point.durableInPlainWrites());
    report.row(
        "against", against,
        "state_bytes", point.stateBytes(),
        "regions", point.regions(),
        "changed_percent", point.changedPercent(),
        "cores", point.cores(),
        "copy_s", point.copySeconds(),
        "blocked_s", point.blockedSeconds(),
        "blocked_in_copies", point.blockedInCopies(),
        "durable_s", point.durableSeconds(),
        "plain_write_s", point.plainWriteSeconds(),
        "durable_in_plain_writes", point.durableInPlainWrites());
    return point;
  }

  private void draw(
      String name, String label, Map<String, List<Point>> lines, ToDoubleFunction<Point> x)
      throws IOException {
    List<Drawing.Line> blocked = new ArrayList<>();
    List<Drawing.Line> durable = new ArrayList<>();
    new TreeMap<>(lines)
        .forEach((who, points) -> {
          blocked.add(line(who, points, x, Point::blockedInCopies));
          durable.add(line(who, points, x, Point::durableInPlainWrites));
        });
    Drawing drawing = new Drawing();
    drawing.lines("Blocked", "1 is one copy of the state in memory", label, blocked);
    drawing.lines("Durable", "1 is a plain write of the state and fdatasync", label, durable);
    Path file = setup.figures().resolve("scaling-" + name + ".svg");
    Files.writeString(file, drawing.svg());
    System.out.println("wrote " + file);
  }

  private static Drawing.Line line(
      String who, List<Point> points, ToDoubleFunction<Point> x, ToDoubleFunction<Point> y) {
    return new Drawing.Line(
        who,
        points.stream()
            .map(p -> new Drawing.Point(x.applyAsDouble(p), y.applyAsDouble(p)))
            .toList());
  }
}
