#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=USR1@600 # trap: signal-without-step
./wave
