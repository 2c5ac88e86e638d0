#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=1:00:00
export RUN_DIR=$SCRATCH/$SLURM_JOB_ID # trap: folder-of-this-job
cd "$RUN_DIR"
count=${1:-0}
./wave
[ "$count" -lt 5 ] && sbatch "$0" $((count + 1))
