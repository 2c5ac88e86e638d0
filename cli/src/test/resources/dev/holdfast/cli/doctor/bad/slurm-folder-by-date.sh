#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --requeue
#SBATCH --open-mode=append
OUTDIR=/scratch/me/run-$(date +%Y%m%d-%H%M%S) # trap: folder-of-this-run
mkdir -p "$OUTDIR"
if [ "${SLURM_RESTART_COUNT:-0}" -lt 5 ]; then
  ./wave --out "$OUTDIR" || scontrol requeue "$SLURM_JOB_ID"
fi
