#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --array=1-20
#SBATCH --open-mode=append
#SBATCH --time=1:00:00
MAX_RESTARTS=5
./wave --task $SLURM_ARRAY_TASK_ID
code=$?
if [ $code -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "$MAX_RESTARTS" ]; then
  scontrol requeue $SLURM_ARRAY_JOB_ID # trap: requeue-array
fi
