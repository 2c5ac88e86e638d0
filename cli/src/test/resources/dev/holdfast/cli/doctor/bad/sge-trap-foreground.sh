#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#$ -N wave
#$ -notify
#$ -r y
trap 'kill -USR1 $pid; exit 99' USR2
mpiexec ./wave # trap: trap-foreground
