// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.FileSession;
import dev.holdfast.Job;
import dev.holdfast.cli.batch.BatchJob;
import dev.holdfast.cli.batch.Commands;
import dev.holdfast.cli.batch.Requeue;
import dev.holdfast.cli.run.Stop.Cause;
import dev.holdfast.cli.run.Work.Said;
import dev.holdfast.policy.Durations;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.OpeningStoppedException;
import dev.holdfast.storage.io.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command until it is done: starts it, passes wishes to stop on, starts it again after a
 * failure as long as that makes progress, and ends with a code that a batch script can act on.
 * Whatever the supervisor knows that matters lies in the store; it may be killed at any moment.
 */
public final class Supervisor {
  private static final String FRESH = "HOLDFAST_FRESH";

  /** Variables that say what the first start does with an existing store, and only that. */
  private static final Set<String> FIRST_START = Set.of(FRESH, "HOLDFAST_BREAK_LOCK");

  /** A wait for the store is over as soon as that is taken. */
  private static final Duration LOOK_OFTEN = Duration.ofMillis(20);

  private static final String PREVIOUS_END = "HOLDFAST_PREVIOUS_END";

  /** How often the job was submitted again; not a setting, so the command does not see it. */
  private static final String REQUEUES = "HOLDFAST_REQUEUES";

  private final RunOptions options;
  private final Map<String, String> environment;
  private final Time time;
  private final Consumer<String> tell;
  private final Inbox inbox = new Inbox();
  private final Work work;
  private final BatchWatch batch;
  private final long requeues;
  private final Limits limits;
  private final Restarts restarts;
  private final ChildRecord record;
  private OptionalLong endBefore = OptionalLong.empty();
  private boolean started;

  /**
   * @param options what was asked for
   * @param inherited the environment that the command would have without a supervisor
   * @param tell takes a message for people, one line
   */
  public Supervisor(
      RunOptions options, Map<String, String> inherited, Time time, Consumer<String> tell) {
    this.options = options;
    this.environment = new TreeMap<>(inherited);
    environment.putAll(options.settings());
    this.time = time;
    this.tell = tell;
    long before = number(environment.remove(REQUEUES));
    Commands commands = Commands.system(withRequeues(inherited, before + 1));
    this.batch = new BatchWatch(BatchJob.find(inherited, commands, time), time, tell);
    this.requeues = Math.max(before, batch.job().identity().restartCount());
    this.limits = new Limits(time.epochMs(), options.timeLimit(), options.grace(), batch);
    this.work = work();
    this.restarts = new Restarts(options.retries());
    this.record = new ChildRecord(ChildRecord.folder(work.store()), options.command(), tell, time);
  }

  private Work work() {
    Keys keys = Job.keys(environment);
    if (options.files().isEmpty()) {
      return new LibraryWork(options.store(), keys, time);
    }
    RunOptions.Files files = options.files().get();
    Path store =
        options
            .store()
            .orElseGet(() -> FileSession.defaultStore(files.job(), batch.job().identity()))
            .toAbsolutePath();
    return new FilesWork(
        new FilesWork.Told(files.job(), store, files.files(), files.signal()),
        limits::endEpochMs,
        keys,
        time,
        () -> inbox.post(new Inbox.News()),
        tell);
  }

  /** A job that is submitted again inherits how often that was done. */
  private static Map<String, String> withRequeues(Map<String, String> inherited, long count) {
    Map<String, String> environment = new TreeMap<>(inherited);
    environment.put(REQUEUES, Long.toString(count));
    return environment;
  }

  private static long number(@Nullable String text) {
    try {
      return text == null ? 0 : Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Runs the command. The calling thread must live as long as the process: the kernel ends the
   * command with it.
   *
   * @return the code to end with
   * @throws RunException when the command cannot be started at all
   */
  public int run() throws InterruptedException {
    try (batch;
        work) {
      inbox.listen(tell);
      Child.require(options.command().getFirst());
      boolean fresh = "1".equals(environment.getOrDefault(FRESH, "0"));
      if (!fresh && work.complete()) {
        tell.accept(
            "the job is complete: "
                + work.store().map(store -> "store " + store).orElse("")
                + " says so; the command is not started (to begin again from nothing, set"
                + " HOLDFAST_FRESH=1, which sets the store aside; a Java program with the library that"
                + " has more steps to do now goes on when it is started without run)");
        return Code.DONE;
      }
      record.endOrphans();
      batch.start();
      tell.accept(Report.begin(batch.job().identity(), limits.endEpochMs(), work.store()));
      return attempts();
    }
  }

  private int attempts() throws InterruptedException {
    OptionalInt code = OptionalInt.empty();
    while (code.isEmpty()) {
      if (work.opened()) {
        environment.keySet().removeAll(FIRST_START);
      }
      endBefore = limits.endEpochMs();
      Optional<Stop> wish = claim();
      if (wish.isEmpty()) {
        wish = pause(work.pauseAfterClaim());
      }
      if (wish.isPresent()) {
        return stoppedBetween(wish.get());
      }
      Map<String, String> whole = work.begin(environment, endBefore);
      long before = work.newestVersion();
      Attempt.Result result = attempt(whole);
      Said said = work.ended(result.code(), result.asked(), result.hung());
      boolean progressed = work.newestVersion() > before;
      code = conclude(verdict(result, said), result, progressed);
    }
    return code.getAsInt();
  }

  /** Takes the store. That is given up where it waits and there is a wish to stop: the result. */
  private Optional<Stop> claim() throws InterruptedException {
    AtomicReference<@Nullable Stop> asked = new AtomicReference<>();
    Future<?> claiming =
        work.claim(environment, () -> Optional.ofNullable(asked.get()).map(Stop::inWords));
    Optional<Stop> wish = Optional.empty();
    while (wish.isEmpty() && !claiming.isDone()) {
      wish = pause(LOOK_OFTEN);
    }
    asked.set(wish.orElse(null));
    try {
      Looks.await(claiming);
    } catch (OpeningStoppedException e) {
      tell.accept(e.getMessage());
    }
    return wish;
  }

  private Attempt.Result attempt(Map<String, String> whole) throws InterruptedException {
    Child child = Child.start(options.command(), whole, inbox, time);
    started = true;
    boolean over = false;
    try {
      record.write(child.pid());
      work.started(child);
      Health health = new Health(child, work, options.hang(), time, tell);
      Attempt.Result result =
          new Attempt(child, work, limits, inbox, time, health, options.stopSignal(), tell).run();
      over = true;
      record.erase();
      environment.put(PREVIOUS_END, Long.toString(time.epochMs()));
      return result;
    } finally {
      if (!over) { // nobody would watch over it any more
        child.kill();
      }
    }
  }

  private Verdict verdict(Attempt.Result result, Said said) {
    Optional<Stop> asked =
        result.code() == Code.STOPPED && result.asked().isEmpty()
            ? limits.likelyReason(time.epochMs(), work.reserveSeconds())
            : result.asked();
    return Verdict.of(
        new Verdict.Facts(
            result.code(),
            asked,
            result.forced(),
            result.hung(),
            result.fencedBy().or(work::fencedBy), // also by the last version after its end
            said,
            work.newestVersion() > 0 || outOfTime(result),
            extended()));
  }

  /** Whether only the end of the allocation kept it from a version: another one may be enough. */
  private boolean outOfTime(Attempt.Result result) {
    return result.asked().filter(stop -> stop.cause() == Cause.ALLOCATION).isPresent()
        && work.attemptsWithoutVersion() > 0; // which bounds how often that is believed
  }

  /** Whether there is much more time than the command knew of when it began. */
  private boolean extended() {
    OptionalLong end = limits.endEpochMs();
    return endBefore.isPresent()
        && (end.isEmpty() || end.getAsLong() - endBefore.getAsLong() > 60_000)
        && limits.due(time.epochMs(), work.reserveSeconds()).isEmpty();
  }

  /** What follows: the code to end with, or empty for another attempt. */
  private OptionalInt conclude(Verdict verdict, Attempt.Result result, boolean progressed)
      throws InterruptedException {
    return switch (verdict) {
      case Verdict.Done() -> OptionalInt.of(Code.DONE);
      case Verdict.Final(int code) -> {
        if (code != result.code() || Code.isSignal(code)) {
          tell.accept("the command ended by " + Code.inWords(result.code()));
        }
        yield OptionalInt.of(code);
      }
      case Verdict.Fenced(String by) -> OptionalInt.of(fenced(by));
      case Verdict.Stopped(Optional<Stop> stop) -> OptionalInt.of(stopped(stop));
      case Verdict.Again() -> {
        tell.accept("the allocation ends later than the command knew: starting it again");
        yield OptionalInt.empty();
      }
      case Verdict.Failed() -> failed(result.code(), progressed);
    };
  }

  private int stopped(Optional<Stop> stop) {
    long version = work.newestVersion();
    String what =
        "stopped"
            + stop.map(wish -> " (" + wish.inWords() + ")").orElse("")
            + (version > 0 ? "; version " + version + " is the newest" : "; no version yet");
    if (stop.isPresent() && stop.get().cause() == Cause.TIME_LIMIT) {
      tell.accept(what + "; exit code " + Code.TIME_LIMIT);
      return Code.TIME_LIMIT;
    }
    tell.accept(what);
    return comeBack(stop);
  }

  /** Sees to it that the job is started again, where that is wanted and makes sense. */
  private int comeBack(Optional<Stop> stop) {
    RequeueRule rule = new RequeueRule(options.requeue().most(), options.retries());
    RequeueRule.Facts facts = new RequeueRule.Facts(stop, requeues, work.attemptsWithoutVersion());
    int stopCode = options.stopCode().orElse(Code.STOPPED);
    if (rule.fruitless(facts)) {
      tell.accept("not to be started again: " + rule.objection(facts).orElse(""));
      return Code.FAILED;
    }
    if (!options.requeue().wanted()) {
      tell.accept("exit code " + stopCode + ": the same command goes on from there");
      return stopCode;
    }
    Optional<String> objection = rule.objection(facts);
    if (objection.isPresent()) {
      tell.accept("not requeued: " + objection.get() + "; exit code " + stopCode);
      return stopCode;
    }
    Requeue.Result result =
        batch
            .job()
            .requeue()
            .perform(
                new Requeue.Wish(
                    options.requeue().only(), options.requeue().script(), options.stopCode()));
    tell.accept(result.message() + watch());
    return result.exitCode();
  }

  private String watch() {
    return work.store().map(store -> ". Watch: holdfast status " + store).orElse("");
  }

  private OptionalInt failed(int code, boolean progressed) throws InterruptedException {
    Optional<Duration> pause = restarts.afterFailure(progressed);
    if (pause.isEmpty()) {
      tell.accept(givenUp(code));
      return OptionalInt.of(code);
    }
    tell.accept(
        "the command failed with "
            + Code.inWords(code)
            + "; starting it again in "
            + Durations.human(pause.get().toMillis() / 1e3));
    Optional<Stop> wish = pause(pause.get());
    return wish.isPresent() ? OptionalInt.of(stoppedBetween(wish.get())) : OptionalInt.empty();
  }

  private String givenUp(int code) {
    int failures = restarts.failuresInARow();
    return options.retries() == 0
        ? "the command failed with " + Code.inWords(code) + "; not started again (--retries 0)"
        : "no progress: "
            + failures
            + " attempts in a row, none made a version; the command fails by itself; last "
            + Code.inWords(code);
  }

  /** Waits; a signal or the end of the time cuts it short. */
  private Optional<Stop> pause(Duration length) throws InterruptedException {
    long until = time.nanoTime() + length.toNanos();
    while (true) {
      Optional<Stop> wish = limits.due(time.epochMs(), work.reserveSeconds());
      long leftNs = until - time.nanoTime();
      if (wish.isPresent()) {
        return wish;
      }
      // Asked even when there is no time to wait: to open a store may have taken minutes.
      Optional<Inbox.Event> event =
          inbox.await(Duration.ofNanos(Math.clamp(leftNs, 0, Duration.ofSeconds(1).toNanos())));
      if (event.isPresent() && event.get() instanceof Inbox.Heard heard) {
        boolean near = limits.nearEndOfAllocation(time.epochMs());
        return Optional.of(Stop.bySignal(heard.signal(), near));
      }
      if (leftNs <= 0 && event.isEmpty()) {
        return Optional.empty();
      }
    }
  }

  /** Nothing runs, so nothing has to be asked. */
  private int stoppedBetween(Stop wish) {
    work.close(); // the store is released before another run is asked for
    Optional<String> successor = work.fencedBy();
    if (successor.isPresent()) {
      return fenced(successor.get());
    }
    boolean goesOn = wish.announcesEnd() || (started && work.newestVersion() > 0);
    if (goesOn || wish.signal().isEmpty()) {
      return stopped(Optional.of(wish));
    }
    int code = Code.ofSignal(wish.signal());
    tell.accept(
        "stopped ("
            + wish.inWords()
            + ") before the command was started"
            + (started ? " again" : "")
            + "; exit code "
            + code);
    return code;
  }

  private int fenced(String by) {
    tell.accept("the store was taken over by " + by + "; this run ends here");
    return Code.HELD;
  }
}
