// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.Time;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Learns from files alone what a checkpoint costs a program. One that renames the flag tells it
 * exactly. Otherwise the end is when the flag went or the last file was written, and the begin is
 * when the first file was made; of a file that is written over only the look is known before which
 * that began, so half of the time since the look before counts.
 *
 * <p>All times are those of the file server, whose clock may differ from ours.
 */
final class CostWatch {
  private final Time time;
  private NavigableMap<String, FileStamp> before = new TreeMap<>();
  private long skewNs;
  private long lookedNs;
  private long beganNs;
  private long endedNs;
  private long raisedNs;
  private boolean answers;

  CostWatch(Time time) {
    this.time = time;
  }

  /**
   * What a checkpoint has cost.
   *
   * @param costNs how long the program was held up
   * @param endNs when it went on, by the server's clock
   */
  record Cost(long costNs, long endNs) {}

  /** Whether the program has ever answered the flag. */
  boolean answers() {
    return answers;
  }

  /** Whether files have begun to change. */
  boolean underWay() {
    return beganNs > 0;
  }

  /** When the flag was raised that is up, by the server's clock; 0 when none is. */
  long raisedNs() {
    return raisedNs;
  }

  /** The present by the server's clock, as far as it is known. */
  long nowNs() {
    return time.epochMs() * 1_000_000 + skewNs;
  }

  /** A moment of the server's clock as milliseconds of ours, never in the future. */
  long epochMs(long serverNs) {
    return Math.min(time.epochMs(), (serverNs - skewNs) / 1_000_000);
  }

  /** The program computes from now on; these files are there. */
  void begin(NavigableMap<String, FileStamp> files) {
    before = files;
    lookedNs = nowNs();
    endedNs = lookedNs;
  }

  /** The flag is up now. */
  void raised(FileStamp flag) {
    skewNs = flag.modifiedNs() - time.epochMs() * 1_000_000;
    raisedNs = flag.modifiedNs();
  }

  /** The flag has been taken back. */
  void withdrawn() {
    raisedNs = 0;
  }

  /**
   * Looks at flags and files, the flags having been looked at first.
   *
   * @return what the checkpoint has cost that the program has just told to be written
   */
  Optional<Cost> look(ControlFolder.Flags flags, NavigableMap<String, FileStamp> files) {
    noteBegin(files);
    lookedNs = nowNs();
    if (flags.written().isPresent()) {
      FileStamp written = flags.written().get();
      answers = true;
      return Optional.of(
          ended(files, written.changedNs() - written.modifiedNs(), written.changedNs()));
    }
    boolean gone = raisedNs > 0 && flags.due().isEmpty() && flags.writing().isEmpty();
    if (!gone) {
      return Optional.empty();
    }
    answers = true;
    if (beganNs == 0) {
      raisedNs = 0; // removed without anything written: as if it had never been raised
      return Optional.empty();
    }
    long end = Math.max(flags.namesChangedNs(), newestNs(files));
    return Optional.of(ended(files, end - Math.max(beganNs, raisedNs), end));
  }

  /**
   * A state was written that nobody had asked for, or that was not told to be written.
   *
   * @return what that has cost, where its begin was seen
   */
  Optional<Cost> unasked(FileSet whole, NavigableMap<String, FileStamp> files) {
    if (beganNs == 0) {
      return Optional.empty();
    }
    return Optional.of(ended(files, whole.newestNs() - beganNs, whole.newestNs()));
  }

  private Cost ended(NavigableMap<String, FileStamp> files, long costNs, long endNs) {
    before = files;
    beganNs = 0;
    raisedNs = 0;
    endedNs = Math.max(endedNs, Math.min(endNs, lookedNs));
    return new Cost(Math.max(0, costNs), endedNs);
  }

  private void noteBegin(NavigableMap<String, FileStamp> files) {
    if (beganNs > 0) {
      return;
    }
    for (Map.Entry<String, FileStamp> file : files.entrySet()) {
      FileStamp known = before.get(file.getKey());
      FileStamp now = file.getValue();
      if (known == null || !known.sameContent(now)) {
        long began = Math.max(endedNs, beganNs(known, now));
        beganNs = beganNs == 0 ? began : Math.min(beganNs, began);
      }
    }
  }

  private long beganNs(@Nullable FileStamp known, FileStamp now) {
    if (known == null || known.inode() != now.inode()) {
      return Math.min(now.createdNs(), now.modifiedNs());
    }
    long from = Math.min(lookedNs, now.modifiedNs());
    return from + (now.modifiedNs() - from) / 2;
  }

  private static long newestNs(NavigableMap<String, FileStamp> files) {
    return files.values().stream().mapToLong(FileStamp::modifiedNs).max().orElse(0);
  }
}
