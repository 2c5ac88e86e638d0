// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.storage.SchedulerJob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Flux, by its documentation. It has no requeue: the exit code is for the script or a chain. */
final class Flux implements Dialect {
  /** What a job without a limit is told, or more. */
  private static final Duration NO_LIMIT = Duration.ofSeconds(0xFFFF_FFFFL);

  private final SchedulerJob job;
  private final Map<String, String> environment;

  Flux(SchedulerJob job, Map<String, String> environment) {
    this.job = job;
    this.environment = environment;
  }

  @Override
  public void environment(Facts facts) {
    facts.tell("nodes", environment.getOrDefault("FLUX_JOB_NNODES", ""), "FLUX_JOB_NNODES");
    facts.missing("kill wait", "Flux does not tell a job its kill-timeout");
    facts.missing("notice", "Flux does not tell a job its --signal");
  }

  @Override
  public void ask(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("flux", "job", "timeleft", job.jobId());
    String text = answer.text().strip();
    Optional<Duration> left = Lengths.seconds(text);
    if (!answer.given()) {
      facts.trouble("ends", answer.trouble());
    } else if (left.isEmpty()) {
      facts.trouble("ends", "flux job timeleft: \"" + text + "\" is no number of seconds");
    } else if (left.get().compareTo(NO_LIMIT) >= 0) {
      facts.noEnd("flux job timeleft");
    } else {
      facts.end(asking.now().plus(left.get()), "flux job timeleft");
    }
  }

  @Override
  public List<Possible> ways(Asking asking, Requeue.Wish wish) {
    return List.of(new Possible(Way.REQUEUE, false, "Flux has none"));
  }

  @Override
  public List<Integer> requeueCodes() {
    return List.of();
  }
}
