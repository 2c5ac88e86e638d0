#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --time=1:00:00
trap 'kill -TERM $pid; wait $pid' TERM KILL # trap: term-only # trap: trap-kill
./wave & pid=$!
wait $pid
