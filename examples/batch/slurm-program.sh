#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Any program that writes restart files of its own, on Slurm; here examples/native/heat.c.
# holdfast run asks it for them, keeps the good ones in its store and puts the newest back before it
# starts the program again.   sbatch slurm-program.sh
#
#SBATCH --job-name=heat
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
#SBATCH --signal=B:USR1@300

# Yours to change; where every node sees it.
holdfast=$HOME/holdfast/holdfast
program=(./heat 4096 1000000)

trap '' USR1
# --state: the files that a checkpoint is made of, --latest 1: one of them is enough.
# A program that asks nobody and writes when it likes needs no more than this either.
exec "$holdfast" run --requeue --store "$PWD/heat.holdfast" \
  --state 'heat-*.chk' --latest 1 -- "${program[@]}"
