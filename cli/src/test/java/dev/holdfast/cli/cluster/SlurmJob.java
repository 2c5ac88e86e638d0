// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A job in a queue.
 *
 * @param id its number, or that of an array with the task: 12_3
 */
record SlurmJob(SlurmCluster cluster, String id, Path folder) {
  private static final Set<String> OVER =
      Set.of("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "DEADLINE");

  /** One task of this array. */
  SlurmJob task(int number) {
    return new SlurmJob(cluster, id + "_" + number, folder);
  }

  /** What scontrol says of it, by its words: JobState, Reason, Restarts, NodeList, EndTime, ... */
  Map<String, String> facts() throws IOException, InterruptedException {
    Map<String, String> facts = new HashMap<>();
    String answer = cluster.command("scontrol", "-o", "show", "job", id).mustSucceed().out();
    for (String word : answer.lines().findFirst().orElse("").split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        facts.putIfAbsent(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return facts;
  }

  String fact(String name) throws IOException, InterruptedException {
    return facts().getOrDefault(name, "");
  }

  String state() throws IOException, InterruptedException {
    return fact("JobState");
  }

  int restarts() throws IOException, InterruptedException {
    return Integer.parseInt(fact("Restarts"));
  }

  /** The node it runs on. */
  String node() throws IOException, InterruptedException {
    return fact("NodeList");
  }

  void awaitState(Duration atMost, String state) throws Exception {
    Await.until(id + " " + state, atMost, () -> state().equals(state), this::account);
  }

  /** Waits until it runs for the given time, counted from 0. */
  void awaitRunning(Duration atMost, int restarts) throws Exception {
    Await.until(
        id + " runs after restart " + restarts,
        atMost,
        () -> state().equals("RUNNING") && restarts() >= restarts,
        this::account);
  }

  /** Waits until it has ended for good; returns the state. */
  String awaitEnd(Duration atMost) throws Exception {
    Await.until(id + " has ended", atMost, () -> OVER.contains(state()), this::account);
    return state();
  }

  void awaitLog(Duration atMost, String part) throws Exception {
    Await.until("\"" + part + "\"", atMost, () -> log().contains(part), this::account);
  }

  /** What all its attempts have printed. */
  String log() throws IOException {
    String task = id.contains("_") ? "" : "_4294967294"; // what Slurm calls the task of a job
    Path file = folder.resolve("job-" + id + task + ".log");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  /** Makes the allocation end so far from now, as an administrator may. */
  void endIn(Duration time) throws IOException, InterruptedException {
    String end =
        LocalDateTime.now(ZoneId.systemDefault())
            .plus(time)
            .format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss"));
    update("EndTime=" + end);
  }

  void update(String change) throws IOException, InterruptedException {
    cluster.command("scontrol", "update", "JobId=" + id, change).mustSucceed();
  }

  void requeue() throws IOException, InterruptedException {
    cluster.command("scontrol", "requeue", id).mustSucceed();
  }

  void cancel(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("scancel"));
    command.addAll(List.of(options));
    command.add(id);
    cluster.command(command.toArray(String[]::new)).mustSucceed();
  }

  /** How each of its attempts ended, in the words of the scheduler's own record. */
  List<String> completions() throws IOException {
    try (Stream<String> lines = Files.lines(cluster.folder().resolve("log/completions.txt"))) {
      return lines
          .filter(line -> line.startsWith("JobId=" + id + " "))
          .map(line -> line.replaceAll(".* JobState=(\\S+) .*", "$1"))
          .toList();
    }
  }

  private String account() {
    try {
      return facts() + "\n" + cluster.account() + "\n-- log\n" + log();
    } catch (IOException | InterruptedException e) {
      return e.toString();
    }
  }
}
