#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A Java program with the library, on Slurm. It may take many allocations: each ends at a checkpoint
# and puts the job into the queue again.   sbatch slurm-java.sh
#
#SBATCH --job-name=heat
#SBATCH --time=24:00:00
# After a preemption or the loss of a node Slurm itself starts the job again. The time limit is not
# among these: holdfast run sees to that.
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
# Says five minutes before the end that it comes, B: to this shell and so to what it becomes by exec.
#SBATCH --signal=B:USR1@300

# Yours to change; where every node sees it.
holdfast=$HOME/holdfast/holdfast
program=(java -cp "$HOME/heat/heat.jar" HeatDiffusion)

# Before holdfast is there to hear it, the signal must not end the job.
trap '' USR1
# exec: a shell that waits for a program hears no signal.
exec "$holdfast" run --requeue --store "$PWD/heat.holdfast" -- "${program[@]}"
