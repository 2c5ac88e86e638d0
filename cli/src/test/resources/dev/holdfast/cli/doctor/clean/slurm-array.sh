#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --array=1-20
#SBATCH --open-mode=append
./wave --task "$SLURM_ARRAY_TASK_ID"
if [ $? -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 9 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
