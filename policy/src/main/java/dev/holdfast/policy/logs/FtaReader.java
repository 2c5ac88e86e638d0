// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.BufferedReader;
import java.io.IOException;

/**
 * The table {@code event_trace.tab} of a data set of the Failure Trace Archive: fields between
 * tabs, comments and the line with the names of the columns after a #. Columns read: {@code
 * platform_id} (the system), {@code node_name} or else {@code node_id}, {@code event_type} (0
 * unavailable, 1 available), {@code event_start_time} and {@code event_stop_time} (also {@code
 * event_end_time}; seconds since 1970 UTC), {@code event_end_reason}. Without names they stand in
 * the archive's order: event_id, component_id, node_id, platform_id, node_name, event_type,
 * event_start_time, event_stop_time, event_end_reason.
 *
 * <p>A failure is the start of an unavailability. The other tables (platform, node, component, ...)
 * are not needed.
 *
 * <p>D. Kondo, B. Javadi, A. Iosup, D. Epema, "The Failure Trace Archive: enabling comparative
 * analysis of failures in diverse distributed systems", CCGrid 2010, doi:10.1109/CCGRID.2010.71.
 */
final class FtaReader {
  private final Rows rows;
  private final LogBuilder log;
  private int nodeId = 2;
  private int platform = 3;
  private int nodeName = 4;
  private int type = 5;
  private int start = 6;
  private int stop = 7;
  private int reason = 8;

  FtaReader(BufferedReader in, LogBuilder log) {
    this.rows = new Rows(in, '\t', false);
    this.log = log;
  }

  void read() throws IOException {
    while (rows.next()) {
      String first = rows.field(0);
      if (first.startsWith("#") || first.equals("event_id")) {
        findColumns();
      } else {
        log.row();
        readRow();
      }
    }
  }

  /** Comments have no column of such a name, and leave the places as they are. */
  private void findColumns() {
    rows.nameColumns();
    if (rows.column("event_start_time") < 0) {
      return;
    }
    nodeId = rows.column("node_id");
    platform = rows.column("platform_id");
    nodeName = rows.column("node_name");
    type = rows.column("event_type");
    start = rows.column("event_start_time");
    stop = rows.column("event_stop_time", "event_end_time");
    reason = rows.column("event_end_reason");
  }

  private void readRow() {
    String kind = rows.field(type);
    double started = Moments.numericEpochSeconds(rows.field(start));
    if (kind.equals("1")) {
      log.passOver("a time of availability");
    } else if (!kind.equals("0")) {
      log.reject(rows.line(), "event_type is neither 0 nor 1", kind);
    } else if (Double.isNaN(started)) {
      log.reject(rows.line(), "event_start_time is no time in seconds", rows.field(start));
    } else {
      double stopped = Moments.numericEpochSeconds(rows.field(stop));
      String node = rows.field(nodeName);
      log.event(
          started,
          stopped >= started ? stopped : Double.NaN,
          rows.field(platform),
          node.isEmpty() || node.equals("NULL") ? rows.field(nodeId) : node,
          rows.field(reason));
    }
  }
}
