// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.util.Map;
import java.util.TreeMap;

/**
 * Who holds a store for writing, as told in an OPEN record. The keys are those of {@link #toMap()};
 * an empty value means unknown.
 *
 * @param host the host's name
 * @param bootId changes with every boot of the host
 * @param pidNamespace the name space of pid: two containers may use the same pid
 * @param pid the process
 * @param startTicks when the process began, in ticks since boot: a pid may be used again
 * @param user who runs it; where pid is 0, why nothing is known
 * @param scheduler such as Slurm, or empty
 * @param jobId the scheduler's job, with the array index
 * @param restartCount how often the scheduler has restarted that job
 */
public record Holder(
    String host,
    String bootId,
    String pidNamespace,
    long pid,
    long startTicks,
    String user,
    String scheduler,
    String jobId,
    long restartCount) {

  /**
   * A holder of whom nothing is known.
   *
   * @param why in words
   */
  public static Holder unknown(String why) {
    return new Holder("unknown host", "", "", 0, 0, why, "", "", 0);
  }

  Map<String, String> toMap() {
    Map<String, String> map = new TreeMap<>();
    map.put("host", host);
    map.put("boot_id", bootId);
    map.put("pid_namespace", pidNamespace);
    map.put("pid", Long.toString(pid));
    map.put("start_ticks", Long.toString(startTicks));
    map.put("user", user);
    map.put("scheduler", scheduler);
    map.put("job_id", jobId);
    map.put("restart_count", Long.toString(restartCount));
    return map;
  }

  static Holder ofMap(Map<String, String> map) {
    return new Holder(
        map.getOrDefault("host", ""),
        map.getOrDefault("boot_id", ""),
        map.getOrDefault("pid_namespace", ""),
        number(map, "pid"),
        number(map, "start_ticks"),
        map.getOrDefault("user", ""),
        map.getOrDefault("scheduler", ""),
        map.getOrDefault("job_id", ""),
        number(map, "restart_count"));
  }

  private static long number(Map<String, String> map, String key) {
    try {
      return Long.parseLong(map.getOrDefault(key, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The holder in words, such as {@code process 4711 of ada on n007 (Slurm job 12)}. */
  public String describe() {
    if (pid == 0) {
      return "an unknown run (" + user + ")";
    }
    String job = jobId.isEmpty() ? "" : " (" + scheduler + " job " + jobId + ")";
    return "process " + pid + " of " + user + " on " + host + job;
  }
}
