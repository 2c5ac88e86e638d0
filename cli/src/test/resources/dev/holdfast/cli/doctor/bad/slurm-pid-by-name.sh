#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#SBATCH --signal=B:TERM@300
handler() {
  pid=$(ps -ef | grep wave | head -1 | awk '{print $2}') # trap: pid-by-name
  kill -TERM "$pid"
  wait
}
trap handler TERM
./wave &
wait
pkill python # trap: pid-by-name
