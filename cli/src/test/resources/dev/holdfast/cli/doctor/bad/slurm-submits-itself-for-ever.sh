#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=24:00:00
timeout 23h ./wave --resume
sbatch $0 # trap: requeue-for-ever
