// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the environment says of the batch job that this process belongs to. The one place that reads
 * the schedulers' variables to tell whose job it is.
 *
 * <p>Of schedulers that run inside one another the innermost counts: it is the one that starts this
 * job again. A Flux instance in a Slurm allocation sets FLUX_JOB_ID only for its own jobs.
 *
 * @param scheduler who runs the job
 * @param jobId the scheduler's id of the job; for a task of an array that of the whole array, as
 *     the scheduler writes it; empty where there is no scheduler
 * @param task the number of the array's task, or empty
 * @param restartCount how often the scheduler has begun the job again; grows from run to run where
 *     it counts (Slurm, HTCondor), is 0 or 1 where it says only whether (LSF, Grid Engine), and is
 *     0 where it does not say (PBS, Flux)
 */
public record SchedulerJob(Scheduler scheduler, String jobId, String task, long restartCount) {

  /** No batch job. */
  public static final SchedulerJob NONE = new SchedulerJob(Scheduler.NONE, "", "", 0);

  /** Array indices are the only text from outside that becomes part of a file's name. */
  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,17}");

  private static final Pattern PBS_TASK = Pattern.compile("([^\\[]*)\\[([0-9]+)\\](.*)");

  /** A batch system. */
  public enum Scheduler {
    NONE(""),
    SLURM("Slurm"),
    PBS("PBS"),
    LSF("LSF"),
    GRID_ENGINE("Grid Engine"),
    HTCONDOR("HTCondor"),
    FLUX("Flux");

    private final String title;

    Scheduler(String title) {
      this.title = title;
    }

    /** The name for people, empty for {@link #NONE}. */
    public String title() {
      return title;
    }
  }

  /**
   * The job that an environment speaks of.
   *
   * @param environment the variables of a process; for HTCondor the file that {@code
   *     _CONDOR_JOB_AD} names is read too
   */
  public static SchedulerJob of(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    if (variables.has("FLUX_JOB_ID")) {
      // Each of the jobs made by flux submit --cc has an id of its own.
      return new SchedulerJob(
          Scheduler.FLUX, variables.get("FLUX_JOB_ID"), variables.index("FLUX_JOB_CC"), 0);
    }
    if (variables.has("_CONDOR_JOB_AD")) {
      SchedulerJob job = condor(variables.get("_CONDOR_JOB_AD"));
      if (job.scheduler != Scheduler.NONE) {
        return job;
      }
    }
    if (variables.has("SLURM_JOB_ID")) {
      boolean array = variables.has("SLURM_ARRAY_JOB_ID");
      return new SchedulerJob(
          Scheduler.SLURM,
          variables.get(array ? "SLURM_ARRAY_JOB_ID" : "SLURM_JOB_ID"),
          variables.index("SLURM_ARRAY_TASK_ID"),
          variables.count("SLURM_RESTART_COUNT"));
    }
    if (variables.has("PBS_JOBID")) {
      return pbs(variables);
    }
    if (variables.has("LSB_JOBID")) {
      String index = variables.index("LSB_JOBINDEX");
      return new SchedulerJob(
          Scheduler.LSF,
          variables.get("LSB_JOBID"),
          index.equals("0") ? "" : index, // LSF says 0 where there is no array
          variables.get("LSB_RESTART").equalsIgnoreCase("Y") ? 1 : 0);
    }
    if (variables.has("JOB_ID") && variables.has("SGE_ROOT")) {
      return new SchedulerJob(
          Scheduler.GRID_ENGINE,
          variables.get("JOB_ID"),
          variables.index("SGE_TASK_ID"), // "undefined" where there is no array
          variables.count("RESTARTED"));
    }
    return NONE;
  }

  /** The id of an array's task, such as {@code 12[3].server}, names the task by itself. */
  private static SchedulerJob pbs(Variables variables) {
    String id = variables.get("PBS_JOBID");
    Matcher task = PBS_TASK.matcher(id);
    if (task.matches()) {
      String whole = task.group(1) + "[]" + task.group(3);
      return new SchedulerJob(Scheduler.PBS, whole, task.group(2), 0);
    }
    String index = variables.index("PBS_ARRAY_INDEX"); // Torque: PBS_ARRAYID
    return new SchedulerJob(
        Scheduler.PBS, id, index.isEmpty() ? variables.index("PBS_ARRAYID") : index, 0);
  }

  /** HTCondor describes the job in a file of lines such as {@code ClusterId = 12}. */
  private static SchedulerJob condor(String file) {
    Map<String, String> ad = new HashMap<>();
    for (String line : SystemFacts.lines(Path.of(file))) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        String name = line.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        ad.put(name, line.substring(equals + 1).strip());
      }
    }
    Variables variables = new Variables(ad);
    if (variables.index("clusterid").isEmpty()) {
      return NONE;
    }
    boolean alone = variables.get("totalsubmitprocs").equals("1");
    return new SchedulerJob(
        Scheduler.HTCONDOR,
        variables.get("clusterid"),
        alone ? "" : variables.index("procid"),
        variables.count("numjobstarts"));
  }

  /**
   * The id with the task of an array, as this scheduler's commands take it: {@code 12_3} for Slurm,
   * {@code 12[3].server} for PBS, {@code 12[3]} for LSF, {@code 12.3} for Grid Engine and HTCondor;
   * empty where there is no scheduler.
   */
  public String id() {
    if (task.isEmpty()) {
      return jobId;
    }
    return switch (scheduler) {
      case SLURM -> jobId + "_" + task;
      case PBS -> jobId.replace("[]", "[" + task + "]");
      case LSF -> jobId + "[" + task + "]";
      case GRID_ENGINE, HTCONDOR -> jobId + "." + task;
      case FLUX, NONE -> jobId;
    };
  }

  /**
   * Whether the scheduler has certainly begun this job before. HTCondor's count is left out: the
   * description that a job gets may have been written after its first start was counted.
   */
  public boolean restarted() {
    return restartCount > 0 && scheduler != Scheduler.HTCONDOR;
  }

  /**
   * When the allocation ends, in milliseconds since 1970, where a variable says so: Slurm's does
   * since 23.02. It is what was known when the job began; a limit that was changed since shows only
   * in what the scheduler's commands say.
   */
  public static OptionalLong allocationEndEpochMs(Map<String, String> environment) {
    long seconds = new Variables(environment).count("SLURM_JOB_END_TIME");
    boolean said = seconds > 0 && seconds < Long.MAX_VALUE / 1000;
    return said && of(environment).scheduler == Scheduler.SLURM
        ? OptionalLong.of(seconds * 1000)
        : OptionalLong.empty();
  }

  /** Values by name; what is missing is empty. */
  private record Variables(Map<String, String> values) {
    String get(String name) {
      return values.getOrDefault(name, "").strip();
    }

    boolean has(String name) {
      return !get(name).isEmpty();
    }

    String index(String name) {
      String text = get(name);
      return INDEX.matcher(text).matches() ? text : "";
    }

    long count(String name) {
      String text = index(name);
      return text.isEmpty() ? 0 : Long.parseLong(text);
    }
  }
}
