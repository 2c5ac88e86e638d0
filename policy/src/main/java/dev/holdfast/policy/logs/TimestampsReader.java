// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.BufferedReader;
import java.io.IOException;

/**
 * A failure per line: its instant in ISO 8601 or in seconds since 1970, alone or in a CSV. With a
 * line of names at the top the instant is in the column {@code timestamp}, {@code time}, {@code
 * start} or {@code date}, or else in the first; {@code system}, {@code node} and {@code cause} are
 * read if they are there. Lines that begin with # are comments.
 */
final class TimestampsReader {
  private final Rows rows;
  private final LogBuilder log;

  TimestampsReader(BufferedReader in, LogBuilder log) {
    this.rows = new Rows(in, ',', true);
    this.log = log;
  }

  void read() throws IOException {
    int time = 0;
    int system = -1;
    int node = -1;
    int cause = -1;
    boolean first = true;
    while (rows.next()) {
      if (rows.text().startsWith("#")) {
        continue;
      }
      boolean names = first && startsWithLetter(rows.field(0));
      first = false;
      if (names) {
        rows.nameColumns();
        time = Math.max(0, rows.column("timestamp", "time", "start", "date"));
        system = rows.column("system");
        node = rows.column("node");
        cause = rows.column("cause");
        continue;
      }
      log.row();
      double start = moment(rows.field(time));
      if (Double.isNaN(start)) {
        log.reject(rows.line(), "not a time in ISO 8601 or seconds since 1970", rows.field(time));
      } else {
        log.event(start, Double.NaN, rows.field(system), rows.field(node), rows.field(cause));
      }
    }
  }

  static boolean startsWithLetter(String text) {
    return !text.isEmpty() && Character.isLetter(text.charAt(0));
  }

  private static double moment(String text) {
    double iso = Moments.isoEpochSeconds(text);
    return Double.isNaN(iso) ? Moments.numericEpochSeconds(text) : iso;
  }
}
