#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --requeue # trap: requeue-not-at-limit
#SBATCH --open-mode=append
CKPT=$(mktemp -d) # trap: folder-of-this-run # trap: checkpoint-on-node
srun ./wave --ckpt "$CKPT"
