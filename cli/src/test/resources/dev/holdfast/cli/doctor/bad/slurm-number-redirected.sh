#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=1:00:00
if [ ${SLURM_RESTART_COUNT:-0} > 0 ]; then # trap: compare-redirect
  RESUME=--resume
fi
./wave $RESUME
