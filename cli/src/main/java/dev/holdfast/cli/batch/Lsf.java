// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.storage.SchedulerJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * IBM Spectrum LSF, by its documentation. What bjobs calls the time left counts only where it comes
 * from a run limit: LSF does not end a job because an estimate was wrong.
 */
final class Lsf implements Dialect {
  private static final Pattern TIME_LEFT = Pattern.compile("(\\d{1,9}):(\\d{1,2})\\s+L");
  private static final Pattern SUBMITTED = Pattern.compile("Job <(\\d+)> is submitted\\b.*");

  /** JOB_TERMINATE_INTERVAL, between INT, TERM and KILL, where the site does not set it. */
  private static final Duration TERMINATE_INTERVAL = Duration.ofSeconds(10);

  private final SchedulerJob job;
  private final Map<String, String> environment;

  Lsf(SchedulerJob job, Map<String, String> environment) {
    this.job = job;
    this.environment = environment;
  }

  @Override
  public void environment(Facts facts) {
    facts.tell("queue", environment.getOrDefault("LSB_QUEUE", ""), "LSB_QUEUE");
    facts.tell("nodes", environment.getOrDefault("LSB_HOSTS", ""), "LSB_HOSTS");
    facts.killWait(TERMINATE_INTERVAL, "the default of LSF's JOB_TERMINATE_INTERVAL");
    facts.missing("notice", "LSF does not tell a job its bsub -wt");
    String codes = environment.getOrDefault("LSB_EXIT_REQUEUE", "");
    facts.tell("requeue exit codes", codes, "LSB_EXIT_REQUEUE");
  }

  @Override
  public void ask(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("bjobs", "-noheader", "-o", "time_left", job.id());
    String text = answer.text().strip();
    Matcher left = TIME_LEFT.matcher(text);
    if (!answer.given()) {
      facts.trouble("ends", answer.trouble());
    } else if (left.matches()) {
      Duration rest =
          Duration.ofHours(Long.parseLong(left.group(1)))
              .plusMinutes(Long.parseLong(left.group(2)));
      facts.end(asking.now().plus(rest), "bjobs time_left");
    } else if (text.equals("-")) {
      facts.noEnd("bjobs time_left");
    } else if (text.endsWith("E") || text.endsWith("X")) {
      facts.missing("ends", "bjobs time_left: \"" + text + "\" is an estimate, no limit");
    } else {
      facts.trouble("ends", "bjobs time_left: \"" + text + "\" is no time");
    }
  }

  @Override
  public List<Possible> ways(Asking asking, Requeue.Wish wish) {
    Dependents dependents = dependents(asking, wish);
    Possible requeue =
        asking.has("brequeue")
            ? new Possible(Way.REQUEUE, true, "brequeue " + job.id())
            : new Possible(Way.REQUEUE, false, Asking.missing("brequeue"));
    String obstacle = obstacle(asking, wish, dependents);
    Possible submit =
        obstacle.isEmpty()
            ? new Possible(Way.SUBMIT, true, "bsub, with " + wish.script().orElseThrow())
            : new Possible(Way.SUBMIT, false, obstacle);
    return List.of(requeue, submit, dependents.asChain());
  }

  private String obstacle(Asking asking, Requeue.Wish wish, Dependents dependents) {
    if (!asking.has("bsub")) {
      return Asking.missing("bsub");
    }
    if (!job.task().isEmpty()) {
      return "one task of an LSF array would lose its index";
    }
    if (wish.script().isEmpty()) {
      return "name the script with --resubmit";
    }
    if (!Files.isReadable(wish.script().get())) {
      return "there is no readable script " + wish.script().get();
    }
    return dependents.againstSubmit();
  }

  private Dependents dependents(Asking asking, Requeue.Wish wish) {
    Asking.Answer answer =
        asking.ask("bjobs", "-noheader", "-p", "-o", "jobid dependency delimiter='|'");
    if (!answer.given()) {
      return answer.trouble().contains("No pending job found")
          ? Dependents.NONE
          : Dependents.unknown(answer.trouble());
    }
    String name = environment.getOrDefault("LSB_JOBNAME", "");
    String ours =
        "\\(\\s*\"?(?:"
            + Pattern.quote(job.id())
            + "|"
            + Pattern.quote(job.jobId())
            + (name.isEmpty() ? "" : "|" + Pattern.quote(name))
            + ")\"?\\s*";
    Pattern ended = Pattern.compile("\\bended" + ours + "\\)");
    Pattern done = Pattern.compile("\\bdone" + ours + "\\)");
    Pattern exit = Pattern.compile("\\bexit" + ours + "\\)");
    Dependents found = Dependents.NONE;
    for (String line : answer.text().lines().toList()) {
      String[] parts = line.split("\\|", 2);
      if (parts.length == 2 && !parts[0].strip().equals(job.jobId())) {
        boolean always = ended.matcher(parts[1]).find();
        boolean zero = done.matcher(parts[1]).find();
        boolean other = exit.matcher(parts[1]).find();
        if (always || zero || other) {
          found = found.with(parts[0].strip(), always || (wish.code() == 0 ? zero : other));
        }
      }
    }
    return found;
  }

  @Override
  public Attempt requeue(Asking asking) {
    Asking.Answer answer = asking.ask("brequeue", job.id());
    Asking.Answer after = asking.ask("bjobs", "-noheader", "-o", "stat", job.id());
    boolean pending = after.text().strip().matches("PEND|PSUSP");
    return answer.given() || pending
        ? new Attempt(true, "requeued as " + job.id())
        : new Attempt(false, answer.trouble());
  }

  /** Read from standard input, so that its #BSUB lines count. */
  @Override
  public Attempt submit(Asking asking, Requeue.Wish wish) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "script=$1; shift; exec \"$@\" < \"$script\"", "sh"));
    command.add(wish.script().map(Path::toAbsolutePath).orElseThrow().toString());
    command.addAll(List.of("bsub", "-w", "ended(" + job.jobId() + ")"));
    String name = environment.getOrDefault("LSB_JOBNAME", "");
    if (!name.isEmpty()) {
      command.addAll(List.of("-J", name));
    }
    Asking.Answer answer = asking.ask(command.toArray(String[]::new));
    Optional<String> id =
        answer
            .text()
            .lines()
            .map(line -> SUBMITTED.matcher(line.strip()))
            .filter(Matcher::matches)
            .map(submitted -> submitted.group(1))
            .findFirst();
    String follows = " to follow " + job.id();
    if (answer.given() && id.isPresent()) {
      return new Attempt(true, "submitted " + id.get() + follows);
    }
    String waits = dependents(asking, wish).any(); // a command not answered may have been obeyed
    return waits.isEmpty()
        ? new Attempt(false, answer.given() ? "bsub told no job id" : answer.trouble())
        : new Attempt(true, "submitted " + waits + follows);
  }

  /** Such as {@code 75 85}. */
  @Override
  public List<Integer> requeueCodes() {
    List<Integer> codes = new ArrayList<>();
    for (String word : environment.getOrDefault("LSB_EXIT_REQUEUE", "").split("\\s+", -1)) {
      if (word.matches("\\d{1,3}") && Requeue.meansStop(Integer.parseInt(word))) {
        codes.add(Integer.parseInt(word));
      }
    }
    return codes;
  }
}
