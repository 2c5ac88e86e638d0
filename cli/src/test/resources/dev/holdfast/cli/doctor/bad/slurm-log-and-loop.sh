#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=24:00:00
#SBATCH --output=wave.log
srun ./wave
scontrol requeue $SLURM_JOB_ID # trap: log-truncated # trap: requeue-for-ever
