#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=1:00:00
#SBATCH --output=%x-%j.log
module load gcc
echo "start $(date)"
srun hostname
srun ./wave --steps 100
cat <<EOF
rm -rf checkpoint
EOF
