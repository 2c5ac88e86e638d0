#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=B:USR1@120
term() {
  kill -USR1 "$pid"
}
trap term USR1
cd /scratch/me
srun --ntasks=4 ./wave --steps 100 # trap: trap-foreground
