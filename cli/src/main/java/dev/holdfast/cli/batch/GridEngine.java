// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.storage.SchedulerJob;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Grid Engine. The limit is the smaller of those of the job and of its queue. Without {@code
 * -notify} it kills at once; with it, USR2 comes the queue's notify time before. A job that ends
 * with code 99 is put back into the queue, whoever it belongs to.
 */
final class GridEngine implements Dialect {
  private static final int REQUEUE_CODE = 99;
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("MM/dd/yyyy HH:mm:ss", Locale.ROOT);
  private static final Pattern STARTED =
      Pattern.compile("(\\d{2}/\\d{2}/\\d{4} \\d{2}:\\d{2}:\\d{2})");

  private final SchedulerJob job;
  private final Map<String, String> environment;
  private Optional<Instant> begin = Optional.empty();
  private Optional<String> queue = Optional.empty();

  GridEngine(SchedulerJob job, Map<String, String> environment) {
    this.job = job;
    this.environment = environment;
  }

  @Override
  public void environment(Facts facts) {
    facts.tell("queue", environment.getOrDefault("QUEUE", ""), "QUEUE");
    facts.tell("nodes", environment.getOrDefault("NHOSTS", ""), "NHOSTS");
    facts.tell("requeue exit codes", Integer.toString(REQUEUE_CODE), "Grid Engine");
  }

  @Override
  public synchronized void ask(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("qstat", "-j", job.jobId());
    if (!answer.given()) {
      facts.trouble("ends", answer.trouble());
      return;
    }
    String name = environment.getOrDefault("QUEUE", "");
    if (queue.isEmpty() && !name.isEmpty()) {
      Asking.Answer config = asking.ask("qconf", "-sq", name);
      queue = config.given() ? Optional.of(config.text()) : Optional.empty();
    }
    Optional<Duration> hard = limit(answer.text(), "h_rt");
    Optional<Duration> soft = limit(answer.text(), "s_rt");
    tellEnd(asking, hard, facts);
    tellNotice(answer.text(), hard, soft, facts);
  }

  private Optional<Duration> limit(String printed, String resource) {
    Optional<Duration> own =
        value(printed, "hard resource_list:")
            .flatMap(list -> first(list, "(?:^|,)" + resource + "=([^,\\s]+)"))
            .flatMap(Lengths::secondsOrClock);
    Optional<Duration> queues =
        queue.flatMap(q -> value(q, resource)).flatMap(Lengths::secondsOrClock);
    return own.isPresent() && queues.isPresent() && queues.get().compareTo(own.get()) < 0
        ? queues
        : own.or(() -> queues);
  }

  private void tellEnd(Asking asking, Optional<Duration> hard, Facts facts) {
    if (hard.isEmpty()) {
      if (queue.isPresent()) {
        facts.noEnd("qstat -j and qconf -sq: no h_rt");
      } else {
        facts.missing("ends", "qstat -j: no h_rt, and that of the queue is unknown");
      }
      return;
    }
    facts.tell("time limit", hard.get().toSeconds() + " s", "h_rt");
    if (begin.isEmpty()) {
      begin = begin(asking, facts);
    }
    begin.ifPresent(b -> facts.end(b.plus(hard.get()), "h_rt, from qstat's start of the job"));
  }

  private Optional<Instant> begin(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("qstat", "-s", "r");
    for (String line : answer.text().lines().map(String::strip).toList()) {
      List<String> words = List.of(line.split("\\s+", -1));
      Matcher started = STARTED.matcher(line);
      if (words.getFirst().equals(job.jobId())
          && (job.task().isEmpty() || words.getLast().equals(job.task()))
          && started.find()) {
        try {
          return Optional.of(
              LocalDateTime.parse(started.group(1), MOMENT).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
          break;
        }
      }
    }
    facts.trouble(
        "ends", answer.given() ? "qstat -s r: no start of job " + job.id() : answer.trouble());
    return Optional.empty();
  }

  private void tellNotice(
      String printed, Optional<Duration> hard, Optional<Duration> soft, Facts facts) {
    boolean notify = value(printed, "notify:").orElse("").equalsIgnoreCase("TRUE");
    Optional<Duration> wait =
        queue.flatMap(q -> value(q, "notify")).flatMap(Lengths::secondsOrClock);
    if (!notify) {
      facts.killWait(Duration.ZERO, "qstat -j: submitted without -notify");
    } else if (wait.isPresent()) {
      facts.killWait(wait.get(), "notify of the queue");
    }
    if (hard.isPresent() && soft.isPresent() && soft.get().compareTo(hard.get()) < 0) {
      facts.notice(hard.get().minus(soft.get()), "USR1", "s_rt");
    } else if (notify && wait.isPresent()) {
      facts.notice(wait.get(), "USR2", "-notify");
    } else {
      facts.missing("notice", "neither s_rt nor -notify");
    }
  }

  /** What follows a word at the begin of a line. */
  private static Optional<String> value(String printed, String name) {
    return first(printed, "(?m)^" + Pattern.quote(name) + "\\s+(\\S.*)$").map(String::strip);
  }

  private static Optional<String> first(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  @Override
  public List<Possible> ways(Asking asking, Requeue.Wish wish) {
    return List.of(
        new Possible(Way.REQUEUE, false, "Grid Engine does it by exit code " + REQUEUE_CODE));
  }

  @Override
  public List<Integer> requeueCodes() {
    return List.of(REQUEUE_CODE);
  }
}
