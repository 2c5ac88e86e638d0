#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#PBS -l walltime=24:00:00
#PBS -l select=1:ncpus=8
cd "$PBS_O_WORKDIR"
mpiexec ./wave --resume
qsub $0 # trap: requeue-for-ever
