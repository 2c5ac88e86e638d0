#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A chain of jobs, for a site where nobody may requeue or submit from within a job: submit as many
# as may be needed, they run one after the other. When the work is done, the rest end in seconds.
#     for job in 1 2 3 4 5; do sbatch slurm-chain.sh; done
#
#SBATCH --job-name=heat
# One job of this name and user at a time, whatever the one before has ended with.
#SBATCH --dependency=singleton
#SBATCH --time=24:00:00
#SBATCH --open-mode=append
#SBATCH --output=%x.log
#SBATCH --signal=B:USR1@300

# Yours to change; where every node sees it.
holdfast=$HOME/holdfast/holdfast
program=(java -cp "$HOME/heat/heat.jar" HeatDiffusion)

trap '' USR1
# --stop-code 0: a job that has stopped at a checkpoint is no failure in the eyes of the site.
exec "$holdfast" run --requeue=chain --stop-code 0 --store "$PWD/heat.holdfast" \
  -- "${program[@]}"
