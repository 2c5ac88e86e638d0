// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.cli.batch.Dialect.Attempt;
import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.storage.SchedulerJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Being started again by Slurm. A job that somebody has cancelled is not: {@code scontrol requeue}
 * would bring it back all the same.
 */
final class SlurmRequeue {
  private static final Pattern JOB_ID = Pattern.compile("(\\d+)(?:;.*)?");

  private final SchedulerJob job;
  private final String nameInEnvironment;
  private Optional<SlurmRecord> last = Optional.empty();

  SlurmRequeue(SchedulerJob job, String nameInEnvironment) {
    this.job = job;
    this.nameInEnvironment = nameInEnvironment;
  }

  /** Whether Slurm would requeue this job at all. */
  boolean allowed() {
    return last.filter(r -> eligible(r) && !r.cancelled()).isPresent();
  }

  private static boolean eligible(SlurmRecord record) {
    return record.get("Requeue").equals("1") && !record.get("BatchFlag").equals("0");
  }

  List<Possible> ways(Asking asking, Requeue.Wish wish, SlurmSite site) {
    Asking.Answer answer = asking.ask("scontrol", "show", "job", job.id());
    last = SlurmRecord.parse(answer.text(), job);
    if (last.isPresent() && last.get().requeued(job)) {
      return List.of(new Possible(Way.REQUEUE, true, "Slurm has requeued the job already"));
    }
    if (last.isPresent() && last.get().cancelled()) {
      String why = "the job is being cancelled";
      return List.of(
          new Possible(Way.REQUEUE, false, why),
          new Possible(Way.SUBMIT, false, why),
          new Possible(Way.CHAIN, false, why));
    }
    Dependents dependents = dependents(asking, wish);
    Possible submit = submit(asking, wish, dependents);
    String unreadable = "scontrol show job " + job.id() + ": unreadable";
    Possible requeue =
        last.isPresent()
            ? requeue(last.get(), site, submit.possible())
            : new Possible(Way.REQUEUE, false, answer.given() ? unreadable : answer.trouble());
    return List.of(requeue, submit, dependents.asChain());
  }

  private Possible requeue(SlurmRecord record, SlurmSite site, boolean otherwise) {
    String refusal = refusal(record);
    if (!refusal.isEmpty()) {
      return new Possible(Way.REQUEUE, false, refusal);
    }
    String command = "scontrol requeue " + job.id();
    if (site.maxRequeues().isEmpty() || record.restarts() < site.maxRequeues().getAsLong()) {
      return new Possible(Way.REQUEUE, true, command);
    }
    // It holds jobs that were requeued automatically; where there is a choice nothing is risked.
    String spent =
        "restarted %d times, at MaxBatchRequeue=%d Slurm may hold it"
            .formatted(record.restarts(), site.maxRequeues().getAsLong());
    return new Possible(Way.REQUEUE, !otherwise, otherwise ? spent : command + "; " + spent);
  }

  private static String refusal(SlurmRecord record) {
    if (record.get("BatchFlag").equals("0")) {
      return "Slurm requeues batch jobs only, this one was not submitted by sbatch";
    }
    if (!record.get("Requeue").equals("1")) {
      return "the job was submitted with --no-requeue, or the site says JobRequeue=0";
    }
    return switch (record.state()) {
      case "RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "CONFIGURING" -> "";
      default -> "the job's state is " + record.state();
    };
  }

  private Possible submit(Asking asking, Requeue.Wish wish, Dependents dependents) {
    if (!asking.has("sbatch")) {
      return new Possible(Way.SUBMIT, false, Asking.missing("sbatch"));
    }
    if (!dependents.againstSubmit().isEmpty()) {
      return new Possible(Way.SUBMIT, false, dependents.againstSubmit());
    }
    SlurmScript script = script(asking, wish);
    return script.found()
        ? new Possible(Way.SUBMIT, true, "sbatch, with " + script.origin())
        : new Possible(Way.SUBMIT, false, script.origin());
  }

  private SlurmScript script(Asking asking, Requeue.Wish wish) {
    return SlurmScript.find(asking, job, wish, last.map(r -> r.get("Command")).orElse(""));
  }

  private Dependents dependents(Asking asking, Requeue.Wish wish) {
    Asking.Answer answer = asking.ask("squeue", "-h", "--me", "-t", "PENDING", "-o", "%i|%E|%j");
    if (!answer.given()) {
      return Dependents.unknown(answer.trouble());
    }
    Dependents found = Dependents.NONE;
    for (String line : answer.text().lines().toList()) {
      String[] parts = line.strip().split("\\|", 3);
      if (parts.length < 3 || parts[0].split("_", -1)[0].equals(job.jobId())) {
        continue; // the tasks of one array do not wait for each other
      }
      Dependency dependency = new Dependency(parts[1], parts[2].equals(name()));
      if (dependency.onEnd(job, last)) {
        found = found.with(parts[0], dependency.afterCode(job, last, wish.code()));
      }
    }
    return found;
  }

  private String name() {
    return last.map(record -> record.get("JobName")).orElse(nameInEnvironment);
  }

  /**
   * What a job waits for, such as {@code afterany:12(unfulfilled),singleton(unfulfilled)}.
   *
   * @param text of squeue
   * @param sameName as this job's
   */
  private record Dependency(String text, boolean sameName) {
    boolean onEnd(SchedulerJob job, Optional<SlurmRecord> record) {
      return afterCode(job, record, 0) || afterCode(job, record, Requeue.STOP_CODE);
    }

    boolean afterCode(SchedulerJob job, Optional<SlurmRecord> record, int code) {
      if (sameName && Pattern.compile("\\bsingleton\\b").matcher(text).find()) {
        return true;
      }
      String ids = Pattern.quote(job.jobId()) + "(?:_(?:\\*|" + Pattern.quote(job.task()) + "))?";
      String raw = record.map(r -> r.get("JobId")).orElse("");
      String all = raw.isEmpty() ? ids : "(?:" + ids + "|" + Pattern.quote(raw) + ")";
      String kinds = code == 0 ? "afterany|afterok|aftercorr" : "afterany|afternotok";
      return Pattern.compile("(?:" + kinds + "):(?:[\\d_*]+:)*" + all + "(?![\\d_])")
          .matcher(text)
          .find();
    }
  }

  Attempt requeue(Asking asking) {
    if (last.isPresent() && last.get().requeued(job)) {
      return new Attempt(true, "Slurm has requeued job " + job.id() + " already");
    }
    Asking.Answer answer = asking.ask("scontrol", "requeue", job.id());
    Optional<SlurmRecord> after =
        SlurmRecord.parse(asking.ask("scontrol", "show", "job", job.id()).text(), job);
    // A command that was not answered may have been obeyed.
    boolean requeued = after.map(r -> r.requeued(job)).orElse(answer.given());
    if (!requeued) {
      return new Attempt(
          false, answer.given() ? "scontrol requeue had no effect" : answer.trouble());
    }
    String held = after.map(SlurmRecord::held).orElse("");
    return new Attempt(
        true, "requeued as " + job.id() + (held.isEmpty() ? "" : ", but held by Slurm: " + held));
  }

  Attempt submit(Asking asking, Requeue.Wish wish) {
    SlurmScript script = script(asking, wish);
    if (!script.found()) {
      return new Attempt(false, script.origin());
    }
    Asking.Answer answer;
    try {
      answer = script.use(file -> asking.ask(successor(file, script.arguments())));
    } catch (IOException e) {
      return new Attempt(false, "cannot write the script to submit: " + e);
    }
    String id = answer.text().strip();
    if (answer.given() && JOB_ID.matcher(id).matches()) {
      return new Attempt(true, "submitted " + id.split(";", -1)[0] + " to follow " + job.id());
    }
    String waits = dependents(asking, wish).any(); // a command not answered may have been obeyed
    return waits.isEmpty()
        ? new Attempt(
            false, answer.given() ? "sbatch: \"" + id + "\" is no job id" : answer.trouble())
        : new Attempt(true, "submitted " + waits + " to follow " + job.id());
  }

  /**
   * What a user may have said to sbatch and not in the script is taken over where it decides when
   * and where the job runs; the rest has to stand in the script.
   */
  private String[] successor(Path script, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("sbatch", "--parsable", "--open-mode=append"));
    command.add("--dependency=afterany:" + job.id());
    if (!job.task().isEmpty()) {
      command.add("--array=" + job.task());
    }
    last.ifPresent(record -> addOptions(command, record));
    command.add(script.toString());
    command.addAll(arguments);
    return command.toArray(String[]::new);
  }

  private static void addOptions(List<String> command, SlurmRecord record) {
    add(command, "--job-name=", record.get("JobName"));
    add(command, "--partition=", record.get("Partition"));
    add(command, "--time=", record.get("TimeLimit"));
    add(command, "--time-min=", record.get("TimeMin"));
    add(command, "--nodes=", record.get("NumNodes"));
    add(command, "--account=", record.get("Account"));
    add(command, "--qos=", record.get("QOS"));
    add(command, "--chdir=", record.get("WorkDir"));
  }

  private static void add(List<String> command, String option, String value) {
    if (!value.isEmpty()) {
      command.add(option + value);
    }
  }
}
