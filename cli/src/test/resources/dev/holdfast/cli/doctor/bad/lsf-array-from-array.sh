#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#BSUB -J "wave[1-20]"
MAX=5
./wave --task $LSB_JOBINDEX
if [ $? -eq 75 ]; then bsub < $0; fi # trap: submit-array
