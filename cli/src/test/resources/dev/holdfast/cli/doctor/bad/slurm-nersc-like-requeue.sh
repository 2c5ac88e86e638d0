#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=48:00:00
#SBATCH --time-min=2:00:00
#SBATCH --signal=B:USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
requeue() {
  sleep 120 # trap: requeue-without-proof
  scontrol requeue "$SLURM_JOB_ID"
}
if [[ $(restart_count) > 0 ]]; then # trap: compare-strings
  echo again
fi
trap requeue USR1 # trap: handler-silent
srun ./wave &
wait # trap: wait-once
