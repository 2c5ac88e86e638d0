// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.storage.KeyException;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.io.SystemFacts;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The work of a command that uses the library and so holds its store itself. The supervisor only
 * reads. A store that nobody named is found by its holder: it is the one in the working directory
 * that a process of the command writes to.
 *
 * <p>While the command runs the store is read on a thread of its own, because a file system may
 * hang; the supervisor's thread knows only what the last look has seen.
 */
final class LibraryWork implements Work {
  private static final long LOOK_EVERY_NS = Duration.ofSeconds(10).toNanos();
  private static final long SEARCH_EVERY_NS = Duration.ofSeconds(2).toNanos();

  /** A program opens its store soon after its start, or not at all. */
  private static final long SEARCH_NS = Duration.ofSeconds(30).toNanos();

  private static final String STORES = "*.holdfast";
  private static final String WALLTIME = "HOLDFAST_WALLTIME";

  /** How an END record begins to tell of holdfast stop. */
  private static final String REQUESTED = "asked by ";

  /** A wish to stop waits no longer than this for news of who holds the store. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Time time;
  private final Keys keys;
  private final ExecutorService looker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("holdfast-store").factory());

  private @Nullable StoreView view; // of the thread that looks
  private volatile Seen seen;
  private Future<?> looking = CompletableFuture.completedFuture("");
  private @Nullable Child child;
  private long attemptBefore;
  private long startedEpochMs;
  private long startedNs;
  private boolean opened;
  private long lookedAtNs;

  /**
   * What the last look has seen of the store.
   *
   * @param holder the pid of the holder, if that was a living process of this host
   */
  private record Seen(
      Optional<Path> store,
      boolean complete,
      long version,
      long attempt,
      long attemptsWithoutVersion,
      double reserveSeconds,
      OptionalLong holder) {
    static Seen nothing(Optional<Path> store) {
      return new Seen(store, false, 0, 0, 0, 0, OptionalLong.empty());
    }
  }

  /**
   * @param store the store, where it is known
   * @param keys the key with which it is read
   */
  LibraryWork(Optional<Path> store, Keys keys, Time time) {
    this.time = time;
    this.keys = keys;
    this.view = store.map(path -> new StoreView(path, keys)).orElse(null);
    this.seen = Seen.nothing(Optional.ofNullable(view).map(StoreView::path));
  }

  @Override
  public Optional<Path> store() {
    return seen.store();
  }

  @Override
  public boolean complete() {
    lookAndWait();
    return seen.complete();
  }

  /** The command opens its store itself. */
  @Override
  public Future<?> claim(Map<String, String> environment, Supplier<Optional<String>> stopAsked) {
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public Duration pauseAfterClaim() {
    return Duration.ZERO;
  }

  @Override
  public Map<String, String> begin(Map<String, String> environment, OptionalLong endEpochMs) {
    lookAndWait();
    attemptBefore = seen.attempt();
    Map<String, String> whole = new TreeMap<>(environment);
    if (endEpochMs.isPresent()) {
      long leftSeconds = Math.max(1, (endEpochMs.getAsLong() - time.epochMs()) / 1000);
      whole.putIfAbsent(WALLTIME, leftSeconds + "s");
    }
    return whole;
  }

  @Override
  public void started(Child child) {
    this.child = child;
    lookedAtNs = time.nanoTime();
    startedNs = lookedAtNs;
    startedEpochMs = time.epochMs();
  }

  @Override
  public void look() {
    boolean young = time.nanoTime() - startedNs < SEARCH_NS;
    long everyNs = seen.store().isEmpty() && young ? SEARCH_EVERY_NS : LOOK_EVERY_NS;
    if (looking.isDone() && time.nanoTime() - lookedAtNs >= everyNs) {
      startLook();
    }
  }

  private void startLook() {
    lookedAtNs = time.nanoTime();
    Child running = child;
    looking = looker.submit(() -> lookNow(running));
  }

  private void lookAndWait() {
    startLook();
    Looks.await(looking);
  }

  /** On the thread that looks. */
  private void lookNow(@Nullable Child running) {
    StoreView known = view;
    if (known != null) {
      known.look();
    } else if (running != null) {
      known = find(candidate -> holderHere(candidate).stream().anyMatch(running::owns));
    }
    note(known);
  }

  private void note(@Nullable StoreView known) {
    view = known;
    if (known != null) {
      seen =
          new Seen(
              Optional.of(known.path()),
              known.complete(),
              known.newestVersion(),
              known.newestAttempt(),
              known.attemptsWithoutVersion(),
              known.reserveSeconds(),
              holderHere(known));
    }
  }

  /** The only store in the working directory that is as wanted. */
  private @Nullable StoreView find(Predicate<StoreView> wanted) {
    List<StoreView> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of(""), STORES)) {
      for (Path folder : folders) {
        StoreView candidate = new StoreView(folder, keys);
        if (isAsWanted(candidate, wanted)) {
          found.add(candidate);
        }
      }
    } catch (IOException e) {
      return null; // the working directory cannot be listed at this moment
    }
    return found.size() == 1 ? found.getFirst() : null;
  }

  private static boolean isAsWanted(StoreView candidate, Predicate<StoreView> wanted) {
    try {
      candidate.look();
      return wanted.test(candidate);
    } catch (KeyException e) {
      return false; // the store of something else
    }
  }

  /** The pid of the holder, if that is a living process of this host. */
  private static OptionalLong holderHere(StoreView view) {
    Optional<Holder> holder = view.holder();
    if (holder.isEmpty()
        || !holder.get().bootId().equals(SystemFacts.bootId())
        || !holder.get().pidNamespace().equals(SystemFacts.pidNamespace())) {
      return OptionalLong.empty();
    }
    OptionalLong start = SystemFacts.processStart(holder.get().pid());
    return start.isPresent() && start.getAsLong() == holder.get().startTicks()
        ? OptionalLong.of(holder.get().pid())
        : OptionalLong.empty();
  }

  @Override
  public boolean opened() {
    return opened;
  }

  @Override
  public long newestVersion() {
    return seen.version();
  }

  @Override
  public long attemptsWithoutVersion() {
    return seen.attemptsWithoutVersion();
  }

  /** The command is told by its own library, and ends with code 5. */
  @Override
  public Optional<String> fencedBy() {
    return Optional.empty();
  }

  /** The command's own library hears it. */
  @Override
  public boolean stopRequested() {
    return false;
  }

  @Override
  public double reserveSeconds() {
    return seen.reserveSeconds();
  }

  @Override
  public void prepareStop() {
    if (looking.isDone()) {
      startLook();
    }
    Looks.await(looking, PATIENCE);
  }

  /** The library makes its checkpoint when it hears the signal. */
  @Override
  public boolean holdsBack(long graceLeftNs, long graceNs) {
    return false;
  }

  /** The process that holds the store: a shell between it and the supervisor would not tell it. */
  @Override
  public OptionalLong target(Child child) {
    OptionalLong holder = seen.holder();
    return holder.stream().anyMatch(child::owns) ? holder : OptionalLong.empty();
  }

  /** The library sees the gap itself. */
  @Override
  public void suspended(long ns) {
    // nothing
  }

  @Override
  public Said ended(int code, Optional<Stop> asked, boolean hung) {
    lookAndWait();
    child = null;
    Future<Said> said = looker.submit(this::said);
    return Looks.await(said);
  }

  /** On the thread that looks. */
  private Said said() {
    StoreView known = view;
    if (known == null) { // it was too quick to be seen holding a store
      known = find(candidate -> candidate.newestAttemptEpochMs() >= startedEpochMs);
      note(known);
    }
    if (known == null || known.newestAttempt() <= attemptBefore) {
      return Said.NOTHING;
    }
    opened = true;
    Optional<Ended> end = known.end();
    if (end.isEmpty() || end.get().cause() == EndCause.FAILED) {
      return Said.NOTHING;
    }
    if (end.get().cause() == EndCause.COMPLETE) {
      return Said.COMPLETE;
    }
    return end.get().message().startsWith(REQUESTED) ? Said.STOPPED_BY_REQUEST : Said.STOPPED;
  }

  @Override
  public void close() {
    looker.shutdownNow();
  }
}
