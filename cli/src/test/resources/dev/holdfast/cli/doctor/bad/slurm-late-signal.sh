#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=USR1@10 # trap: signal-late
srun ./wave
