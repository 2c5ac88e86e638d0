// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.JobState;
import java.util.random.RandomGenerator;

/**
 * Any job under any policy, from event to event: the end of a stretch of work, of a checkpoint, of
 * the allocation, a failure, a notice.
 *
 * <p>A checkpoint is a time during which the job works at a lower rate, 0 when it blocks. It can be
 * used from the end of that time on; what interrupts it makes it void.
 */
final class GeneralJob implements SimulatedJob {
  /** Interruptions in a row without a new checkpoint after which the job is hopeless. */
  private static final int HOPELESS = 1_000_000;

  /** A checkpoint planned to end with its allocation is not lost to the last bit of a sum. */
  private static final double ROUNDED_UP = 1 + 1e-12;

  private final JobModel model;
  private final CheckpointPolicy policy;
  private final FailureProcess failures;

  /** What the policy is told that never changes. */
  private final JobState told;

  /** Time to keep free for the last checkpoint of an allocation. */
  private final double reserveSeconds;

  /**
   * @param statedMttfSeconds what the policy is told; the truth is in the failures
   */
  GeneralJob(
      JobModel model, CheckpointPolicy policy, double statedMttfSeconds, FailureProcess failures) {
    this.model = model;
    this.policy = policy;
    this.failures = failures;
    this.told = JobState.of(model.situation(statedMttfSeconds));
    this.reserveSeconds =
        model.allocation().isPresent() ? Versions.reserveSeconds(model.checkpoints()) : 0;
  }

  @Override
  public void run(RandomGenerator random, JobRun run) {
    new Course(random, run).run();
  }

  /** Why the job has to restart. */
  private enum Cause {
    FAILURE,
    PREEMPTION,
    ALLOCATION_END
  }

  private enum Event {
    WORK_DONE,
    CHECKPOINT_DONE,
    FAILURE,
    PREEMPTION,
    LAST_CALL,
    ALLOCATION_END
  }

  /** The course of one job. */
  private final class Course {
    private final RandomGenerator random;
    private final JobRun run;
    private final FailureStream stream;
    private final Versions versions;

    private double now;
    private double failure;
    private double preemption;
    private double allocationEnd;
    private double done;

    /** Until then a checkpoint is being written, and the job works at this rate. */
    private double writingUntil;

    private double rate;
    private boolean writing;
    private boolean leaving;
    private double intervalSeconds;
    private double atRiskAtFailure;
    private int interruptions;
    private double progress;

    Course(RandomGenerator random, JobRun run) {
      this.random = random;
      this.run = run;
      this.stream = failures.stream(random);
      this.versions = new Versions(model.checkpoints(), random);
    }

    void run() {
      allocationEnd =
          model
              .allocation()
              .map(JobModel.Allocation::lengthSeconds)
              .orElse(Double.POSITIVE_INFINITY);
      failure = stream.nextAfter(0);
      drawPreemption();
      double target = 0;
      boolean planned = false;
      while (true) {
        boolean blocked = writing && rate == 0;
        if (!blocked && !planned) {
          target = Math.min(done + nextWork(), model.workSeconds());
          planned = true;
        }
        switch (advance(blocked ? Double.POSITIVE_INFINITY : target)) {
          case WORK_DONE -> {
            if (done >= model.workSeconds()) {
              return;
            }
            capture();
            planned = false;
          }
          case CHECKPOINT_DONE -> checkpointDone();
          case LAST_CALL -> {
            leaving = true;
            capture();
          }
          case ALLOCATION_END -> {
            nextAllocation(false);
            recover(Cause.ALLOCATION_END);
            planned = false;
          }
          case FAILURE -> {
            failed();
            recover(Cause.FAILURE);
            planned = false;
          }
          case PREEMPTION -> {
            preempted();
            recover(Cause.PREEMPTION);
            planned = false;
          }
        }
      }
    }

    private void drawPreemption() {
      preemption =
          model
              .preemption()
              .map(p -> now + p.meanSeconds() * random.nextExponential())
              .orElse(Double.POSITIVE_INFINITY);
    }

    /** Goes on until something happens. */
    private Event advance(double target) {
      double speed = writing ? rate : 1;
      double workEnd =
          speed > 0 ? now + Math.max(0, target - done) / speed : Double.POSITIVE_INFINITY;
      if (writing && workEnd < writingUntil && target < model.workSeconds()) {
        workEnd = Double.POSITIVE_INFINITY; // one checkpoint at a time: work on until it is written
      }
      double writtenAt = writing ? writingUntil : Double.POSITIVE_INFINITY;
      double lastCall = lastCallAt();
      double next = Math.min(Math.min(workEnd, writtenAt), Math.min(failure, preemption));
      next = Math.min(next, Math.min(lastCall, allocationEnd * ROUNDED_UP));
      pass(Math.max(0, next - now), speed);
      now = Math.max(now, next);
      // At the same moment, what completes comes before what interrupts.
      if (next == writtenAt) {
        return Event.CHECKPOINT_DONE;
      }
      if (next == workEnd) {
        done = Math.max(done, target);
        return Event.WORK_DONE;
      }
      return next == failure
          ? Event.FAILURE
          : next == preemption
              ? Event.PREEMPTION
              : next == lastCall ? Event.LAST_CALL : Event.ALLOCATION_END;
    }

    private void pass(double seconds, double speed) {
      double worked = speed * seconds;
      done += worked;
      run.workSeconds += worked;
      run.checkpointSeconds += seconds - worked;
    }

    /** When to begin the checkpoint that ends with the allocation. */
    private double lastCallAt() {
      boolean wanted =
          !writing
              && !leaving
              && model.allocation().map(JobModel.Allocation::lastCheckpoint).orElse(false);
      if (!wanted) {
        return Double.POSITIVE_INFINITY;
      }
      double call = allocationEnd - reserveSeconds;
      return call >= now ? call : Double.POSITIVE_INFINITY; // else it would come too late
    }

    private double nextWork() {
      double seconds = policy.workIntervalSeconds(state());
      intervalSeconds = seconds;
      // No work before a checkpoint: no more of both would fit. The rest of the time is not
      // planned.
      return seconds > 0 ? seconds : Double.POSITIVE_INFINITY;
    }

    private JobState state() {
      double atRisk = atRiskSeconds();
      double age = Math.max(0, atRisk - atRiskAtFailure);
      JobState state =
          told.withExposure(new JobState.Exposure(atRisk, run.failures, age))
              .withInterval(intervalSeconds);
      return model.allocation().isEmpty()
          ? state
          : state.withAllocation(
              new JobState.Allocation(Math.max(0, allocationEnd - now), reserveSeconds));
    }

    private double atRiskSeconds() {
      return run.workSeconds + run.checkpointSeconds + run.restartSeconds;
    }

    private void capture() {
      versions.capture(done);
      write();
    }

    private void write() {
      writing = true;
      rate = versions.rateWhileWriting();
      writingUntil = now + versions.writeSeconds();
    }

    private void checkpointDone() {
      writing = false;
      run.checkpoints++;
      boolean more = versions.written();
      progressed();
      if (more) {
        write(); // the second level follows the first
      } else if (leaving) {
        // Nothing more can be kept in this allocation: the job gives it back.
        allocationEnd = now;
      }
    }

    /** Checkpoints of the same progress, again and again, are none. */
    private void progressed() {
      if (versions.stored() > progress) {
        progress = versions.stored();
        interruptions = 0;
      }
    }

    private void failed() {
      run.failures++;
      interrupted();
      versions.failed();
      atRiskAtFailure = atRiskSeconds();
    }

    private void interrupted() {
      writing = false;
      if (++interruptions > HOPELESS) {
        throw SimulatedJob.hopeless(intervalSeconds, HOPELESS);
      }
    }

    /** A notice has come: what fits into it is kept. */
    private void preempted() {
      run.preemptions++;
      double cost = versions.noticeCostSeconds();
      boolean fits = cost <= model.preemption().orElseThrow().noticeSeconds();
      double end = now + cost;
      if (fits && end <= failure && end <= allocationEnd) {
        run.checkpointSeconds += cost;
        now = end;
        versions.capture(done);
        while (versions.written()) {
          // The cost above is that of all levels.
        }
        run.checkpoints++;
        progressed();
      }
      interrupted();
    }

    /**
     * @param failed whether a failure has struck since the job was last at risk; else the one that
     *     was to come is still to come
     */
    private void nextAllocation(boolean failed) {
      interrupted();
      JobModel.Allocation allocation = model.allocation().orElseThrow();
      run.allocations++;
      run.queueSeconds += allocation.waitSeconds();
      now += allocation.waitSeconds();
      allocationEnd = now + allocation.lengthSeconds();
      leaving = false;
      failure =
          failed
              ? stream.nextAfter(now)
              : stream.afterPause(failure, now, allocation.waitSeconds());
      drawPreemption();
    }

    private void downtime(boolean failed) {
      double from = now;
      now = Math.min(now + model.downtimeSeconds(), allocationEnd);
      run.downSeconds += now - from;
      if (now >= allocationEnd) {
        if (!failed) {
          failure = stream.afterPause(failure, now, now - from);
        }
        nextAllocation(failed);
      } else {
        failure = failed ? stream.nextAfter(now) : stream.afterPause(failure, now, now - from);
        drawPreemption();
      }
    }

    /** Downtime after a failure or a preemption, then a restart, until one succeeds. */
    private void recover(Cause first) {
      Cause cause = first;
      while (true) {
        if (cause != Cause.ALLOCATION_END) {
          downtime(cause == Cause.FAILURE);
        }
        double restarted = now + versions.restartSeconds();
        double interruption = Math.min(Math.min(failure, preemption), allocationEnd);
        if (restarted <= interruption) {
          run.restartSeconds += versions.restartSeconds();
          now = restarted;
          break;
        }
        run.restartSeconds += interruption - now;
        now = interruption;
        if (interruption >= allocationEnd) {
          cause = Cause.ALLOCATION_END;
          nextAllocation(false);
        } else if (interruption == failure) {
          cause = Cause.FAILURE;
          failed();
        } else {
          cause = Cause.PREEMPTION;
          run.preemptions++;
          interrupted();
        }
      }
      done = versions.restored();
      leaving = false;
      if (versions.owesSecondLevel()) {
        write();
      }
    }
  }
}
