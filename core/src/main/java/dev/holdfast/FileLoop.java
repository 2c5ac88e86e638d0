// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.FileSession.Progress;
import dev.holdfast.FileWatch.Sight;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a supervisor does about once a second while a program runs that writes its own restart
 * files: looks at flags and files, and has what is whole committed in the background. For one
 * thread at a time.
 */
final class FileLoop {
  private static final long ALIVE_EVERY_NS = 30_000_000_000L;
  private static final long FENCE_EVERY_NS = 10_000_000_000L;

  /** How often that is looked at while nothing else is done than to wait for a commit. */
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** Between two files of one state a program that is asked may take so many times to settle. */
  private static final int PAUSES = 6;

  /** What has hindered a commit for so long is told. */
  private static final long HINDERED_NS = 120_000_000_000L;

  private static final String ANSWERING = "the program has not taken the flag away yet";

  private final RestartFiles files;
  private final Patterns patterns;
  private final StoreWriter store;
  private final Time time;
  private final JobClock clock;
  private final Committer committer;
  private final FileWatch watch;
  private final FileCommits commits;
  private final PendingCommit pending;
  private final DueFlag flag;

  /** The files that earlier attempts had left when the program began. */
  private FileSet found = FileSet.NONE;

  private Progress progress =
      new Progress(
          Progress.State.COMPUTING, 0, Optional.empty(), false, false, "", Optional.empty());
  private long aliveAtNs;
  private long fenceAtNs;
  private long hinderedSinceNs;
  private long toldWrittenNs;
  private String told = "";

  FileLoop(
      RestartFiles files,
      StoreWriter store,
      WriterThread writerThread,
      StoreOptions options,
      JobClock clock,
      Committer committer,
      FileFinder finder,
      ControlFolder control) {
    this.files = files;
    this.patterns = files.patterns();
    this.store = store;
    this.time = options.time();
    this.clock = clock;
    this.committer = committer;
    this.watch = new FileWatch(files, patterns, finder, time);
    this.commits =
        new FileCommits(committer, options.disk(), time, files.folder(), patterns.marked());
    this.pending = new PendingCommit(writerThread, committer, time);
    this.flag = new DueFlag(control, committer, clock, time, files.settle().toNanos());
  }

  /** How long a state that was written is not committed yet. */
  double settleSeconds() {
    return patterns.marked() ? 0 : files.settle().toNanos() * 1e-9;
  }

  /** The newest version holds these files. */
  void goOnFrom(Map<String, FileImage> images) {
    commits.goOnFrom(images);
  }

  /** The program computes from now on. */
  void begin() {
    long now = time.nanoTime();
    aliveAtNs = now + ALIVE_EVERY_NS;
    fenceAtNs = now + FENCE_EVERY_NS;
    hinderedSinceNs = now;
    try {
      NavigableMap<String, FileStamp> all = watch.look(committed(), 0, false).all();
      if (store.startLedger().attempts() > 1) {
        found = new FileSet(all, new TreeMap<>());
      }
      flag.begin(all);
    } catch (IOException e) {
      tellOnce(looking(e));
    }
  }

  /**
   * What there is no need to commit: the newest version; before the first one, what an attempt has
   * left that was killed. This one was told to begin at the beginning: those files are ahead of it,
   * and what else it writes is not up to them.
   */
  private FileSet committed() {
    return committer.newest() == null ? found : commits.committed(patterns);
  }

  boolean fenced() {
    return store.fencedBy().isPresent();
  }

  /** What the last look has shown. */
  Progress progress() {
    return progress;
  }

  void wantCheckpoint() {
    flag.wantNow();
  }

  /** The program stood still for so long until now. */
  void stoodStill(long ns) {
    watch.forgetQuiet();
    flag.stoodStill(ns);
    fenceAtNs = time.nanoTime(); // another run may have taken over meanwhile
  }

  /** Waits for the commit that is under way, unless another run takes the store over meanwhile. */
  void awaitCommit() {
    while (pending.busy() && !fenced()) {
      keepAlive();
      settle(pending.await(LOOK_EVERY));
    }
  }

  /**
   * Looks at files and flags: raises the flag when a checkpoint is due, learns what the last one
   * has cost, and has a whole state committed. Called about once a second; waits for no commit.
   */
  Progress look() {
    keepAlive();
    if (fenced()) {
      return note(Progress.State.COMPUTING, "");
    }
    settle(pending.collect());
    try {
      ControlFolder.Flags flags = flag.read();
      FileSet committed = committed();
      Sight sight = see(flags, committed, false);
      boolean news = FileSet.anyNews(sight.all(), committed);
      String obstacle = startCommit(flags, sight, committed, news);
      flag.settle(flags, sight, committed, pending.busy(), news);
      tellHindrance(news ? obstacle : "");
      return note(state(flags, news && !obstacle.isEmpty()), obstacle);
    } catch (IOException e) {
      tellOnce(looking(e));
      return note(Progress.State.COMPUTING, looking(e));
    }
  }

  /**
   * Looks at the files after the flags. A program that renames the flag says itself that its files
   * are whole: nothing has to settle.
   */
  private Sight see(ControlFolder.Flags flags, FileSet committed, boolean ended)
      throws IOException {
    flags.written().ifPresent(written -> toldWrittenNs = written.changedNs());
    Sight sight = watch.look(committed, toldWrittenNs, ended);
    flag.learn(flags, sight.all());
    return sight;
  }

  private static String looking(IOException failure) {
    return "restart files cannot be looked for: " + failure.getMessage();
  }

  private Progress note(Progress.State state, String obstacle) {
    Committer.Durable newest = committer.newest();
    long durableEpochMs = pending.durableEpochMs();
    progress =
        new Progress(
            state,
            newest == null ? 0 : newest.number(),
            durableEpochMs == 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(durableEpochMs)),
            flag.answers(),
            flag.isWanted(),
            obstacle,
            store.fencedBy());
    return progress;
  }

  private Progress.State state(ControlFolder.Flags flags, boolean settling) {
    if (pending.busy()) {
      return Progress.State.COMMITTING;
    }
    if (flags.writing().isPresent()) {
      return Progress.State.WRITING;
    }
    if (settling) {
      return Progress.State.SETTLING;
    }
    return flag.isUp() ? Progress.State.DUE : Progress.State.COMPUTING;
  }

  /** Shows that this run is alive, and looks whether it still has the store. */
  private void keepAlive() {
    long now = time.nanoTime();
    if (now - fenceAtNs >= 0) {
      fenceAtNs = now + FENCE_EVERY_NS;
      store.lookForSuccessor(); // here, not behind a version that may take an hour to be written
    }
    if (now - aliveAtNs >= 0 && !fenced()) {
      aliveAtNs = now + ALIVE_EVERY_NS;
      store.touch();
    }
  }

  private void settle(FileCommits.@Nullable Result result) {
    if (result instanceof FileCommits.Done || result instanceof FileCommits.Same) {
      flag.durable(committed());
    } else if (result instanceof FileCommits.Changed) {
      watch.forgetQuiet();
    }
  }

  /** Returns why what was written is not committed; empty when nothing hinders it. */
  private String startCommit(
      ControlFolder.Flags flags, Sight sight, FileSet committed, boolean news) {
    if (pending.busy()) {
      return "";
    }
    if (!news) {
      return committer.newest() == null ? sight.obstacle() : "";
    }
    if (flags.writing().isPresent()) {
      return "the program says that it is writing";
    }
    if (answering(flags, sight)) {
      return ANSWERING;
    }
    FileSet whole = sight.whole();
    if (whole.isEmpty()) {
      return sight.obstacle() + because(pending.obstacle());
    }
    if (!whole.hasNewsFor(committed)) {
      return "";
    }
    if (pending.waits()) {
      return pending.obstacle();
    }
    flag.learnUnasked(whole, sight.all());
    pending.start(() -> commits.commit(whole, moment(whole)));
    return "";
  }

  /**
   * Whether files without markers may be those of two states: a program that answers the flag is
   * between two files until it takes the flag away. For a time: it may have stopped to answer.
   */
  private boolean answering(ControlFolder.Flags flags, Sight sight) {
    return !patterns.marked()
        && flag.answering(flags, sight.all())
        && sight.quietNs() < PAUSES * files.settle().toNanos();
  }

  private static String because(String before) {
    return before.isEmpty() ? "" : " (" + before + ")";
  }

  private FileCommits.Moment moment(FileSet whole) {
    Committer.Durable newest = committer.newest();
    long writtenEpochMs = flag.epochMs(whole.writtenNs());
    return new FileCommits.Moment(
        newest == null ? 1 : newest.step() + 1,
        writtenEpochMs,
        clock.at(writtenEpochMs),
        time.nanoTime() - Math.max(0, time.epochMs() - writtenEpochMs) * 1_000_000);
  }

  private void tellHindrance(String obstacle) {
    long now = time.nanoTime();
    if (obstacle.isEmpty()) {
      hinderedSinceNs = now;
    } else if (now - hinderedSinceNs > HINDERED_NS + 2 * files.settle().toNanos()) {
      tellOnce("no version can be made of the restart files: " + obstacle);
    }
  }

  private void tellOnce(String what) {
    if (!what.equals(told)) {
      told = what;
      Messages.warn(what);
    }
  }

  /** The program has ended: commits what it has written last, and waits for that. */
  Progress ended(boolean inGoodOrder) {
    awaitCommit();
    String obstacle = "";
    boolean again = true;
    for (int round = 1; round <= 2 && again && !fenced(); round++) {
      obstacle = commitLast(inGoodOrder);
      again = !obstacle.isEmpty();
    }
    return note(Progress.State.COMPUTING, obstacle);
  }

  /** Returns why what was written last is not committed; empty when it is. */
  private String commitLast(boolean inGoodOrder) {
    try {
      ControlFolder.Flags flags = flag.read();
      FileSet committed = committed();
      Sight sight = see(flags, committed, inGoodOrder);
      FileSet whole = sight.whole();
      if (whole.isEmpty()) {
        boolean news = FileSet.anyNews(sight.all(), committed);
        return news || committer.newest() == null ? sight.obstacle() : "";
      }
      if (!whole.hasNewsFor(committed)) {
        return committer.newest() == null ? "no restart file has changed since it began" : "";
      }
      if (flags.writing().isPresent() && !inGoodOrder && !patterns.marked()) {
        return "the program was writing when it ended";
      }
      if (!inGoodOrder && answering(flags, sight)) {
        return ANSWERING;
      }
      pending.start(() -> commits.commit(whole, moment(whole)));
      awaitCommit();
      return pending.obstacle();
    } catch (IOException e) {
      return looking(e);
    }
  }
}
