// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The forms of logs that can be read. */
public enum LogFormat {
  /** The CSV of Los Alamos, LA-UR-05-7318: failures of nodes, with causes. */
  LANL("lanl", "a header with System and Prob Started, then a failure per line"),

  /** The table event_trace.tab of a data set of the Failure Trace Archive. */
  FTA("fta", "tabs between event_id, component_id, node_id, ... as in event_trace.tab"),

  /** The JSON fault trace published with InfiniteHBD: a cluster of GPU servers. */
  INFINITEHBD("infinitehbd", "a JSON array of objects with node_id, event_time and event_type"),

  /** What Slurm's sacct -P prints: jobs, some of which a failure ended. */
  SACCT("sacct", "a header with State, Start and End, then a job per line, bars between"),

  /** Times to failure, one per line. */
  GAPS("gaps", "a time to failure per line, such as 90s or 12.5h, with a + if still running"),

  /** Instants of failures, one per line. */
  TIMESTAMPS("timestamps", "an instant per line, such as 2004-01-31T12:00:00Z or 1075550400");

  private final String id;
  private final String shape;

  LogFormat(String id, String shape) {
    this.id = id;
    this.shape = shape;
  }

  /** The name by which people choose it. */
  public String id() {
    return id;
  }

  /** What it looks like, in words that follow "has". */
  String shape() {
    return shape;
  }

  /** Whether it tells of times under risk rather than of instants of failures. */
  public boolean tellsExposures() {
    return this == SACCT || this == GAPS;
  }

  /**
   * The format of a name.
   *
   * @throws IllegalArgumentException if there is none, listing those there are
   */
  public static LogFormat ofId(String id) {
    for (LogFormat format : values()) {
      if (format.id.equals(id)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "there is no format \""
            + id
            + "\"; choose one of "
            + Arrays.stream(values()).map(LogFormat::id).collect(Collectors.joining(", ")));
  }

  Charset charset() {
    return this == LANL ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
  }

  void read(BufferedReader in, LogBuilder log, double unitSeconds) throws IOException {
    switch (this) {
      case LANL -> new LanlReader(in, log).read();
      case FTA -> new FtaReader(in, log).read();
      case INFINITEHBD -> new InfiniteHbdReader(in, log).read();
      case SACCT -> new SacctReader(in, log).read();
      case GAPS -> new GapsReader(in, log, unitSeconds).read();
      case TIMESTAMPS -> new TimestampsReader(in, log).read();
    }
  }
}
