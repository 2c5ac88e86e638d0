#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=B:USR1@120
#SBATCH --open-mode=append
mpirun ./wave
trap 'touch STOP' USR1 # trap: trap-late
