#!/bin/bash -e
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=B:USR2@120
trap 'kill -USR2 $pid; wait $pid' USR2
./wave & pid=$!
wait $pid # trap: wait-errexit
