// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.SchedulerJob;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Slurm. One {@code scontrol show job} answers most questions; the site's configuration and the
 * script are looked at in the first conversation only. Where scontrol is missing or its controller
 * does not answer, squeue is asked for the end.
 */
final class Slurm implements Dialect {
  private static final Pattern SIGNAL =
      Pattern.compile(
          "(?m)^#SBATCH\\s+(?:[^#\\n]*\\s)?--signal[="
              + " ]([RB]*:?)([A-Z0-9]+)(?:@(\\d{1,5}))?(?=\\s|$)");

  private final SchedulerJob job;
  private final Map<String, String> environment;
  private final SlurmRequeue requeue;
  private Optional<SlurmSite> site = Optional.empty();
  private boolean scriptSeen;

  Slurm(SchedulerJob job, Map<String, String> environment) {
    this.job = job;
    this.environment = environment;
    this.requeue = new SlurmRequeue(job, environment.getOrDefault("SLURM_JOB_NAME", ""));
  }

  @Override
  public void environment(Facts facts) {
    tell(facts, "nodes", "SLURM_JOB_NODELIST");
    tell(facts, "partition", "SLURM_JOB_PARTITION");
    OptionalLong end = SchedulerJob.allocationEndEpochMs(environment);
    if (end.isPresent()) {
      facts.end(Instant.ofEpochMilli(end.getAsLong()), "SLURM_JOB_END_TIME");
    }
  }

  private void tell(Facts facts, String name, String variable) {
    facts.tell(name, environment.getOrDefault(variable, ""), variable);
  }

  @Override
  public synchronized void ask(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("scontrol", "show", "job", job.id());
    Optional<SlurmRecord> record = SlurmRecord.parse(answer.text(), job);
    if (record.isPresent()) {
      tell(facts, record.get());
    } else {
      facts.trouble(
          "ends",
          answer.given() ? "scontrol show job " + job.id() + ": unreadable" : answer.trouble());
      askQueue(asking, facts);
    }
    if (site.isEmpty()) {
      askSite(asking, facts);
    }
    if (!scriptSeen) {
      askScript(asking, facts);
    }
  }

  private static void tell(Facts facts, SlurmRecord record) {
    String source = "scontrol show job";
    Optional<Instant> end = record.moment("EndTime");
    if (record.unlimited()) {
      facts.noEnd(source);
    } else if (end.isPresent()) {
      facts.end(end.get(), source);
    } else {
      facts.trouble("ends", source + ": EndTime \"" + record.get("EndTime") + "\" is no time");
    }
    facts.tell("time limit", record.get("TimeLimit"), source);
    facts.tell("nodes", record.get("NodeList"), source);
    facts.tell("partition", record.get("Partition"), source);
    facts.tell("restarts", Long.toString(record.restarts()), source);
    facts.tell("may be requeued", record.get("Requeue").equals("1") ? "yes" : "no", source);
  }

  private void askQueue(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("squeue", "-h", "-j", job.id(), "-o", "%e");
    String text = answer.text().strip();
    if (!answer.given()) {
      facts.trouble("ends", answer.trouble());
    } else if (text.equals("NONE")) { // what it prints for UNLIMITED
      facts.noEnd("squeue");
    } else {
      try {
        facts.end(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC), "squeue");
      } catch (DateTimeException e) {
        facts.trouble("ends", "squeue: end \"" + text + "\" is no time");
      }
    }
  }

  private void askSite(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("scontrol", "show", "config");
    if (!answer.given()) {
      facts.trouble("kill wait", answer.trouble());
      return;
    }
    SlurmSite found = SlurmSite.parse(answer.text());
    site = Optional.of(found);
    String source = "scontrol show config";
    if (found.killWait().isPresent()) {
      facts.killWait(found.killWait().get(), source);
    } else {
      facts.missing("kill wait", source + ": no KillWait");
    }
    facts.tell("requeue exit codes", join(found.requeueExit()), source);
    if (found.maxRequeues().isPresent()) {
      facts.tell("requeues at most", Long.toString(found.maxRequeues().getAsLong()), source);
    }
  }

  private static String join(List<Integer> codes) {
    return String.join(" ", codes.stream().map(String::valueOf).toList());
  }

  /**
   * Slurm shows nobody the job's --signal; the script has it, unless it was an option of sbatch.
   */
  private void askScript(Asking asking, Facts facts) {
    Asking.Answer answer = asking.ask("scontrol", "write", "batch_script", job.id(), "-");
    if (!answer.given()) {
      facts.missing("notice", answer.trouble());
      return;
    }
    scriptSeen = true;
    Matcher signal = SIGNAL.matcher(answer.text());
    if (!signal.find()) {
      facts.missing("notice", "no #SBATCH --signal in the script");
      return;
    }
    long seconds = signal.group(3) == null ? 60 : Long.parseLong(signal.group(3));
    facts.notice(
        Duration.ofSeconds(seconds),
        signal.group(2) + (signal.group(1).contains("B") ? " to the script" : " to steps of srun"),
        "#SBATCH --signal");
  }

  @Override
  public synchronized List<Requeue.Possible> ways(Asking asking, Requeue.Wish wish) {
    if (site.isEmpty()) {
      askSite(asking, new Facts());
    }
    return requeue.ways(asking, wish, site.orElse(SlurmSite.UNKNOWN));
  }

  @Override
  public synchronized Attempt requeue(Asking asking) {
    return requeue.requeue(asking);
  }

  @Override
  public synchronized Attempt submit(Asking asking, Requeue.Wish wish) {
    return requeue.submit(asking, wish);
  }

  @Override
  public synchronized List<Integer> requeueCodes() {
    return requeue.allowed()
        ? site.orElse(SlurmSite.UNKNOWN).requeueExit().stream().filter(Requeue::meansStop).toList()
        : List.of();
  }
}
