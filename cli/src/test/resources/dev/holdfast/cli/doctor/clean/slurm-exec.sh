#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@600
exec /opt/holdfast run --store /data/wave.holdfast --requeue -- ./wave
