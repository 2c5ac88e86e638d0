#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=24:00:00
#SBATCH --signal=B:USR1@600 # trap: signal-unheard
srun ./wave
