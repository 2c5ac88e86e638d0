#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=1:00:00
rm -rf checkpoints # trap: checkpoint-removed
mkdir checkpoints
./wave
cp out.h5 restart.h5 # trap: checkpoint-overwritten
mv new.h5 chk.h5 # trap: checkpoint-overwritten
