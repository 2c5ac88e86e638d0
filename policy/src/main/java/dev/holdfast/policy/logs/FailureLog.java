// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import dev.holdfast.policy.Durations;
import dev.holdfast.policy.fit.Sample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a log tells: failures, or times under risk and whether a failure ended them.
 *
 * <h2>From events to gaps</h2>
 *
 * <p>A gap is the time from the start of one failure to the start of the next, of everything
 * selected together; the times before the first and after the last are not counted. One fault often
 * leaves several records (every node of a rack, every retry), and records kept to the minute
 * coincide. So near-simultaneous failures are made one before the gaps are taken (coalescing, or
 * tupling): a group begins with a failure, and every failure that starts at most the window after
 * the start of <em>the first of the group</em> belongs to it. What remains is more than the window
 * apart. A window of 0 joins equal starts only, which is the same as dropping gaps of 0.
 *
 * <p>M. F. Buckley, D. P. Siewiorek, "A comparative analysis of event tupling schemes", FTCS 1996.
 */
public final class FailureLog {
  /** The usual coalescing window. */
  public static final Duration WINDOW = Duration.ofMinutes(10);

  private static final int NAMES_MAX = 30;

  private final String source;
  private final LogFormat format;
  private final List<FailureEvent> events;
  private final List<Exposure> exposures;
  private final ReadReport report;

  FailureLog(
      String source,
      LogFormat format,
      List<FailureEvent> events,
      List<Exposure> exposures,
      ReadReport report) {
    this.source = source;
    this.format = format;
    this.events = Collections.unmodifiableList(events);
    this.exposures = Collections.unmodifiableList(exposures);
    this.report = report;
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read
   * @throws FailureLogException if nothing in it is usable, saying why and what to do
   */
  public static FailureLog read(Path file, LogFormat format) throws IOException {
    return read(file, format, Double.NaN);
  }

  /**
   * Reads a file of lengths of time without a unit.
   *
   * @param unit of bare numbers in a file of format {@link LogFormat#GAPS}, such as one hour
   * @throws IOException if it cannot be read
   * @throws FailureLogException if nothing in it is usable, saying why and what to do
   */
  public static FailureLog read(Path file, LogFormat format, Duration unit) throws IOException {
    return read(file, format, unit.toNanos() / 1e9);
  }

  private static FailureLog read(Path file, LogFormat format, double unitSeconds)
      throws IOException {
    LogBuilder log = new LogBuilder(file.toString(), format);
    // Unlike Files.newBufferedReader, this reader replaces bytes that are no characters.
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), format.charset()), 1 << 16)) {
      format.read(in, log, unitSeconds);
    }
    return log.build();
  }

  /** The file, for messages. */
  public String source() {
    return source;
  }

  /** Its form. */
  public LogFormat format() {
    return format;
  }

  /** Failures, by start; empty if the format tells exposures. */
  public List<FailureEvent> events() {
    return events;
  }

  /** Times under risk, in the order of the file; empty if the format tells failures. */
  public List<Exposure> exposures() {
    return exposures;
  }

  /** What became of the rows of the whole file. */
  public ReadReport report() {
    return report;
  }

  /** The systems named, sorted, numbers by value. */
  public NavigableSet<String> systems() {
    return names(
        Stream.concat(
            events.stream().map(FailureEvent::system), exposures.stream().map(Exposure::system)));
  }

  private static NavigableSet<String> names(Stream<String> all) {
    NavigableSet<String> names = new TreeSet<>(FailureLog::compareNames);
    all.filter(name -> !name.isEmpty()).forEach(names::add);
    return names;
  }

  private static int compareNames(String a, String b) {
    double first = Moments.number(a);
    double second = Moments.number(b);
    boolean numbers = !Double.isNaN(first) && !Double.isNaN(second) && first != second;
    return numbers ? Double.compare(first, second) : a.compareTo(b);
  }

  /**
   * The part of the log that is selected; its report is still that of the file.
   *
   * @throws FailureLogException if nothing is left, naming what there is; or if the log does not
   *     tell what the selection asks for
   */
  public FailureLog select(Selection selection) {
    if (!exposures.isEmpty() && selection.node().isPresent()) {
      throw new FailureLogException(
          source, "a log of format " + format.id() + " names no failed node; leave the node out");
    }
    if (format == LogFormat.GAPS && selection.inRange()) {
      throw new FailureLogException(source, "gaps have no dates; leave the time range out");
    }
    FailureLog selected =
        new FailureLog(
            source,
            format,
            events.stream().filter(selection::takes).toList(),
            exposures.stream().filter(selection::takes).toList(),
            report);
    if (selected.events.isEmpty() && selected.exposures.isEmpty()) {
      throw new FailureLogException(source, nothingSelected(selection));
    }
    return selected;
  }

  private String nothingSelected(Selection selection) {
    NavigableSet<String> systems = systems();
    if (selection.system().isPresent() && !systems.contains(selection.system().get())) {
      return "it has no system \"" + selection.system().get() + "\"; " + listed("systems", systems);
    }
    NavigableSet<String> nodes =
        names(
            events.stream()
                .filter(event -> selection.system().map(event.system()::equals).orElse(true))
                .map(FailureEvent::node));
    if (selection.node().isPresent() && !nodes.contains(selection.node().get())) {
      return "it has no node \"" + selection.node().get() + "\" there; " + listed("nodes", nodes);
    }
    return "nothing is left in that time range; choose a wider one";
  }

  private static String listed(String what, NavigableSet<String> names) {
    if (names.isEmpty()) {
      return "it names no " + what;
    }
    String some = names.stream().limit(NAMES_MAX).collect(Collectors.joining(", "));
    return "it has the " + what + " " + some + (names.size() > NAMES_MAX ? ", ..." : "");
  }

  /**
   * The distinct instants at which failures strike, ascending, of everything in this log; of bare
   * gaps in seconds since the first began.
   *
   * @param epochSeconds only those later than this
   */
  public double[] startsAfter(double epochSeconds) {
    return instants().filter(start -> start > epochSeconds).sorted().distinct().toArray();
  }

  /**
   * When failures struck: as the log of failures tells; at the ends of what a failure ended; of
   * bare gaps, one after the other, counted from 0.
   */
  private DoubleStream instants() {
    if (format == LogFormat.GAPS) {
      double[] ends = exposures.stream().mapToDouble(Exposure::durationSeconds).toArray();
      Arrays.parallelPrefix(ends, Double::sum);
      return IntStream.range(0, ends.length)
          .filter(i -> exposures.get(i).failed())
          .mapToDouble(i -> ends[i]);
    }
    return exposures.isEmpty()
        ? events.stream().mapToDouble(FailureEvent::startEpochSeconds)
        : exposures.stream()
            .filter(Exposure::failed)
            .mapToDouble(exposure -> exposure.startEpochSeconds() + exposure.durationSeconds());
  }

  /**
   * The instants at which the groups of failures start that a window makes one, ascending.
   *
   * @param window 0 or longer; measured from the first failure of each group
   * @throws IllegalArgumentException if the window is negative
   */
  public double[] coalescedStarts(Duration window) {
    if (window.isNegative()) {
      throw new IllegalArgumentException("the window is negative: " + window);
    }
    double windowSeconds = window.toNanos() / 1e9;
    double[] starts = new double[events.size()];
    int groups = 0;
    for (FailureEvent event : events) {
      double start = event.startEpochSeconds();
      if (groups == 0 || start - starts[groups - 1] > windowSeconds) {
        starts[groups++] = start;
      }
    }
    return Arrays.copyOf(starts, groups);
  }

  /**
   * The durations that a law is fitted to: of a log of events the gaps between coalesced failures;
   * of a log of exposures their durations, which no window changes.
   *
   * @param window for coalescing; 0 or longer
   * @throws FailureLogException if there are fewer than two failures, or no exposure that a failure
   *     ended
   */
  public Sample sample(Duration window) {
    return exposures.isEmpty() ? gaps(window) : exposed();
  }

  private Sample gaps(Duration window) {
    double[] starts = coalescedStarts(window);
    if (starts.length < 2) {
      throw new FailureLogException(
          source,
          "only "
              + starts.length
              + " failure is left after coalescing, and a gap needs two; select more or choose a"
              + " shorter window");
    }
    double[] gaps = new double[starts.length - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = starts[i + 1] - starts[i];
    }
    return Sample.of(gaps);
  }

  private Sample exposed() {
    double[] failed = durations(true);
    double[] censored = durations(false);
    if (failed.length == 0) {
      double total = Arrays.stream(censored).sum();
      throw new FailureLogException(source, noFailure(total));
    }
    return Sample.censored(failed, censored);
  }

  private static String noFailure(double totalSeconds) {
    return String.format(
        Locale.ROOT,
        "no failure in %s under risk; all that can be said is that the mean time to failure is"
            + " above %s (with 95 %% confidence)",
        Durations.human(totalSeconds),
        Durations.human(totalSeconds / -Math.log(0.05)));
  }

  private double[] durations(boolean failed) {
    return exposures.stream()
        .filter(exposure -> exposure.failed() == failed)
        .mapToDouble(Exposure::durationSeconds)
        .toArray();
  }
}
