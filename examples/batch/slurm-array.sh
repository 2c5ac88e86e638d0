#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An array of jobs on Slurm, all in one folder: each task has a store of its own, and is requeued by
# itself.   sbatch slurm-array.sh
#
#SBATCH --job-name=pi
#SBATCH --array=1-20
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%A_%a.log
#SBATCH --signal=B:USR1@300

# Yours to change; where every node sees it. The last argument here is the seed.
holdfast=$HOME/holdfast/holdfast
program=(java -cp "$HOME/pi/pi.jar" MonteCarloPi 100000 16000)

trap '' USR1
task=$SLURM_ARRAY_TASK_ID
exec "$holdfast" run --requeue --store "$PWD/pi.$task.holdfast" \
  -- "${program[@]}" "$task"
