// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.util.Map;

/** What Slurm 22.05.8 printed for a job on two nodes of one machine, with TZ=UTC. */
final class SlurmRecorded {
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "SLURM_JOB_ID", "1",
          "SLURM_JOB_NAME", "heat",
          "SLURM_JOB_NODELIST", "n1",
          "SLURM_JOB_PARTITION", "main");

  static final Map<String, String> ARRAY_ENVIRONMENT =
      Map.of(
          "SLURM_JOB_ID", "4",
          "SLURM_ARRAY_JOB_ID", "3",
          "SLURM_ARRAY_TASK_ID", "1");

  static final String JOB =
      """
      JobId=1 JobName=heat
         UserId=root(0) GroupId=root(0) MCS_label=N/A
         Priority=4294901759 Nice=0 Account=(null) QOS=(null)
         JobState=RUNNING Reason=None Dependency=(null)
         Requeue=1 Restarts=0 BatchFlag=1 Reboot=0 ExitCode=0:0
         RunTime=00:00:01 TimeLimit=00:05:00 TimeMin=N/A
         SubmitTime=2026-11-21T00:50:01 EligibleTime=2026-11-21T00:50:01
         AccrueTime=2026-11-21T00:50:01
         StartTime=2026-11-21T00:50:04 EndTime=2026-11-21T00:55:04 Deadline=N/A
         SuspendTime=None SecsPreSuspend=0 LastSchedEval=2026-11-21T00:50:04 Scheduler=Main
         Partition=main AllocNode:Sid=localhost:18306
         ReqNodeList=(null) ExcNodeList=(null)
         NodeList=n1
         BatchHost=n1
         NumNodes=1 NumCPUs=1 NumTasks=1 CPUs/Task=1 ReqB:S:C:T=0:0:*:*
         TRES=cpu=1,node=1,billing=1
         Socks/Node=* NtasksPerN:B:S:C=0:0:*:* CoreSpec=*
         MinCPUsNode=1 MinMemoryNode=0 MinTmpDiskNode=0
         Features=(null) DelayBoot=00:00:00
         OverSubscribe=OK Contiguous=0 Licenses=(null) Network=(null)
         Command=/home/me/heat.sh --grid 10
         WorkDir=/home/me
         StdErr=/home/me/slurm-1.out
         StdIn=/dev/null
         StdOut=/home/me/slurm-1.out
         Power=

      """;

  /** In the same moment after {@code scontrol requeue}: it ignores TERM. */
  static final String REQUEUED =
      JOB.replace("JobState=RUNNING", "JobState=COMPLETING").replace("Restarts=0", "Restarts=1");

  /** After {@code scancel}, five seconds after its start. */
  static final String CANCELLED =
      JOB.replace("JobState=RUNNING", "JobState=COMPLETING")
          .replace("EndTime=2026-11-21T00:55:04", "EndTime=2026-11-21T00:50:09");

  /** After the limit, which Slurm looks at every 30 s. */
  static final String TIMED_OUT =
      JOB.replace("JobState=RUNNING Reason=None", "JobState=COMPLETING Reason=TimeLimit")
          .replace("EndTime=2026-11-21T00:55:04", "EndTime=2026-11-21T00:55:32");

  static final String TASK =
      JOB.replace("JobId=1 JobName=heat", "JobId=4 ArrayJobId=3 ArrayTaskId=1 JobName=heat")
          .replace("TimeLimit=00:05:00", "TimeLimit=UNLIMITED")
          .replace("EndTime=2026-11-21T00:55:04", "EndTime=Unknown");

  static final String CONFIG =
      """
      Configuration data as of 2026-11-21T00:50:01
      AuthInfo                = socket=/run/munge/munge.socket.2,cred_expire=5
      JobRequeue              = 1
      KillWait                = 3 sec
      OverTimeLimit           = 0 min
      RequeueExit             = 85
      RequeueExitHold         = 86
      SLURM_VERSION           = 22.05.8

      Slurmctld(primary) at localhost is UP
      """;

  static final String SCRIPT =
      """
      #!/bin/bash
      #SBATCH --time=5 --signal=B:USR1@90 --requeue
      exec holdfast run -- ./heat
      """;

  private SlurmRecorded() {}

  /** A site that answers everything, with nobody waiting for the job. */
  static RecordedCommands site(String... jobs) {
    RecordedCommands commands =
        new RecordedCommands()
            .answer("scontrol show config", CONFIG)
            .answer("scontrol write batch_script", SCRIPT)
            .answer("squeue -h --me", "")
            .answer("sbatch", "16\n");
    for (String job : jobs) {
      commands.answer("scontrol show job", job);
    }
    return commands;
  }
}
