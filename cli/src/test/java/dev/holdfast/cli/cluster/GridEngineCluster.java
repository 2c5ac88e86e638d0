// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Grid Engine of one host on this machine, in a folder of its own and on ports of its own;
 * what it started dies with it, even when this JVM is killed. Needs root and the Debian packages
 * gridengine-master, -exec and -client; {@link #missing} says what is not there.
 *
 * <p>Grid Engine runs no jobs of root: they are those of the user {@code nobody}, to whom the
 * folder of a job belongs.
 */
final class GridEngineCluster implements AutoCloseable {
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(3);
  private static final String USER = "nobody";
  private static final List<String> PROGRAMS =
      List.of("sge_qmaster", "sge_execd", "qsub", "qconf", "unshare", "setpriv", "nsenter");

  private final Keeper keeper;

  private GridEngineCluster(Keeper keeper) {
    this.keeper = keeper;
  }

  /** Why there can be no Grid Engine here; empty if there can. */
  static Optional<String> missing() throws IOException, InterruptedException {
    List<String> absent = PROGRAMS.stream().filter(program -> !Shell.has(program)).toList();
    if (!absent.isEmpty()) {
      return Optional.of("not installed: " + absent);
    }
    if (!Files.isExecutable(Path.of("/usr/share/gridengine/scripts/init_cluster"))) {
      return Optional.of("Grid Engine is there, but not as Debian installs it");
    }
    return Namespaces.missing();
  }

  /** Starts one and waits until it takes jobs. */
  static GridEngineCluster start(int slots) throws IOException {
    int port = Keeper.freePorts(1);
    return new GridEngineCluster(Keeper.start("sge.sh", Map.of(), slots, port));
  }

  Path folder() {
    return keeper.folder();
  }

  /** A new folder for a job, which belongs to its user. */
  Path workFolder(String name) throws IOException {
    Path work = Files.createDirectories(folder().resolve("work").resolve(name));
    UserPrincipal user =
        work.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
    return Files.setOwner(work, user);
  }

  /** Runs a client command, such as qstat, as the user of the jobs. */
  Shell.Ended command(String... command) throws IOException, InterruptedException {
    return inHost("setpriv --reuid=nobody --regid=nogroup --clear-groups -- \"$@\"", command);
  }

  /** Runs a command on the host as root, the administrator. */
  Shell.Ended admin(String... command) throws IOException, InterruptedException {
    return inHost("\"$@\"", command);
  }

  private Shell.Ended inHost(String how, String... command)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>();
    whole.addAll(List.of("nsenter", "--target", Long.toString(keeper.first("sgeh").pid())));
    whole.addAll(List.of("--pid", "--uts", "--mount", "bash", "-c"));
    whole.add(". \"$0\" && exec " + how);
    whole.add(folder().resolve("run/environment").toString());
    whole.addAll(List.of(command));
    return Shell.run(COMMAND_LIMIT, Map.of(), whole);
  }

  /**
   * Submits a job that works in a folder of {@link #workFolder}; what it prints goes to {@code
   * job.log} there.
   *
   * @param script the lines after the first
   * @param options of qsub
   */
  GridEngineJob submit(Path workFolder, String script, String... options)
      throws IOException, InterruptedException {
    Path file = workFolder.resolve("job.sh");
    Files.writeString(file, "#!/bin/bash\n" + script);
    return submit(workFolder, file, options);
  }

  /** Submits a script that is there. */
  GridEngineJob submit(Path workFolder, Path script, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("qsub", "-terse", "-S", "/bin/bash"));
    command.addAll(List.of("-wd", workFolder.toString(), "-j", "y"));
    command.addAll(List.of("-o", workFolder.resolve("job.log").toString()));
    command.addAll(List.of(options));
    command.add(script.toString());
    String id = command(command.toArray(String[]::new)).mustSucceed().out();
    return new GridEngineJob(this, id, workFolder);
  }

  /** What is printed when a test waits in vain. */
  String account() {
    try {
      return admin("qstat", "-f", "-u", "*").out() + "\n" + folder();
    } catch (IOException | InterruptedException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws IOException {
    keeper.close();
  }
}
