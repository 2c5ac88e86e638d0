#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A Java program with the library, on Grid Engine, which requeues a job that ends with 99.
#     qsub sge-java.sh
#
#$ -N heat
#$ -S /bin/bash
#$ -cwd
#$ -j y
#$ -o heat.log
# After the loss of a node Grid Engine itself starts the job again.
#$ -r y
# The end of the job, and five minutes before it USR1, which says that it comes.
#$ -l h_rt=24:00:00
#$ -l s_rt=23:55:00
# USR2 before qdel and suspension, as long before as the queue says.
#$ -notify

# Yours to change; where every node sees it.
holdfast=$HOME/holdfast/holdfast
program=(java -cp "$HOME/heat/heat.jar" HeatDiffusion)

trap '' USR1 USR2
exec "$holdfast" run --requeue=exit-code --stop-code 99 --store "$PWD/heat.holdfast" \
  -- "${program[@]}"
