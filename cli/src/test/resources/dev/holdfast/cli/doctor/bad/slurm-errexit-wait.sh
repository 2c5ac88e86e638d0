#!/bin/bash -l
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=B:USR1@120
set -euo pipefail
on_signal() { kill -USR1 "$pid"; wait "$pid"; }
trap on_signal SIGUSR1
srun ./wave &
pid=$!
wait "$pid" # trap: wait-errexit
