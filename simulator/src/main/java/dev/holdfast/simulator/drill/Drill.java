// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.simulator.drill.Verdict.DidNotSurvive;
import dev.holdfast.simulator.drill.Verdict.NothingShown;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The drill: runs a command undisturbed in a folder of its own, then in another one again and
 * again, striking it at seeded moments, until it ends, and compares what both have left.
 */
public final class Drill {
  /** What ends sooner has hardly begun when it is struck. */
  private static final double REFERENCE_LEAST_SECONDS = 0.1;

  private static final double LOOK_EVERY_SECONDS = 0.05;
  private static final double NS = 1e-9;

  /** This share of the work belongs to the strikes: a run that is a little faster gets them all. */
  private static final double STRUCK_SHARE = 0.8;

  /** Mean gap between strikes, in starts of the command, where their number is not given. */
  private static final double STARTS_PER_GAP = 4;

  private static final double START_LEAST_SECONDS = 0.05;
  private static final int KILLS_LEAST = 3;
  private static final int KILLS_MOST = 20;

  private final DrillPlan plan;
  private final DrillListener listener;
  private final Time time;
  private @Nullable Attempt current;
  private boolean abandoned;

  /**
   * @param plan what to do; its folder must exist and be empty
   * @param listener is told what happens
   * @param time the clocks
   */
  public Drill(DrillPlan plan, DrillListener listener, Time time) {
    this.plan = plan;
    this.listener = listener;
    this.time = time;
  }

  /**
   * Holds the drill.
   *
   * @throws DrillException when it was abandoned, or a process cannot be killed
   * @throws IOException when a process cannot be started or a file cannot be read
   */
  public DrillResult run() throws IOException, InterruptedException {
    Files.createDirectory(plan.logs());
    Files.createDirectory(plan.reference());
    Files.createDirectory(plan.killed());
    Attempt reference = start(plan.reference(), "reference", Map.of());
    while (!reference.awaitEnd(LOOK_EVERY_SECONDS)) {
      listener.progress(
          "reference",
          plan.progress().map(read -> read.applyAsDouble(reference.lastLine())).orElse(-1.0));
    }
    int code = reference.ended();
    double seconds = reference.seconds();
    if (code != 0) {
      return unfinished(seconds, undisturbedEnded(reference, code));
    }
    for (String file : plan.same()) {
      if (!Files.isRegularFile(plan.reference().resolve(file))) {
        return unfinished(
            seconds, new NothingShown("the undisturbed run has made no file " + file));
      }
    }
    if (seconds < REFERENCE_LEAST_SECONDS) {
      return unfinished(
          seconds,
          new NothingShown(
              String.format(
                  Locale.ROOT,
                  "undisturbed, the command ended after %.2f s: too soon to be struck; give it more"
                      + " to do",
                  seconds)));
    }
    return disturb(seconds);
  }

  private DrillResult unfinished(double seconds, Verdict verdict) {
    return new DrillResult(seconds, 0, 0, 0, verdict, Optional.empty(), Optional.empty());
  }

  private Verdict undisturbedEnded(Attempt reference, int code) {
    String said = reference.lastMessage();
    return new DidNotSurvive(
        String.format(
            Locale.ROOT,
            "undisturbed, the command ended after %.2f s with code %d%s",
            reference.seconds(),
            code,
            said.isEmpty() ? "" : ": " + said));
  }

  private DrillResult disturb(double referenceSeconds) throws IOException, InterruptedException {
    List<Path> stores = StoreWatch.stores(plan.reference(), plan.store());
    double start = stores.isEmpty() ? 0 : startSeconds(stores.getFirst());
    Moments moments = moments(referenceSeconds, start);
    // On the clock of what is done a gap is a share of the work.
    double meanSeconds =
        moments.meanSeconds() * (plan.progress().isPresent() ? referenceSeconds : 1);
    listener.tell(new DrillEvent.ReferenceEnded(referenceSeconds, moments.count(), meanSeconds));
    Disturbance run =
        new Disturbance(
            plan,
            (name, environment) -> start(plan.killed(), name, environment),
            listener,
            time,
            !stores.isEmpty(),
            moments,
            Math.max(meanSeconds, 0.001),
            start);
    Optional<String> failure = run.run();
    Optional<Path> store = StoreWatch.stores(plan.killed(), plan.store()).stream().findFirst();
    if (failure.isPresent()) {
      return new DrillResult(
          referenceSeconds,
          run.attempts(),
          run.strikes(),
          moments.count(),
          new DidNotSurvive(failure.get()),
          store,
          Optional.empty());
    }
    return new DrillResult(
        referenceSeconds,
        run.attempts(),
        run.strikes(),
        moments.count(),
        verdict(run),
        store,
        Optional.of(account(run, store, referenceSeconds, moments)));
  }

  private Verdict verdict(Disturbance run) throws IOException {
    Verdict compared = Remains.compare(plan.reference(), plan.killed(), plan.same(), plan.store());
    return run.strikes() == 0 && compared instanceof Verdict.SameBits
        ? new NothingShown(
            "the command was complete before anything struck it: choose a longer job, or strike"
                + " more often (--mttf)")
        : compared;
  }

  /** From the start of the undisturbed run to its first step. */
  private static double startSeconds(Path store) {
    return end(store).map(ledger -> ledger.restartNs() * NS).orElse(0.0);
  }

  private static Optional<Ledger> end(Path store) {
    Ledger ledger = null;
    for (StoreRecord record : DrillStore.open(store).records()) {
      if (record instanceof EndRecord end && end.ended().cause() == EndCause.COMPLETE) {
        ledger = end.ended().ledger();
      }
    }
    return Optional.ofNullable(ledger);
  }

  private Moments moments(double referenceSeconds, double startSeconds) {
    if (plan.mttf().isPresent()) {
      return Moments.ofRate(
          plan.mttf().get().toNanos() * NS, plan.kills().orElse(Integer.MAX_VALUE));
    }
    double room = referenceSeconds / (STARTS_PER_GAP * Math.max(START_LEAST_SECONDS, startSeconds));
    int kills = plan.kills().orElse((int) Math.clamp(room, KILLS_LEAST, KILLS_MOST));
    return plan.progress().isPresent()
        ? Moments.within(STRUCK_SHARE, kills)
        : Moments.within(
            STRUCK_SHARE * Math.max(0, referenceSeconds - startSeconds)
                + startSeconds * (1 + kills) / 2,
            kills);
  }

  private Account account(
      Disturbance run, Optional<Path> store, double referenceSeconds, Moments moments) {
    Optional<Ledger> ended = store.flatMap(Drill::end);
    if (ended.isEmpty()) {
      double down = run.downSeconds() * (run.attempts() - 1);
      double useful = Math.min(referenceSeconds, run.makespanSeconds() - down);
      return new Account(
          false,
          useful,
          run.makespanSeconds() - down - useful,
          0,
          0,
          down,
          0,
          Optional.empty(),
          useful < referenceSeconds
              ? "the undisturbed run took longer than this one: what was lost cannot be told"
              : "what its checkpoints and restarts cost cannot be seen from outside");
    }
    Ledger ledger = ended.get();
    Optional<Forecast> forecast = Optional.empty();
    String why = "only strikes by SIGKILL are failures of the model";
    if (!run.otherSignals()) {
      forecast = forecast(run, store.get(), ledger, moments);
      why = forecast.isEmpty() ? "a job like this is expected never to end" : "";
    }
    return new Account(
        true,
        ledger.usefulNs() * NS,
        ledger.reworkNs() * NS,
        ledger.checkpointNs() * NS,
        ledger.restartNs() * NS,
        ledger.downtimeNs() * NS,
        ledger.suspendedNs() * NS,
        forecast,
        why);
  }

  private Optional<Forecast> forecast(Disturbance run, Path store, Ledger ledger, Moments moments) {
    double running = run.runningSeconds();
    double mttf = moments.given() ? moments.meanSeconds() : running / Math.max(1, run.strikes());
    Moments law =
        plan.progress().isPresent()
            ? Moments.within(STRUCK_SHARE * running, moments.count())
            : moments;
    try (StoredVersion last = DrillStore.open(store).newest().orElse(null)) {
      return last == null
          ? Optional.empty()
          : Forecast.of(
              last.info(), ledger, run.restarts(), law, mttf, run.downSeconds(), plan.seed());
    }
  }

  private synchronized Attempt start(Path folder, String name, Map<String, String> environment)
      throws IOException {
    if (abandoned) {
      throw new DrillException("interrupted");
    }
    Attempt started =
        Attempt.start(plan.command(), folder, plan.logs().resolve(name), environment, time);
    current = started;
    return started;
  }

  /** From another thread: ends the attempt that runs and lets no other begin. */
  public synchronized void abandon() throws IOException, InterruptedException {
    abandoned = true;
    if (current != null) {
      current.kill();
    }
  }
}
