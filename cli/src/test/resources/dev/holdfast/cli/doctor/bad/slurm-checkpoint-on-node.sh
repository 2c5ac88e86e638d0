#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --requeue # trap: requeue-not-at-limit
#SBATCH --open-mode=append
CKPT_DIR=/tmp/wave-ckpt # trap: checkpoint-on-node
srun ./wave --checkpoint-dir "$CKPT_DIR"
