// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * A finite job cut into segments. Every segment but the last ends in a checkpoint; the last ends
 * the job, and a checkpoint there would protect nothing.
 *
 * @param segments number of segments, at least 1
 * @param segmentWorkSeconds work of each segment but the last
 * @param lastWorkSeconds work of the last segment
 */
record Segmentation(long segments, double segmentWorkSeconds, double lastWorkSeconds) {

  /** A quotient this little above a whole number is that number, blurred by rounding. */
  private static final double ROUNDING = 1e-12;

  /** Checkpoints every {@code workIntervalSeconds}; the last segment has what remains. */
  static Segmentation atInterval(double workSeconds, double workIntervalSeconds) {
    double interval = Math.min(workIntervalSeconds, workSeconds);
    long segments = Math.max(1, (long) Math.ceil(workSeconds / interval * (1 - ROUNDING)));
    return cut(workSeconds, segments, interval);
  }

  /**
   * Segments equally long on the clock. The last one has no checkpoint at its end and takes that
   * time for work.
   */
  static Segmentation equallyExposed(double workSeconds, long segments, double costSeconds) {
    double interval = segments == 1 ? workSeconds : (workSeconds - costSeconds) / segments;
    return cut(workSeconds, segments, interval);
  }

  private static Segmentation cut(double workSeconds, long segments, double interval) {
    double last = workSeconds - (segments - 1) * interval;
    return new Segmentation(segments, interval, Math.max(0, last));
  }
}
