#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SBATCH --time=1:00:00 # trap: directive-spaced
#SBATCH --output=$HOME/wave.log # trap: directive-variable
cd /scratch/me
#SBATCH --requeue # trap: directive-late
./wave
