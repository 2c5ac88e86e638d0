#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#$ -S /bin/bash
#$ -l h_rt=24:00:00,s_rt=23:50:00
#$ -r y
trap '' USR1
exec ./wave
