// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.simulator.drill.DrillEvent.Doing;
import dev.holdfast.simulator.drill.StoreWatch.Newest;
import dev.holdfast.simulator.drill.StoreWatch.Sight;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** The run that is struck: starts the command again and again until it is complete. */
final class Disturbance {
  private static final double LOOK_EVERY_SECONDS = 0.05;
  private static final double LOOK_AT_OUTPUT_EVERY_SECONDS = 0.001;
  private static final Duration LOOK_AT_STORE_EVERY = Duration.ofNanos(50_000);
  private static final double SUSPENDED_SECONDS = 0.5;
  private static final double STOPS_WITHIN_SECONDS = 60;

  /** By this code a job says that it stopped at a checkpoint and wants to be started again. */
  private static final int STOPPED = 75;

  /** Every so many strikes one waits for a point of the commit protocol. */
  private static final int AIM_EVERY = 3;

  /** What can be aimed at from outside. */
  private enum Point {
    /** A version's file is there. */
    WRITING,
    /** Its length has stopped growing: its sync or its name is next. */
    WRITTEN,
    /** It has just got its name. */
    PUBLISHED
  }

  private final DrillPlan plan;
  private final Starter starter;
  private final DrillListener listener;
  private final Time time;
  private final boolean library;
  private final Moments moments;
  private final Moments.Sequence sequence;
  private final SplittableRandom random;
  private final StoreWatch watch;
  private final Map<String, String> environment = new HashMap<>();

  /** An attempt that was struck before it has run for so long shows nothing. */
  private final double patienceSeconds;

  private int number;
  private int strikes;
  private int aims;
  private int restarts;
  private boolean otherSignals;
  private boolean attemptStruck;
  private int lastCode;
  private double next;
  private double runBefore;
  private double suspended;
  private double progress;
  private double down;
  private long startNs;
  private long endNs;

  /** Starts an attempt, unless the drill is to end. */
  interface Starter {
    Attempt start(String name, Map<String, String> environment) throws IOException;
  }

  /**
   * @param library whether the undisturbed run has left a store
   * @param mttfSeconds mean running time between strikes, which the command is told to plan with
   * @param startSeconds from the start of the undisturbed run to its first step
   */
  Disturbance(
      DrillPlan plan,
      Starter starter,
      DrillListener listener,
      Time time,
      boolean library,
      Moments moments,
      double mttfSeconds,
      double startSeconds) {
    this.plan = plan;
    this.starter = starter;
    this.listener = listener;
    this.time = time;
    this.library = library;
    this.moments = moments;
    this.random = new SplittableRandom(plan.seed());
    this.sequence = moments.draw(random.split());
    this.next = sequence.next();
    this.watch = new StoreWatch(plan.killed(), plan.store());
    // Where the strikes are not limited, attempts too short to start would go on for ever.
    boolean limited = plan.kills().isPresent() || plan.mttf().isEmpty();
    this.patienceSeconds = Math.max(mttfSeconds / 2, limited ? 2 * startSeconds : 0);
    environment.put("HOLDFAST_MTTF", String.format(Locale.ROOT, "%.3fs", mttfSeconds));
  }

  int attempts() {
    return number;
  }

  int strikes() {
    return strikes;
  }

  /** Attempts that have made a version or reached the end: the ledger knows how they started. */
  int restarts() {
    return restarts;
  }

  /** Whether anything but SIGKILL has struck. */
  boolean otherSignals() {
    return otherSignals;
  }

  /** Running time of all attempts. */
  double runningSeconds() {
    return runBefore;
  }

  /** Mean time between the end of an attempt and the start of the next, 0 without one. */
  double downSeconds() {
    return number < 2 ? 0 : down / (number - 1);
  }

  /** From the first start to the last end. */
  double makespanSeconds() {
    return (endNs - startNs) * 1e-9;
  }

  /** Runs the command to its end; says why when it does not get there. */
  Optional<String> run() throws IOException, InterruptedException {
    int idle = 0;
    startNs = time.nanoTime();
    while (true) {
      number++;
      String before = trace();
      long attemptBefore = watch.newestAttempt();
      watch.forgetHidden();
      Attempt attempt = starter.start("attempt-" + number, environment);
      down += number == 1 ? 0 : (time.nanoTime() - endNs) * 1e-9;
      boolean complete = live(attempt);
      endNs = time.nanoTime();
      runBefore += attempt.seconds();
      if (complete) {
        restarts++;
        return Optional.empty();
      }
      if (!before.equals(trace()) && (library || attemptStruck || lastCode == STOPPED)) {
        restarts++;
        idle = 0;
      } else if (!attemptStruck || attempt.seconds() > patienceSeconds) {
        idle++;
      }
      if (idle >= plan.patience()) {
        return Optional.of(noProgress(attempt));
      }
      if (!library || watch.newestAttempt() > attemptBefore) {
        environment.put("HOLDFAST_PREVIOUS_END", Long.toString(attempt.endEpochMs()));
      }
    }
  }

  /**
   * By what one sees that an attempt has come further: the step of the newest version. Without a
   * store it is any file; then an attempt that fails by itself has never come further, since what
   * it has written may have been its complaint.
   */
  private String trace() throws IOException {
    return library
        ? watch.newest().map(newest -> Long.toString(newest.version().step())).orElse("")
        : watch.trace();
  }

  private String noProgress(Attempt last) {
    String said = last.lastMessage();
    return String.format(
        Locale.ROOT,
        "no progress: %d attempts in a row ended before %s. Strike more rarely (--mttf, fewer"
            + " --kills) or look at %s%s",
        plan.patience(),
        library ? "their first new version" : "they had come further",
        plan.logs().resolve("attempt-" + number + ".err"),
        said.isEmpty() ? "" : ", which ends with: " + said);
  }

  /** One attempt, until it ends or is ended; whether the job is complete. */
  private boolean live(Attempt attempt) throws IOException, InterruptedException {
    suspended = 0;
    attemptStruck = false;
    while (awaitMoment(attempt)) {
      DrillSignal signal = plan.signals().get(random.nextInt(plan.signals().size()));
      double following = sequence.next();
      switch (signal) {
        case STOP -> suspend(attempt);
        case TERM -> {
          next = following;
          return terminate(attempt);
        }
        case KILL -> {
          if (library && !plan.mttf().isPresent() && strikes % AIM_EVERY == 1) {
            aim(attempt, following);
          }
          double at = attempt.seconds();
          int code = attempt.kill();
          if (code != Attempt.KILLED) {
            return ended(attempt, code); // it was faster
          }
          next = following;
          struck(attempt, signal, at, code);
          return false;
        }
      }
      next = following;
    }
    return ended(attempt, attempt.ended());
  }

  private boolean ended(Attempt attempt, int code) {
    lastCode = code;
    listener.tell(
        new DrillEvent.Ended(
            number, attempt.seconds(), code, code == 0 ? "" : attempt.lastMessage()));
    return code == 0;
  }

  /** Waits until it is time to strike; false when the attempt has ended before. */
  private boolean awaitMoment(Attempt attempt) throws InterruptedException {
    while (attempt.running()) {
      double left = next - clock(attempt);
      if (left <= 0) {
        return true;
      }
      listener.progress("attempt " + number, plan.progress().isPresent() ? progress : -1);
      double look = plan.progress().isPresent() ? LOOK_AT_OUTPUT_EVERY_SECONDS : LOOK_EVERY_SECONDS;
      if (attempt.awaitEnd(plan.progress().isPresent() ? look : Math.min(left, look))) {
        return false;
      }
    }
    return false;
  }

  /** Running time, or what is done where the command tells; it never goes back. */
  private double clock(Attempt attempt) {
    if (plan.progress().isPresent()) {
      progress = Math.max(progress, plan.progress().get().applyAsDouble(attempt.lastLine()));
      return progress;
    }
    return runBefore + attempt.seconds() - suspended;
  }

  /** Waits for a point of the commit protocol, but not into the next strike. */
  private void aim(Attempt attempt, double following) throws IOException {
    Point point = Point.values()[aims++ % Point.values().length];
    double until = Math.min(following, next + moments.meanSeconds());
    Sight before = watch.look();
    while (attempt.running() && clock(attempt) < until) {
      time.pause(LOOK_AT_STORE_EVERY);
      Sight now = watch.look();
      boolean reached =
          switch (point) {
            case WRITING -> now.doing() == Doing.WRITING;
            case WRITTEN -> now.bytes() > 0 && now.bytes() == before.bytes();
            case PUBLISHED -> before.doing() == Doing.WRITING && now.doing() != Doing.WRITING;
          };
      if (reached) {
        return;
      }
      before = now;
    }
  }

  private void suspend(Attempt attempt) throws IOException, InterruptedException {
    double at = attempt.seconds();
    attempt.signal("STOP");
    attempt.awaitEnd(SUSPENDED_SECONDS);
    attempt.signal("CONT");
    suspended += attempt.seconds() - at;
    struck(attempt, DrillSignal.STOP, at, -1);
  }

  /** Asks it to stop; true when it was complete instead. */
  private boolean terminate(Attempt attempt) throws IOException, InterruptedException {
    double at = attempt.seconds();
    attempt.signal("TERM");
    attempt.awaitEnd(STOPS_WITHIN_SECONDS);
    int code = attempt.ended();
    if (code == 0) {
      return ended(attempt, code);
    }
    struck(attempt, DrillSignal.TERM, at, code);
    return false;
  }

  private void struck(Attempt attempt, DrillSignal signal, double at, int code) throws IOException {
    strikes++;
    attemptStruck = signal != DrillSignal.STOP;
    otherSignals |= signal != DrillSignal.KILL;
    long nowEpochMs = attempt.endEpochMs();
    Sight sight = watch.look();
    Optional<Newest> newest = watch.newest();
    double lost = Double.NaN;
    if (signal == DrillSignal.STOP) {
      lost = 0;
    } else if (library) {
      long from = Math.max(attempt.startEpochMs(), newest.map(Newest::capturedEpochMs).orElse(0L));
      lost = Math.max(0, nowEpochMs - from) * 1e-3;
    }
    listener.tell(
        new DrillEvent.Struck(
            number,
            signal,
            at,
            signal == DrillSignal.KILL || sight.doing() == Doing.RUNNING
                ? sight.doing()
                : Doing.COMPUTING,
            sight.version(),
            newest.map(Newest::version),
            lost,
            code,
            attempt.lastLine()));
  }
}
