// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.SystemFacts;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** This process as a holder of stores, and the stores that it holds at this moment. */
final class ThisProcess {
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private ThisProcess() {}

  /** Who this process is. */
  static Holder holder() {
    long pid = ProcessHandle.current().pid();
    Map<String, String> env = System.getenv();
    String scheduler = "";
    String job = "";
    String task = "";
    String restarts = "0";
    if (env.containsKey("SLURM_JOB_ID")) {
      scheduler = "Slurm";
      job = env.getOrDefault("SLURM_ARRAY_JOB_ID", env.getOrDefault("SLURM_JOB_ID", ""));
      task = env.getOrDefault("SLURM_ARRAY_TASK_ID", "");
      restarts = env.getOrDefault("SLURM_RESTART_COUNT", "0");
    } else if (env.containsKey("PBS_JOBID")) {
      scheduler = "PBS";
      job = env.getOrDefault("PBS_JOBID", "");
    } else if (env.containsKey("LSB_JOBID")) {
      scheduler = "LSF";
      job = env.getOrDefault("LSB_JOBID", "");
      task = env.getOrDefault("LSB_JOBINDEX", "");
    }
    return new Holder(
        SystemFacts.hostName(),
        SystemFacts.bootId(),
        SystemFacts.pidNamespace(),
        pid,
        SystemFacts.processStart(pid).orElse(0),
        System.getProperty("user.name", ""),
        scheduler,
        task.isEmpty() ? job : job + "_" + task,
        number(restarts));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Notes that this process writes to a store as {@code attempt}. */
  static void hold(Id128 store, long attempt) {
    HELD.add(store + "/" + attempt);
  }

  static void release(Id128 store, long attempt) {
    HELD.remove(store + "/" + attempt);
  }

  static boolean holds(Id128 store, long attempt) {
    return HELD.contains(store + "/" + attempt);
  }
}
