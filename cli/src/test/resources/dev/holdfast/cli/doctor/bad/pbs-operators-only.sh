#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#PBS -l walltime=24:00:00
#PBS -r y
mpiexec ./wave
[ $? -eq 75 ] && qrerun $PBS_JOBID # trap: qrerun
exit 99 # trap: exit-99
