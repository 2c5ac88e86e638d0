#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#BSUB -J wave
#BSUB -oo wave.log # trap: log-truncated
#BSUB -r # trap: requeue-not-at-limit
mpiexec ./wave
