// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What checkpoints have cost, as distributions over all attempts of the job: they travel with its
 * versions. Safe for use by several threads.
 */
public final class Metrics {
  /** An error of less than 1 %: every version carries these distributions. */
  private static final int DIGITS = 2;

  private static final double SLOW_PERCENTILE = 99.9;
  private static final String BLOCKED = "blocked_ns";
  private static final String DURABLE = "durable_ns";
  private static final String STORED = "stored_bytes";

  private final Histogram blockedNs = new Histogram(DIGITS);
  private final Histogram durableNs = new Histogram(DIGITS);
  private final Histogram storedBytes = new Histogram(DIGITS);
  private long slowestTidyNs;
  private long failed;
  private long firstWrites;
  private long firstWriteNs;

  Metrics() {}

  synchronized void captured(long ns) {
    blockedNs.recordValue(Math.max(0, ns));
  }

  /**
   * @param ns from capture to durable; negative where that measures nothing
   */
  synchronized void committed(long ns, long stored) {
    if (ns >= 0) {
      durableNs.recordValue(ns);
    }
    storedBytes.recordValue(stored);
  }

  synchronized void failed() {
    failed++;
  }

  /** Nanoseconds that the loop was blocked, per checkpoint. */
  public synchronized Histogram blockedNs() {
    return blockedNs.copy();
  }

  /** Nanoseconds from capture to durable, per version. */
  public synchronized Histogram durableNs() {
    return durableNs.copy();
  }

  /** Bytes written, per version. */
  public synchronized Histogram storedBytes() {
    return storedBytes.copy();
  }

  /** How many versions have become durable, over all attempts. */
  public synchronized long samples() {
    return durableNs.getTotalCount();
  }

  /**
   * What only one checkpoint in a thousand takes longer than until it is durable and nothing has to
   * be tidied any more.
   */
  public synchronized double slowSeconds() {
    long blocked = blockedNs.getValueAtPercentile(SLOW_PERCENTILE);
    long durable = durableNs.getValueAtPercentile(SLOW_PERCENTILE);
    return (blocked + durable + slowestTidyNs) * 1e-9;
  }

  /** Old versions were deleted, or there was nothing to do. */
  synchronized void tidied(long ns) {
    slowestTidyNs = Math.max(slowestTidyNs, ns);
  }

  synchronized void firstWrites(FirstWrites writes) {
    firstWrites += writes.pages();
    firstWriteNs += writes.ns();
  }

  /**
   * How many first writes to pages that the kernel tracks have stopped the program for a moment, in
   * this attempt; see {@link Holdfast#allocate}.
   */
  public synchronized long firstWrites() {
    return firstWrites;
  }

  /** What these have cost the program, by what one costs on this machine. */
  public synchronized long firstWriteNs() {
    return firstWriteNs;
  }

  /** Versions of this attempt that could not be written. */
  public synchronized long failedVersions() {
    return failed;
  }

  /** The distributions as a version carries them. */
  synchronized Map<String, String> encode() {
    Map<String, String> encoded = new LinkedHashMap<>();
    encoded.put(BLOCKED, encode(blockedNs));
    encoded.put(DURABLE, encode(durableNs));
    encoded.put(STORED, encode(storedBytes));
    return encoded;
  }

  private static String encode(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }

  /** Adds what earlier attempts have measured. */
  synchronized void goOnFrom(Map<String, String> encoded) {
    add(blockedNs, encoded.getOrDefault(BLOCKED, ""));
    add(durableNs, encoded.getOrDefault(DURABLE, ""));
    add(storedBytes, encoded.getOrDefault(STORED, ""));
  }

  private static void add(Histogram to, String encoded) {
    if (encoded.isEmpty()) {
      return;
    }
    try {
      to.add(decode(encoded));
    } catch (DataFormatException | RuntimeException e) {
      Messages.warn("measurements of earlier attempts are left out: " + e.getMessage());
    }
  }

  private static Histogram decode(String encoded) throws DataFormatException {
    ByteBuffer buffer = ByteBuffer.wrap(Base64.getDecoder().decode(encoded));
    return Histogram.decodeFromCompressedByteBuffer(buffer, 0);
  }

  /** The distributions that a version carries. */
  public static Metrics of(Map<String, String> measured) {
    Metrics metrics = new Metrics();
    metrics.goOnFrom(measured);
    return metrics;
  }
}
