#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=SIGUSR1@600 # trap: signal-not-for-shell
trap 'touch stop-file' USR1
srun ./wave &
wait # trap: wait-once
