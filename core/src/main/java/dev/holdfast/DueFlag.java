// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.FileWatch.Sight;
import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.util.NavigableMap;

/**
 * The flag that tells a program that a checkpoint is due: raised when the policy says so, taken
 * back when a program that looks at no flag has written anyway. What the program then does tells
 * what a checkpoint costs it, and with that the interval moves.
 */
final class DueFlag {
  /** After so long a flag that nobody takes is one that nobody will take. */
  private static final long UNANSWERED_NS = 2_000_000_000L;

  /** Time stamps of files may be so much older than the moment. */
  private static final long TICK_NS = 50_000_000;

  private final ControlFolder control;
  private final Committer committer;
  private final JobClock clock;
  private final Time time;
  private final long settleNs;
  private final CostWatch costs;
  private boolean wanted;
  private boolean wantedRaised;
  private long wantedNs;
  private long stoodStillNs;

  DueFlag(ControlFolder control, Committer committer, JobClock clock, Time time, long settleNs) {
    this.control = control;
    this.committer = committer;
    this.clock = clock;
    this.time = time;
    this.settleNs = settleNs;
    this.costs = new CostWatch(time);
  }

  /** The program computes from now on; these files are there. */
  void begin(NavigableMap<String, FileStamp> files) {
    costs.begin(files);
  }

  /** To be asked before the files are looked at. */
  ControlFolder.Flags read() throws IOException {
    return control.look();
  }

  /** Whether the program has ever answered. */
  boolean answers() {
    return costs.answers();
  }

  boolean isUp() {
    return costs.raisedNs() > 0;
  }

  /** A moment of the file server's clock as milliseconds of ours. */
  long epochMs(long serverNs) {
    return costs.epochMs(serverNs);
  }

  /** Learns what the checkpoint has cost that the program has just told to be written, if any. */
  void learn(ControlFolder.Flags flags, NavigableMap<String, FileStamp> files) throws IOException {
    costs.look(flags, files).ifPresent(this::learn);
    if (flags.written().isPresent()) {
      control.heardWritten();
    }
  }

  /** Learns what a state has cost that was written without being asked for. */
  void learnUnasked(FileSet whole, NavigableMap<String, FileStamp> files) {
    if (!isUp()) {
      costs.unasked(whole, files).ifPresent(this::learn);
    }
  }

  private void learn(CostWatch.Cost cost) {
    long end = time.nanoTime() - Math.max(0, costs.nowNs() - cost.endNs());
    clock.blocked(cost.costNs() - stoodStillNs);
    if (stoodStillNs == 0) {
      committer.metrics().captured(cost.costNs());
      committer.pacer().captured(end - cost.costNs(), end, 0);
    } else {
      committer.pacer().capturedInterrupted(end, 0);
    }
    stoodStillNs = 0;
  }

  /**
   * The program stood still for so long until now; a checkpoint with that in it measures nothing.
   */
  void stoodStill(long ns) {
    if (isUp() || costs.underWay()) {
      stoodStillNs += ns;
    }
  }

  /**
   * Whether the program, which is known to answer, has begun to write since the flag went up and
   * has not said yet that all is written.
   */
  boolean answering(ControlFolder.Flags flags, NavigableMap<String, FileStamp> files) {
    return isUp()
        && answers()
        && flags.due().isPresent()
        && files.values().stream().anyMatch(one -> one.modifiedNs() >= costs.raisedNs());
  }

  /** A stop is wanted: the flag goes up at once, whatever the policy says. */
  void wantNow() {
    wanted = true;
    wantedRaised = false;
    wantedNs = costs.nowNs() - TICK_NS;
  }

  /** Whether a stop still waits for a version of what is written from then on. */
  boolean isWanted() {
    return wanted;
  }

  /** These files are in a version. */
  void durable(FileSet committed) {
    if (committed.newestNs() >= wantedNs) {
      wanted = false;
    }
  }

  /**
   * Raises the flag, or takes it back.
   *
   * @param busy whether a version is being written
   * @param news whether files have changed since the newest version
   */
  void settle(ControlFolder.Flags flags, Sight sight, FileSet committed, boolean busy, boolean news)
      throws IOException {
    if (isUp()) {
      withdrawUnanswered(flags, sight, committed);
      return;
    }
    boolean due = wanted || committer.pacer().untilDueNs(time.nanoTime()) == 0;
    boolean atOnce = wanted && !wantedRaised;
    if (due && flags.writing().isEmpty() && (atOnce || !(busy || settling(sight, news)))) {
      control.raise().ifPresent(costs::raised);
      wantedRaised = wanted;
    }
  }

  /** A state that is not durable yet should not be written over by the next. */
  private boolean settling(Sight sight, boolean news) {
    return news && sight.whole().isEmpty() && sight.quietNs() < settleNs + UNANSWERED_NS;
  }

  /** What a program writes that looks at no flag is its answer. */
  private void withdrawUnanswered(ControlFolder.Flags flags, Sight sight, FileSet committed)
      throws IOException {
    boolean answered =
        !costs.answers()
            && flags.due().isPresent()
            && committed.newestNs() >= costs.raisedNs()
            && costs.nowNs() - committed.newestNs() > UNANSWERED_NS;
    if (answered) {
      costs.unasked(committed, sight.all()).ifPresent(this::learn);
      costs.withdrawn();
      control.withdraw();
    }
  }
}
