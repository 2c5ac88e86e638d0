// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * {@code holdfast run} on a real Slurm, around a program with the library: whatever happens to the
 * job, it ends with the same bits as one that nobody disturbed.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class SlurmRunIT {

  /** Nodes n5 and n6 are those whose daemon dies. */
  private static final String STEADY = "--exclude=n5,n6";

  /** As an administrator may: the allocation ends in 45 s. */
  private static final String SHORT =
      """
      export HOLDFAST_MTTF=10s
      scontrol update JobId=$SLURM_JOB_ID EndTime=$(date -d '+45 sec' +%FT%T)
      """;

  /** A job of three such allocations: 2,000 steps of this and a little more. */
  private static final int LONG_REST_MS = 46;

  /** A job of 40 s. */
  private static final int REST_MS = 20;

  private static @Nullable SlurmCluster started;
  private static @Nullable Installed installed;
  private static @Nullable Heat reference;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = SlurmCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Slurm: " + missing.orElseThrow());
    // Slurm holds a job after so many automatic requeues. Those that a job asks for are not
    // counted, or hardly a test here would pass.
    SlurmCluster slurm = SlurmCluster.start(6, 8, Map.of("SLURM_FIXTURE_MAX_REQUEUE", "1"));
    started = slurm;
    Installed command = Installed.into(slurm.folder());
    installed = command;
    String heat = command.java("HeatDiffusion", 64, 2_000, 7);
    reference = Heat.of(slurm.workFolder("reference"), heat, "probe.csv");
  }

  @AfterAll
  static void stop() throws Exception {
    if (started != null) {
      started.close();
    }
  }

  private static SlurmCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private static Heat heat() {
    return Objects.requireNonNull(reference);
  }

  private static Path ready(Path work, String name, String program, String before)
      throws Exception {
    return ReadyScript.write(work, name, Objects.requireNonNull(installed), program, before);
  }

  /** The last line of a script: versions as often as their cost allows. */
  private static String run(String options, String command) {
    Path launcher = Objects.requireNonNull(installed).launcher();
    return "trap '' USR1\nexec %s run --store $PWD/heat.holdfast --mttf 10s %s -- %s\n"
        .formatted(launcher, options, command);
  }

  /** The same, and how it ended goes to a file. */
  private static String runAndTell(String options, String command) {
    return run(options, command).replace("exec ", "")
        + """
        code=$?
        echo "attempt ${SLURM_RESTART_COUNT-0} on $(hostname) ended with $code" >>ends
        exit $code
        """;
  }

  @Test
  void daemonKilled_twoWriters_oneIsFencedAndTheBitsAreTheSame() throws Exception {
    Path work = cluster().workFolder("two-writers");
    SlurmJob job =
        cluster()
            .submit(
                work,
                runAndTell("--requeue", heat().resting(35)),
                "--requeue",
                "--exclude=n1,n2,n3,n4");
    job.awaitLog(Await.SOON, "step 100\n");
    String first = job.node();

    cluster().killDaemon(first);
    job.awaitLog(Await.LATER, "resuming version");
    String second = job.node();

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    assertEquals(
        List.of(
            "attempt 0 on " + first + " ended with 5", "attempt 1 on " + second + " ended with 0"),
        ends(work));
    assertEquals(1, job.restarts(), "the loser has not put the job into the queue again");
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void timeLimit_reachedTwice_requeuedUntilDone() throws Exception {
    Path work = cluster().workFolder("limit");
    SlurmJob job =
        cluster()
            .submit(
                work, ready(work, "slurm-java.sh", heat().resting(LONG_REST_MS), SHORT), STEADY);

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    assertTrue(job.restarts() >= 2, job.log());
    assertTrue(job.log().contains("resuming version"), job.log());
    assertFalse(job.log().contains("DUE TO TIME LIMIT"), job.log());
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void chainOfFive_workForThree_lastTwoStartNothing() throws Exception {
    Path work = cluster().workFolder("chain");
    Path script = ready(work, "slurm-chain.sh", heat().resting(LONG_REST_MS), SHORT);
    List<SlurmJob> chain = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      chain.add(cluster().submit(work, script, "--signal=B:CONT@1", STEADY));
    }

    StringBuilder log = new StringBuilder();
    for (SlurmJob job : chain) {
      assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
      assertEquals(0, job.restarts());
      log.append(job.log());
    }
    heat().mustBeTheResultOf(log.toString(), work);
    int done = 0;
    while (!chain.get(done).log().contains("mean temperature")) {
      done++;
    }
    System.out.println("a chain of 5 was done in " + (done + 1));
    assertTrue(done >= 2 && done < 4, log.toString()); // the third; on a busy machine the fourth
    for (SlurmJob idle : chain.subList(done + 1, 5)) {
      assertTrue(idle.log().contains("the command is not started"), idle.log());
    }
  }

  @Test
  void requeue_refusedByTheScheduler_submitsASuccessor() throws Exception {
    Path work = cluster().workFolder("refused");
    // In the script, or the successor would not have them.
    String directives = "#SBATCH --no-requeue --output=job-%j.log\n#SBATCH " + STEADY + "\n";
    String script = directives + SHORT + runAndTell("--requeue", heat().resting(LONG_REST_MS));
    SlurmJob first = cluster().submit(work, script);

    Await.until(
        "the end of the job that has the result",
        Await.LATER,
        () -> logs(work).contains("mean temperature") && ends(work).getLast().endsWith(" 0"),
        () -> logs(work) + cluster().account());
    heat().mustBeTheResultOf(logs(work), work);
    assertEquals(0, first.restarts());
    assertTrue(ends(work).size() >= 3, logs(work));
  }

  @Test
  void schedulerCommands_absent_exitCodeTellsAndTheNextSubmissionGoesOn() throws Exception {
    Path work = cluster().workFolder("container");
    String container =
        """
        mkdir -p bin && ln -sf /usr/bin/* /bin/* bin/ 2>/dev/null
        rm -f bin/{sbatch,scontrol,squeue,srun,scancel,sinfo,sacct}
        PATH=$PWD/bin
        """;
    String script = container + runAndTell("--requeue --time-limit 30s", heat().resting(REST_MS));
    StringBuilder log = new StringBuilder();
    String state = "FAILED";
    for (int i = 0; i < 5 && state.equals("FAILED"); i++) {
      SlurmJob job = cluster().submit(work, script, STEADY);
      state = job.awaitEnd(Await.LATER);
      log.append(job.log());
    }

    assertEquals("COMPLETED", state, log.toString());
    heat().mustBeTheResultOf(log.toString(), work);
  }

  @Test
  void arrayOfTwenty_inOneFolder_oneTaskRequeued_allEndAlike() throws Exception {
    Path work = cluster().workFolder("array");
    String pi = Objects.requireNonNull(installed).java("MonteCarloPi", 3_000, 16_000);
    SlurmJob array =
        cluster()
            .submit(
                work,
                ready(work, "slurm-array.sh", pi, "export HOLDFAST_MTTF=10s"),
                "--array=1-20%5",
                STEADY);
    SlurmJob third = array.task(3);
    // A job that is started again must find its store: a restart before it exists would be refused.
    Path store = work.resolve("pi.3.holdfast/log");
    Await.until("a version", Await.SOON, () -> Files.exists(store), third::toString);
    third.requeue();

    List<String> results = new ArrayList<>();
    for (int task = 1; task <= 20; task++) {
      SlurmJob job = array.task(task);
      assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
      results.addAll(job.log().lines().filter(line -> line.startsWith("pi is about")).toList());
      assertTrue(Files.isDirectory(work.resolve("pi." + task + ".holdfast")), job.log());
    }
    assertEquals(20, results.size());
    assertEquals(20, results.stream().distinct().count(), "each has its own seed: " + results);
    assertEquals(1, third.restarts());
  }

  @Test
  void preemption_withAGrace_stopsAtACheckpointAndGoesOn() throws Exception {
    Path work = cluster().workFolder("preempted");
    SlurmJob job =
        cluster()
            .submit(
                work,
                run("--requeue", heat().resting(REST_MS)),
                "--partition=low",
                "--signal=B:USR1@60",
                "--requeue",
                "--exclusive",
                "--nodelist=n4");
    job.awaitLog(Await.SOON, "step 100\n");

    SlurmJob urgent =
        cluster().submit(cluster().workFolder("urgent"), "sleep 1", "--exclusive", "--nodelist=n4");
    job.awaitLog(Await.SOON, "stopping after this step");

    assertEquals("COMPLETED", urgent.awaitEnd(Await.SOON));
    job.awaitLog(Await.SOON, "resuming version");
    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void cancelled_stopsAtACheckpointAndStaysOut() throws Exception {
    Path work = cluster().workFolder("cancelled");
    SlurmJob job =
        cluster().submit(work, run("--requeue", heat().resting(REST_MS)), "--requeue", STEADY);
    job.awaitLog(Await.SOON, "step 100\n");
    job.cancel();

    assertEquals("CANCELLED", job.awaitEnd(Await.SOON), job.log());
    assertTrue(job.log().contains("stopping after this step"), job.log());
    heat().mustNotBeDone(job.log());
  }

  @Test
  void step_bySrun_isStoppedAndRequeued() throws Exception {
    Path work = cluster().workFolder("srun");
    SlurmJob job =
        cluster()
            .submit(
                work,
                SHORT
                    + run(
                        "--requeue --stop-signal USR1",
                        "srun --ntasks=1 " + heat().resting(LONG_REST_MS)),
                "--requeue",
                STEADY);

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    assertTrue(job.restarts() >= 2, job.log());
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void suspended_forAMinute_isNoFailureAndNoWork() throws Exception {
    Path work = cluster().workFolder("suspended");
    SlurmJob job =
        cluster().submit(work, run("--requeue", heat().resting(REST_MS)), "--requeue", STEADY);
    job.awaitLog(Await.SOON, "step 100\n");
    cluster().command("scontrol", "suspend", job.id()).mustSucceed();
    job.awaitState(Await.SOON, "SUSPENDED");
    long began = System.nanoTime();
    Await.until(
        "a minute",
        Await.SOON,
        () -> System.nanoTime() - began > TimeUnit.MINUTES.toNanos(1),
        () -> "");
    cluster().command("scontrol", "resume", job.id()).mustSucceed();

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    assertFalse(job.log().contains("resuming version"), job.log());
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void scratch_fullForAWhile_computesOnAndEndsWithTheSameBits() throws Exception {
    Path work = cluster().workFolder("full");
    String script =
        """
        mkdir -p small && mount -t tmpfs -o size=400k none small || exit 1
        head -c 340k /dev/zero >small/others
        """
            + run("--requeue", heat().resting(REST_MS)).replace("$PWD/heat", "$PWD/small/heat");
    SlurmJob job = cluster().submit(work, script, STEADY);
    job.awaitLog(Await.SOON, "No space left on device");
    Files.delete(cluster().onNode(job.node(), work.resolve("small/others")));

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void scheduler_isAskedSeldom() throws Exception {
    Path work = cluster().workFolder("calls");
    String wrappers =
        """
        mkdir -p bin
        for name in sbatch scontrol squeue sacct sinfo scancel; do
          printf '#!/bin/sh\\necho "%s $*" >>%s/calls\\nexec /usr/bin/%s "$@"\\n' \\
            $name $PWD $name >bin/$name
        done
        chmod +x bin/* && PATH=$PWD/bin:$PATH
        """;
    SlurmJob job =
        cluster()
            .submit(
                work, wrappers + run("--requeue", heat().resting(REST_MS)), "--time=60", STEADY);

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    List<String> calls = Files.readAllLines(work.resolve("calls"));
    System.out.println("scheduler calls in a run of 40 s: " + calls);
    assertTrue(calls.size() <= 4, calls::toString);
  }

  /** What the script has noted of each run, which it does after the program's last word. */
  private static List<String> ends(Path work) throws IOException {
    return Files.readAllLines(work.resolve("ends"));
  }

  /** All that jobs have printed there, in the order of their numbers. */
  private static String logs(Path work) {
    StringBuilder log = new StringBuilder();
    try (Stream<Path> files = Files.list(work)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        log.append(Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return log.toString();
  }
}
