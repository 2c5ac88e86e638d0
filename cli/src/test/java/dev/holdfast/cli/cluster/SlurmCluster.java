// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A real Slurm of several nodes {@code n1}, {@code n2}, ... on this machine: munge, one controller,
 * a slurmd a node, all in a folder of its own and on ports of its own. It is up in about a second;
 * what it started dies with it, even when this JVM is killed. Needs root and the Debian packages
 * slurmctld, slurmd, slurm-client and munge; {@link #missing} says what is not there.
 *
 * <p>Each node has its own processes, host name, boot id and /dev/shm, and shares all other files,
 * as the nodes of a cluster share their file system.
 */
final class SlurmCluster implements AutoCloseable {
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(3);
  private static final List<String> PROGRAMS =
      List.of(
          "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "munged", "unshare", "setpriv");

  private static final List<String> ACCOUNTING =
      List.of("sacct", "sacctmgr", "slurmdbd", "mariadbd", "mariadb", "mariadb-install-db");

  private final Keeper keeper;

  private SlurmCluster(Keeper keeper) {
    this.keeper = keeper;
  }

  /** Why there can be no Slurm here; empty if there can. */
  static Optional<String> missing() throws IOException, InterruptedException {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("no Linux");
    }
    Optional<String> absent = absent(PROGRAMS);
    return absent.isPresent() ? absent : Namespaces.missing();
  }

  /** Why that Slurm can have no accounting here; empty if it can. */
  static Optional<String> missingForAccounting() throws IOException, InterruptedException {
    Optional<String> missing = missing();
    return missing.isPresent() ? missing : absent(ACCOUNTING);
  }

  private static Optional<String> absent(List<String> programs) {
    List<String> absent = programs.stream().filter(program -> !Shell.has(program)).toList();
    return absent.isEmpty() ? Optional.empty() : Optional.of("not installed: " + absent);
  }

  /** Starts one and waits until all nodes are idle. */
  static SlurmCluster start(int nodes, int cpusPerNode) throws IOException {
    return start(nodes, cpusPerNode, Map.of());
  }

  /**
   * Starts one with other settings: SLURM_FIXTURE_MAX_REQUEUE (times), SLURM_FIXTURE_KILL_WAIT
   * (seconds), SLURM_FIXTURE_ACCOUNTING (yes or no).
   */
  static SlurmCluster start(int nodes, int cpusPerNode, Map<String, String> settings)
      throws IOException {
    int port = Keeper.freePorts(nodes + 1);
    return new SlurmCluster(Keeper.start("slurm.sh", settings, nodes, cpusPerNode, port));
  }

  /** Shared by all nodes. */
  Path folder() {
    return keeper.folder();
  }

  /** A new folder for a job, shared by all nodes. */
  Path workFolder(String name) throws IOException {
    return Files.createDirectories(folder().resolve("work").resolve(name));
  }

  /** What a client command needs. */
  Map<String, String> environment() {
    return Map.of("SLURM_CONF", folder().resolve("slurm.conf").toString());
  }

  /** Runs a client command, such as scontrol. */
  Shell.Ended command(String... command) throws IOException, InterruptedException {
    return Shell.run(COMMAND_LIMIT, environment(), List.of(command));
  }

  /**
   * Submits a job that works in a folder; what it prints goes to {@code job-ID.log} there.
   *
   * @param script the lines after the first
   * @param options of sbatch
   */
  SlurmJob submit(Path workFolder, String script, String... options)
      throws IOException, InterruptedException {
    Path file = workFolder.resolve("job.sh");
    Files.writeString(file, "#!/bin/bash\n" + script);
    return submit(workFolder, file, options);
  }

  /** Submits a script that is there. */
  SlurmJob submit(Path workFolder, Path script, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sbatch", "--parsable"));
    command.add("--chdir=" + workFolder);
    command.add("--output=" + workFolder.resolve("job-%A_%a.log"));
    command.add("--open-mode=append");
    command.addAll(List.of(options));
    command.add(script.toString());
    String answer = Shell.run(COMMAND_LIMIT, clean(), command).mustSucceed().out();
    return new SlurmJob(this, answer, workFolder);
  }

  /** The job does not inherit settings that the build was started with. */
  private Map<String, String> clean() {
    Map<String, String> environment = new HashMap<>(environment());
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("HOLDFAST")) {
        environment.put(name, "");
      }
    }
    return environment;
  }

  /** The node is taken down by its administrator: its jobs are ended and requeued. */
  void down(String node) throws IOException, InterruptedException {
    command("scontrol", "update", "nodename=" + node, "state=down", "reason=test").mustSucceed();
  }

  void resume(String node) throws IOException, InterruptedException {
    command("scontrol", "update", "nodename=" + node, "state=resume").mustSucceed();
  }

  /**
   * Kills the daemon of a node. The jobs on it go on, but the controller no longer hears of them.
   */
  void killDaemon(String node) throws IOException {
    for (ProcessHandle process : processes(node)) {
      if (Namespaces.name(process).equals("slurmd")) {
        process.destroyForcibly();
      }
    }
  }

  /** Starts the daemon of a node again. */
  void startDaemon(String node) throws IOException, InterruptedException {
    String first = Long.toString(keeper.first(node).pid());
    command("nsenter", "--target", first, "--pid", "--uts", "--mount", "slurmd", "-N", node)
        .mustSucceed();
  }

  /** The node loses its power. */
  void crash(String node) throws IOException {
    keeper.first(node).destroyForcibly();
  }

  /** Starts a node that had crashed. */
  void boot(String node) throws IOException {
    keeper.order("boot " + node);
  }

  /** All processes on a node but its first. */
  List<ProcessHandle> processes(String node) throws IOException {
    return keeper.first(node).descendants().toList();
  }

  /** A file as a node sees it, with what is mounted there. */
  Path onNode(String node, Path file) throws IOException {
    Path root = Path.of("/proc", Long.toString(keeper.first(node).pid()), "root");
    return root.resolve(file.toString().substring(1));
  }

  /** Waits until a node takes jobs. */
  void awaitIdle(String node) throws Exception {
    Await.until(
        node + " idle",
        Duration.ofMinutes(3),
        () -> Set.of("idle", "mixed", "allocated").contains(stateOf(node)),
        this::account);
  }

  private String stateOf(String node) throws IOException, InterruptedException {
    return command("sinfo", "-h", "-p", "main", "-n", node, "-o", "%T").out();
  }

  /** What is printed when a test waits in vain. */
  String account() {
    try {
      return command("squeue").out() + "\n" + command("sinfo").out() + "\n" + folder();
    } catch (IOException | InterruptedException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws IOException {
    keeper.close();
  }
}
