#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#PBS -l walltime=01:00:00
cd "$PBS_O_WORKDIR" || exit
mpiexec -n 8 ./wave 2>&1 | tee wave.log
