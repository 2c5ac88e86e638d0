#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --open-mode=append
#SBATCH --time=1:00:00
timeout 55m ./wave
if [ $? -eq 124 ]; then
  exit 99 # trap: exit-99
fi
