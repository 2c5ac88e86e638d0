// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A job in a queue of Grid Engine.
 *
 * @param id its number
 */
record GridEngineJob(GridEngineCluster cluster, String id, Path folder) {

  /** Its letters in qstat, such as qw, r, Rq, Rr, Eqw; empty when it has ended. */
  String state() throws IOException, InterruptedException {
    return cluster
        .command("qstat")
        .mustSucceed()
        .out()
        .lines()
        .map(line -> line.strip().split(" +", -1))
        .filter(words -> words[0].equals(id))
        .map(words -> words[4])
        .findFirst()
        .orElse("");
  }

  void awaitState(Duration atMost, String state) throws Exception {
    Await.until(id + " in state " + state, atMost, () -> state().equals(state), this::account);
  }

  /** Waits until the queue has forgotten it. */
  void awaitEnd(Duration atMost) throws Exception {
    Await.until(id + " has ended", atMost, () -> state().isEmpty(), this::account);
  }

  void awaitLog(Duration atMost, String part) throws Exception {
    Await.until("\"" + part + "\"", atMost, () -> log().contains(part), this::account);
  }

  /** What all its attempts have printed. */
  String log() throws IOException {
    Path file = folder.resolve("job.log");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  void delete() throws IOException, InterruptedException {
    cluster.command("qdel", id).mustSucceed();
  }

  private String account() {
    try {
      return cluster.account() + "\n-- log\n" + log();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
