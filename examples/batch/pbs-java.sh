#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A Java program with the library, on OpenPBS or PBS Professional. Users may not requeue there: each
# job submits the next.   qsub pbs-java.sh
#
#PBS -N heat
#PBS -l walltime=24:00:00
# After the loss of a node PBS itself starts the job again.
#PBS -r y
#PBS -j oe

# Yours to change; where every node sees it.
holdfast=$HOME/holdfast/holdfast
program=(java -cp "$HOME/heat/heat.jar" HeatDiffusion)
script=$PBS_O_WORKDIR/pbs-java.sh

cd "$PBS_O_WORKDIR" || exit
# PBS sends no signal before the end, and only 10 s lie between its TERM and its KILL: holdfast run
# asks qstat for the end and stops the program in time.
exec "$holdfast" run --requeue=submit --resubmit "$script" --store "$PBS_O_WORKDIR/heat.holdfast" \
  -- "${program[@]}"
