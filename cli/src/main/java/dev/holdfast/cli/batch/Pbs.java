// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.storage.SchedulerJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * PBS Professional, OpenPBS and Torque, by their documentation and source. The time used, as qstat
 * prints it, is old by up to a few minutes; where the time of the start fits to it, the limit is
 * counted from there. Users may not qrerun, so the way is a successor.
 */
final class Pbs implements Dialect {
  private static final Pattern JOB_ID = Pattern.compile("\\d+(?:\\[\\])?(?:\\.\\S+)?");

  /** By how much the time used may lag behind the clock; more means the clocks do not fit. */
  private static final Duration LAG = Duration.ofMinutes(10);

  /** Between TERM and KILL, where the queue says nothing. */
  private static final Duration KILL_DELAY = Duration.ofSeconds(10);

  private final SchedulerJob job;
  private final Map<String, String> environment;
  private boolean queueAsked;

  Pbs(SchedulerJob job, Map<String, String> environment) {
    this.job = job;
    this.environment = environment;
  }

  @Override
  public void environment(Facts facts) {
    facts.tell("queue", environment.getOrDefault("PBS_QUEUE", ""), "PBS_QUEUE");
    facts.killWait(KILL_DELAY, "the default of PBS");
    facts.missing("notice", "PBS sends TERM at the limit and nothing before");
  }

  @Override
  public synchronized void ask(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("qstat", "-f", job.id());
    PbsRecord record = PbsRecord.parse(answer.text(), job.id());
    if (!answer.given() || record.isEmpty()) {
      String unreadable = "qstat -f " + job.id() + ": unreadable";
      facts.trouble("ends", answer.given() ? unreadable : answer.trouble());
      return;
    }
    tellEnd(record, asking.now(), facts);
    String source = "qstat -f";
    facts.tell("time limit", record.get("Resource_List.walltime"), source);
    facts.tell("queue", record.get("queue"), source);
    facts.tell("nodes", record.get("exec_host"), source);
    facts.tell("runs", record.get("run_count"), source);
    facts.tell("may be rerun", record.get("Rerunable").equals("False") ? "no" : "yes", source);
    if (!queueAsked) {
      askQueue(asking, record.get("queue"), facts);
    }
  }

  private static void tellEnd(PbsRecord record, Instant now, Facts facts) {
    String limitText = record.get("Resource_List.walltime");
    if (limitText.isEmpty()) {
      facts.noEnd("qstat -f: no Resource_List.walltime");
      return;
    }
    Optional<Duration> limit = Lengths.secondsOrClock(limitText);
    String usedText = record.get("resources_used.walltime");
    Optional<Duration> used =
        usedText.isEmpty() ? Optional.of(Duration.ZERO) : Lengths.secondsOrClock(usedText);
    if (limit.isEmpty() || used.isEmpty()) {
      facts.trouble(
          "ends", "qstat -f: walltime \"" + limitText + "\", used \"" + usedText + "\" unreadable");
      return;
    }
    Instant begin = now.minus(used.get());
    Optional<Instant> told = record.moment("stime");
    if (told.isPresent()
        && Duration.between(told.get(), begin).compareTo(LAG) < 0
        && told.get().isBefore(begin)) {
      begin = told.get();
    }
    facts.end(begin.plus(limit.get()), "qstat -f");
  }

  private void askQueue(Asking asking, String queue, Facts facts) {
    Asking.Answer answer = asking.ask("qstat", "-Qf", queue);
    queueAsked = answer.given();
    Lengths.seconds(PbsRecord.parse(answer.text(), queue).get("kill_delay"))
        .ifPresent(delay -> facts.killWait(delay, "kill_delay of the queue " + queue));
  }

  @Override
  public synchronized List<Possible> ways(Asking asking, Requeue.Wish wish) {
    Dependents dependents = dependents(asking, wish);
    return List.of(
        new Possible(Way.REQUEUE, false, "qrerun needs the rights of an operator"),
        submit(asking, wish, dependents),
        dependents.asChain());
  }

  private Possible submit(Asking asking, Requeue.Wish wish, Dependents dependents) {
    String obstacle = obstacle(asking, wish, dependents);
    return new Possible(
        Way.SUBMIT,
        obstacle.isEmpty(),
        obstacle.isEmpty() ? "qsub, with " + wish.script().orElseThrow() : obstacle);
  }

  private String obstacle(Asking asking, Requeue.Wish wish, Dependents dependents) {
    if (!asking.has("qsub")) {
      return Asking.missing("qsub");
    }
    if (!job.task().isEmpty()) {
      return "one task of a PBS array cannot be submitted alone";
    }
    if (wish.script().isEmpty()) {
      return "PBS does not show a job its script; name it with --resubmit";
    }
    if (!Files.isReadable(wish.script().get())) {
      return "there is no readable script " + wish.script().get();
    }
    return dependents.againstSubmit();
  }

  /** PBS writes into a job what waits for it: {@code depend = beforeany:13.server@server}. */
  private Dependents dependents(Asking asking, Requeue.Wish wish) {
    Asking.Answer answer = asking.ask("qstat", "-f", job.id());
    if (!answer.given()) {
      return Dependents.unknown(answer.trouble());
    }
    Set<String> starting =
        wish.code() == 0 ? Set.of("beforeany", "beforeok") : Set.of("beforeany", "beforenotok");
    Dependents found = Dependents.NONE;
    String depend = PbsRecord.parse(answer.text(), job.id()).get("depend");
    for (String part : depend.split(",", -1)) {
      String[] kindAndIds = part.strip().split(":", -1);
      if (Set.of("beforeany", "beforeok", "beforenotok").contains(kindAndIds[0])
          && kindAndIds.length > 1) {
        String id = kindAndIds[1].replaceFirst("@.*", "");
        found = found.with(id, starting.contains(kindAndIds[0]));
      }
    }
    return found;
  }

  @Override
  public synchronized Attempt submit(Asking asking, Requeue.Wish wish) {
    List<String> command = new ArrayList<>(List.of("qsub", "-W", "depend=afterany:" + job.id()));
    String name = environment.getOrDefault("PBS_JOBNAME", "");
    if (!name.isEmpty()) {
      command.addAll(List.of("-N", name));
    }
    command.add(wish.script().map(Path::toAbsolutePath).orElseThrow().toString());
    Asking.Answer answer = asking.ask(command.toArray(String[]::new));
    String id = answer.text().strip();
    if (answer.given() && JOB_ID.matcher(id).matches()) {
      return new Attempt(true, "submitted " + id + " to follow " + job.id());
    }
    String waits = dependents(asking, wish).any(); // a command not answered may have been obeyed
    return waits.isEmpty()
        ? new Attempt(
            false, answer.given() ? "qsub: \"" + id + "\" is no job id" : answer.trouble())
        : new Attempt(true, "submitted " + waits + " to follow " + job.id());
  }

  @Override
  public List<Integer> requeueCodes() {
    return List.of();
  }
}
