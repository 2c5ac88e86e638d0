// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.SchedulerJob.Scheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Contract tests with the environments that schedulers give to a job: those of Slurm 22.05 and Grid
 * Engine 8.1.9 as seen in real jobs, those of the others as their documentation describes them.
 */
class SchedulerJobTest {
  @TempDir private Path temp;

  private static Map<String, String> environment(String variables) {
    Map<String, String> environment = new HashMap<>(Map.of("HOME", "/home/ada", "USER", "ada"));
    for (String variable : variables.split(" ", -1)) {
      String[] pair = variable.split("=", 2);
      environment.put(pair[0], pair[1]);
    }
    return environment;
  }

  @ParameterizedTest
  @CsvSource({
    // first run, restarted, a task of an array, restarted
    "SLURM_JOB_ID=12 SLURM_JOBID=12 SLURM_PROCID=0, SLURM, 12, '', 0, 12",
    "SLURM_JOB_ID=12 SLURM_RESTART_COUNT=2, SLURM, 12, '', 2, 12",
    "SLURM_JOB_ID=14 SLURM_ARRAY_JOB_ID=12 SLURM_ARRAY_TASK_ID=3, SLURM, 12, 3, 0, 12_3",
    "SLURM_JOB_ID=14 SLURM_ARRAY_JOB_ID=12 SLURM_ARRAY_TASK_ID=0 SLURM_RESTART_COUNT=1,"
        + " SLURM, 12, 0, 1, 12_0",
    "PBS_ENVIRONMENT=PBS_BATCH PBS_JOBID=1234.server, PBS, 1234.server, '', 0, 1234.server",
    "PBS_JOBID=12[3].server PBS_ARRAY_INDEX=3, PBS, 12[].server, 3, 0, 12[3].server",
    "PBS_JOBID=12[3].server PBS_ARRAYID=3, PBS, 12[].server, 3, 0, 12[3].server",
    "PBS_JOBID=12-3.server PBS_ARRAYID=3, PBS, 12-3.server, 3, 0, 12-3.server",
    "LSB_JOBID=77 LSB_JOBINDEX=0, LSF, 77, '', 0, 77",
    "LSB_JOBID=77 LSB_JOBINDEX=5, LSF, 77, 5, 0, 77[5]",
    "LSB_JOBID=77 LSB_RESTART=Y, LSF, 77, '', 1, 77",
    "SGE_ROOT=/opt/sge JOB_ID=9 SGE_TASK_ID=undefined RESTARTED=0, GRID_ENGINE, 9, '', 0, 9",
    "SGE_ROOT=/opt/sge JOB_ID=9 SGE_TASK_ID=4 RESTARTED=1, GRID_ENGINE, 9, 4, 1, 9.4",
    "FLUX_JOB_ID=f2YVM FLUX_URI=local:///tmp/flux, FLUX, f2YVM, '', 0, f2YVM",
    "FLUX_JOB_ID=f2YVM FLUX_JOB_CC=6, FLUX, f2YVM, 6, 0, f2YVM",
    // the innermost counts
    "FLUX_JOB_ID=f2YVM SLURM_JOB_ID=12, FLUX, f2YVM, '', 0, f2YVM",
    "FLUX_URI=local:///tmp/flux SLURM_JOB_ID=12, SLURM, 12, '', 0, 12",
    // wrappers of another scheduler's commands add its variables
    "SLURM_JOB_ID=12 PBS_JOBID=12, SLURM, 12, '', 0, 12",
    // not a batch job
    "JOB_ID=9 SLURM_ARRAY_TASK_ID=3, NONE, '', '', 0, ''",
    "SGE_ROOT=/opt/sge, NONE, '', '', 0, ''",
    "SLURM_JOB_ID=, NONE, '', '', 0, ''"
  })
  void of_recordedEnvironment_tellsTheJob(
      String variables, Scheduler scheduler, String job, String task, long restarts, String id) {
    SchedulerJob found = SchedulerJob.of(environment(variables));
    assertEquals(new SchedulerJob(scheduler, job, task, restarts), found);
    assertEquals(id, found.id());
    assertEquals(restarts > 0, found.restarted());
  }

  @ParameterizedTest
  @CsvSource({
    "SLURM_JOB_ID=12 SLURM_RESTART_COUNT=many",
    "SLURM_JOB_ID=12 SLURM_RESTART_COUNT=-1",
    "SLURM_JOB_ID=12 SLURM_ARRAY_TASK_ID=../../etc SLURM_RESTART_COUNT=99999999999999999999"
  })
  void of_nonsense_isNotTakenOver(String variables) {
    assertEquals(
        new SchedulerJob(Scheduler.SLURM, "12", "", 0), SchedulerJob.of(environment(variables)));
  }

  private Map<String, String> condor(String... lines) throws IOException {
    Path ad = temp.resolve(".job.ad");
    Files.write(ad, Arrays.asList(lines));
    return Map.of("_CONDOR_JOB_AD", ad.toString(), "_CONDOR_SCRATCH_DIR", temp.toString());
  }

  @Test
  void of_condorJobDescription_isReadFromItsFile() throws IOException {
    SchedulerJob job =
        SchedulerJob.of(
            condor(
                "MyType = \"Job\"",
                "Requirements = (TARGET.Arch == \"X86_64\") && (TARGET.Disk >= RequestDisk)",
                "ClusterId = 31",
                "NumJobStarts = 2",
                "procid = 4",
                "TotalSubmitProcs = 10"));
    assertEquals(new SchedulerJob(Scheduler.HTCONDOR, "31", "4", 2), job);
    assertEquals("31.4", job.id());
    assertFalse(job.restarted(), "its count may have begun with 1");
    SchedulerJob alone =
        SchedulerJob.of(condor("ClusterId = 31", "ProcId = 0", "TotalSubmitProcs = 1"));
    assertEquals(new SchedulerJob(Scheduler.HTCONDOR, "31", "", 0), alone);
  }

  @Test
  void of_condorJobDescriptionThatCannotBeRead_isNoJob() throws IOException {
    assertEquals(
        SchedulerJob.NONE, SchedulerJob.of(Map.of("_CONDOR_JOB_AD", temp + "/none/.job.ad")));
    assertEquals(SchedulerJob.NONE, SchedulerJob.of(condor("MyType = \"Job\"")));
    assertTrue(SchedulerJob.NONE.id().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "SLURM_JOB_ID=12 SLURM_JOB_END_TIME=1700000000, 1700000000000",
    "SLURM_JOB_ID=12 SLURM_JOB_END_TIME=, -1",
    "SLURM_JOB_ID=12 SLURM_JOB_END_TIME=soon, -1",
    "SLURM_JOB_ID=12 SLURM_JOB_END_TIME=999999999999999999, -1",
    "SLURM_JOB_END_TIME=1700000000, -1"
  })
  void allocationEnd_isSlurmsInSeconds(String variables, long endEpochMs) {
    OptionalLong end = SchedulerJob.allocationEndEpochMs(environment(variables));
    assertEquals(endEpochMs, end.orElse(-1));
  }
}
