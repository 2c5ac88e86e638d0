#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@600
tell() { kill -USR1 "$pid"; }
trap tell USR1
srun ./wave --resume &
pid=$!
code=0
while kill -0 "$pid" 2>/dev/null; do
  wait "$pid"
  code=$?
done
if [ "$code" -eq 75 ] && (( ${SLURM_RESTART_COUNT:-0} < 20 )); then
  scontrol requeue "$SLURM_JOB_ID"
fi
