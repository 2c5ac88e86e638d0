// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The commit that is under way, one at a time, and when to try again after one has failed. */
final class PendingCommit {
  private final WriterThread writerThread;
  private final Committer committer;
  private final Time time;
  private final BackOff backOff = new BackOff();
  private @Nullable CompletableFuture<FileCommits.Result> running;
  private long durableEpochMs;
  private String obstacle = "";

  PendingCommit(WriterThread writerThread, Committer committer, Time time) {
    this.writerThread = writerThread;
    this.committer = committer;
    this.time = time;
  }

  boolean busy() {
    return running != null;
  }

  /** Whether it is too early to try again. */
  boolean waits() {
    return backOff.untilNs(time.nanoTime()) > 0;
  }

  /** When what was written last became or was found durable, 0 for never in this attempt. */
  long durableEpochMs() {
    return durableEpochMs;
  }

  /** Why the last commit made no version; empty when it did. */
  String obstacle() {
    return obstacle;
  }

  void start(Supplier<FileCommits.Result> commit) {
    running = writerThread.start(commit, committer::tidy);
  }

  /** How the commit ended that was under way; null while it is, or when there was none. */
  FileCommits.@Nullable Result collect() {
    CompletableFuture<FileCommits.Result> ended = running;
    return ended == null || !ended.isDone() ? null : await(Duration.ZERO);
  }

  /** The same, after waiting for so long at most. */
  FileCommits.@Nullable Result await(Duration patience) {
    CompletableFuture<FileCommits.Result> ended = running;
    if (ended == null) {
      return null;
    }
    FileCommits.Result result =
        ended.isDone()
            ? ended.join()
            : ended.copy().completeOnTimeout(null, patience.toNanos(), NANOSECONDS).join();
    if (result != null) {
      running = null;
      take(result);
    }
    return result;
  }

  private void take(FileCommits.Result result) {
    long now = time.nanoTime();
    switch (result) {
      case FileCommits.Done done -> {
        backOff.worked();
        obstacle = "";
        durableEpochMs = time.epochMs();
        committer.pacer().written(now, true, done.seconds());
      }
      case FileCommits.Same _ -> {
        backOff.worked();
        obstacle = "";
        durableEpochMs = time.epochMs();
      }
      case FileCommits.Changed changed -> obstacle = changed.what();
      case FileCommits.Failed failed -> {
        backOff.failed(now);
        obstacle = "the version could not be written: " + failed.why();
        Messages.warn(obstacle + "; " + committer.remains());
      }
      case FileCommits.TakenOver _ -> {} // the store knows by whom
    }
  }
}
