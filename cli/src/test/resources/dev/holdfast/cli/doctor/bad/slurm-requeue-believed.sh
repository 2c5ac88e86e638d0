#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=24:00:00
#SBATCH --open-mode=append
#SBATCH --requeue # trap: requeue-not-at-limit
srun ./wave
