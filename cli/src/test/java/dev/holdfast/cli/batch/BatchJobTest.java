// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BatchJobTest {
  private static final List<Map<String, String>> SITES =
      List.of(
          SlurmRecorded.ENVIRONMENT,
          SlurmRecorded.ARRAY_ENVIRONMENT,
          Map.of("PBS_JOBID", "12.server"),
          Map.of("LSB_JOBID", "12", "LSB_EXIT_REQUEUE", "EXCLUDE(7) all ~ x 999999999999"),
          Map.of("JOB_ID", "12", "SGE_ROOT", "/sge", "QUEUE", "all.q"),
          Map.of("FLUX_JOB_ID", "12"));

  private static final List<String> SCRAPS =
      List.of(
          "JobId=1",
          "JobName=",
          "=",
          "\n",
          "\n\n",
          "\t",
          "EndTime=",
          "TimeLimit=99999999-0:0:0",
          "99999999:99",
          "Requeue=1",
          "KillWait = ",
          "9999999999999999999",
          "-1",
          "Job Id: 12",
          "  Resource_List.walltime = ",
          " = ",
          "depend = beforeany",
          ":",
          ",,",
          "|",
          "||",
          "L",
          "#!",
          "#SBATCH --signal=@",
          "hard resource_list:  h_rt=",
          "RequeueExit = 1-,-9,300-1",
          "\u0000",
          "é",
          "(",
          "notify: TRUE");

  /** Nothing that a command may print is fatal. */
  @Test
  void nonsense_isNeverFatal() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 3_000; round++) {
      Map<String, String> site = SITES.get(random.nextInt(SITES.size()));
      BatchJob job = BatchJob.find(site, new Nonsense(random), new SetTime("2026-11-21T01:00:00Z"));
      Requeue.Wish wish =
          new Requeue.Wish(Optional.empty(), Optional.of(Path.of("/nowhere")), OptionalInt.empty());
      String where = "seed " + seed + ", round " + round;
      assertDoesNotThrow(job::ask, where);
      assertDoesNotThrow(() -> job.requeue().ways(wish), where);
      assertDoesNotThrow(() -> job.requeue().perform(Requeue.Wish.AUTO), where);
    }
  }

  private record Nonsense(Random random) implements Commands {
    @Override
    public Optional<Path> find(String name) {
      return Optional.of(Path.of("/usr/bin", name));
    }

    @Override
    public Result run(Duration limit, List<String> command) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(SCRAPS.get(random.nextInt(SCRAPS.size())));
      }
      return new Result(random.nextInt(4) - 2, text.toString(), text.reverse().toString());
    }
  }

  @Test
  void noScheduler_isAFact_andLeavesTheExitCode() {
    BatchJob job =
        BatchJob.find(Map.of(), new RecordedCommands(), new SetTime("2026-11-21T01:00:00Z"));
    job.ask();
    assertEquals(
        List.of(new Fact("scheduler", "", "no variable of a batch system in the environment")),
        job.facts());
    Requeue.Result result = job.requeue().perform(Requeue.Wish.AUTO);
    assertEquals(Requeue.Way.EXIT_CODE, result.way());
    assertEquals(75, result.exitCode());
  }

  @Test
  void lengths_areReadAsSchedulersPrintThem() {
    assertEquals(Optional.of(Duration.ofSeconds(59)), Lengths.clock("0:59"));
    assertEquals(Optional.of(Duration.ofMinutes(90)), Lengths.clock("1:30:00"));
    assertEquals(
        Optional.of(Duration.ofDays(1).plusHours(2).plusMinutes(3).plusSeconds(4)),
        Lengths.clock("1-02:03:04"));
    assertEquals(Optional.of(Duration.ofHours(128)), Lengths.clock("128:00:00"));
    for (String wrong : List.of("", "UNLIMITED", "1-02:03", "5", "1:2:3:4", "-1:00", "1:000")) {
      assertTrue(Lengths.clock(wrong).isEmpty(), wrong);
    }
  }
}
