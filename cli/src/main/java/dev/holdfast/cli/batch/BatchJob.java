// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.SchedulerJob;
import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The batch job that this process runs in, as the environment and then the scheduler tell it. May
 * be used by several threads.
 */
public final class BatchJob {
  /** What all commands of one {@link #ask} may take together. */
  static final Duration ASK_LIMIT = Duration.ofSeconds(10);

  /** Where a scheduler does not say: the shortest of those that are known, that of PBS and LSF. */
  static final Duration UNKNOWN_KILL_WAIT = Duration.ofSeconds(10);

  private final SchedulerJob identity;
  private final Dialect dialect;
  private final Commands commands;
  private final Time time;
  private final Facts facts = new Facts();

  private BatchJob(SchedulerJob identity, Dialect dialect, Commands commands, Time time) {
    this.identity = identity;
    this.dialect = dialect;
    this.commands = commands;
    this.time = time;
  }

  /**
   * The job that an environment speaks of. Runs no command: {@link #ask} does.
   *
   * @param environment of this process
   * @param commands how to talk to the scheduler
   * @param time now
   */
  public static BatchJob find(Map<String, String> environment, Commands commands, Time time) {
    SchedulerJob identity = SchedulerJob.of(environment);
    Dialect dialect =
        switch (identity.scheduler()) {
          case SLURM -> new Slurm(identity, environment);
          case PBS -> new Pbs(identity, environment);
          case LSF -> new Lsf(identity, environment);
          case GRID_ENGINE -> new GridEngine(identity, environment);
          case HTCONDOR -> new HtCondor(environment);
          case FLUX -> new Flux(identity, environment);
          case NONE -> new NoScheduler();
        };
    BatchJob job = new BatchJob(identity, dialect, commands, time);
    job.tellIdentity();
    dialect.environment(job.facts);
    return job;
  }

  private void tellIdentity() {
    if (identity.scheduler() == SchedulerJob.Scheduler.NONE) {
      return;
    }
    String source = "environment";
    facts.tell("scheduler", identity.scheduler().title(), source);
    facts.tell("job", identity.id(), source);
    facts.tell("array task", identity.task(), source);
    facts.tell("restarts", Long.toString(identity.restartCount()), source);
  }

  /** Which job it is. */
  public SchedulerJob identity() {
    return identity;
  }

  /** Whether there is a scheduler at all. */
  public boolean inBatch() {
    return identity.scheduler() != SchedulerJob.Scheduler.NONE;
  }

  /** All that is known, with its sources, and what is missing, with the reason. */
  public List<Fact> facts() {
    return facts.all();
  }

  /** When the allocation ends, as last known; empty when it never does and when nobody said. */
  public Optional<Instant> end() {
    return facts.end();
  }

  /** How long before its end the job is signalled, where that is known; may come earlier. */
  public Optional<Duration> notice() {
    return facts.notice();
  }

  /** What lies between the scheduler's TERM and its KILL; a cautious guess where nobody says. */
  public Duration killWait() {
    return facts.killWait().orElse(UNKNOWN_KILL_WAIT);
  }

  /**
   * Asks the scheduler, for at most 10 s; {@link Polling} knows when. Limits change: the newest
   * answer counts. A failure is no error, leaves what was known and becomes a fact and, once, one
   * of the {@link #news}.
   */
  public void ask() {
    dialect.ask(new Asking(commands, time, ASK_LIMIT), facts);
  }

  /** Sentences about questions that the scheduler did not answer; each is handed out once. */
  public List<String> news() {
    return facts.takeNews();
  }

  /** How this job can be started again. */
  public Requeue requeue() {
    return new Requeue(dialect, commands, time);
  }
}
