#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A Java program with the library, on LSF, which requeues a job by its exit code.
#     bsub < lsf-java.sh
#
#BSUB -J heat
#BSUB -W 24:00
# After the loss of a node LSF itself starts the job again ...
#BSUB -r
# ... and when holdfast run says with this code that it has stopped at a checkpoint.
#BSUB -Q "75"
# Says five minutes before the end that it comes.
#BSUB -wa USR1 -wt 5
#BSUB -o heat-%J.log

# Yours to change; where every node sees it.
holdfast=$HOME/holdfast/holdfast
program=(java -cp "$HOME/heat/heat.jar" HeatDiffusion)

cd "$LS_SUBCWD" || exit
trap '' USR1
exec "$holdfast" run --requeue=exit-code --store "$LS_SUBCWD/heat.holdfast" -- "${program[@]}"
