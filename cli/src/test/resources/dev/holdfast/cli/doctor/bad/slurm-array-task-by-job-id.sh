#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH -a 1-20
#SBATCH --open-mode=append
./wave || [ "${SLURM_RESTART_COUNT:-0}" -ge 3 ] || scontrol requeue "$SLURM_JOB_ID" # trap: requeue-array
