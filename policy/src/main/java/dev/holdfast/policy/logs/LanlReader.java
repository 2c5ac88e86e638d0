// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.BufferedReader;
import java.io.IOException;

/**
 * The node failures that Los Alamos National Laboratory released as LA-UR-05-7318: a CSV with a
 * header, in ISO 8859-1. Columns read, by name: {@code System}, {@code nodenum}, {@code Prob
 * Started}, {@code Prob Fixed} (m/d/yyyy H:MM, in local time, taken as UTC), and the cause from the
 * first of the columns {@code Facilities} to {@code Software} that says something.
 *
 * <p>B. Schroeder, G. A. Gibson, "A large-scale study of failures in high-performance computing
 * systems", DSN 2006, doi:10.1109/DSN.2006.5, is about these data.
 */
final class LanlReader {
  private static final String[] CAUSES = {
    "Facilities", "Hardware", "Human Error", "Network", "Undetermined", "Software"
  };

  private final Rows rows;
  private final LogBuilder log;

  LanlReader(BufferedReader in, LogBuilder log) {
    this.rows = new Rows(in, ',', true);
    this.log = log;
  }

  void read() throws IOException {
    if (!rows.next()) {
      return;
    }
    rows.nameColumns();
    int system = required("System");
    int start = required("Prob Started");
    int end = rows.column("Prob Fixed");
    int node = rows.column("nodenum");
    int[] causes = new int[CAUSES.length];
    for (int i = 0; i < causes.length; i++) {
      causes[i] = rows.column(CAUSES[i]);
    }
    while (rows.next()) {
      log.row();
      double started = Moments.slashedEpochSeconds(rows.field(start));
      if (!rows.whole()) {
        log.reject(rows.line(), "a quote is not closed", rows.text());
      } else if (Double.isNaN(started)) {
        log.reject(rows.line(), "Prob Started is not m/d/yyyy H:MM", rows.field(start));
      } else if (rows.field(system).isEmpty()) {
        log.reject(rows.line(), "System is empty", rows.text());
      } else {
        double ended = Moments.slashedEpochSeconds(rows.field(end));
        log.event(
            started,
            ended >= started ? ended : Double.NaN,
            rows.field(system),
            rows.field(node),
            cause(causes));
      }
    }
  }

  private int required(String name) {
    int column = rows.column(name);
    if (column < 0) {
      throw log.unusable(
          "its first line names no column \"" + name + "\"; is this really the format lanl?");
    }
    return column;
  }

  private String cause(int[] columns) {
    for (int i = 0; i < columns.length; i++) {
      String detail = rows.field(columns[i]);
      if (!detail.isEmpty()) {
        return detail.equals(CAUSES[i]) ? detail : CAUSES[i] + ": " + detail;
      }
    }
    return "";
  }
}
