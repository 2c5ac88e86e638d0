#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
trap 'rm -f "$lock"' EXIT
mv a b
./program & wait
