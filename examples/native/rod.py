# SPDX-License-Identifier: Apache-2.0
"""Heat spreading along a rod, with sparks at random places: a program that writes its own restart
files, rod-STEP.json, each followed by an empty rod-STEP.ok that says that it is whole. It appends to
rod.csv and goes on with all of it after a restart, the state of the generator included.

    holdfast run --state 'rod-*.json' --done 'rod-*.ok' --latest 1 -- python3 rod.py 200 20000

Arguments: cells, steps, seed.
"""
import json
import os
import random
import sys

import holdfast


def argument(index, default):
    return int(sys.argv[index]) if len(sys.argv) > index else default


def checkpoint(state, generator, heat, output, kept):
    """Under another name first: whenever it is interrupted, every rod-*.json is a whole one. Two
    attempts that run at the same time (it happens on clusters) use two names."""
    holdfast.begin()
    output.flush()
    temporary = f"rod.tmp{holdfast.attempt()}"
    name = f"rod-{state['step']:09d}"
    try:
        with open(temporary, "w") as file:
            whole = dict(state, output_bytes=output.tell(), random=generator.getstate(), heat=heat)
            json.dump(whole, file)
        os.replace(temporary, name + ".json")
        open(name + ".ok", "w").close()
        kept.append(name)
        if len(kept) > 2:
            oldest = kept.pop(0)
            os.remove(oldest + ".ok")
            os.remove(oldest + ".json")
    except OSError as error:  # a full disk is no reason to stop computing
        print("rod:", error, file=sys.stderr)
    holdfast.end()


def open_output(byte_count):
    """The output up to the restart file, in a new file: an earlier attempt that still runs somewhere
    keeps its own."""
    before = b""
    if byte_count:
        with open("rod.csv", "rb") as file:
            before = file.read(byte_count)
        if len(before) < byte_count:
            sys.exit("rod: rod.csv is shorter than the restart file says")
    temporary = f"rod.csv{holdfast.attempt()}"
    output = open(temporary, "wb")
    output.write(before)
    os.replace(temporary, "rod.csv")
    return output


def main():
    cells, steps, seed = argument(1, 200), argument(2, 20_000), argument(3, 42)
    generator = random.Random(seed)
    state = {"step": 0, "cells": cells, "seed": seed}
    heat = [20.0] * cells
    byte_count = 0
    kept = []
    if holdfast.restart():
        with open(holdfast.restart()) as file:
            whole = json.load(file)
        if (whole["cells"], whole["seed"]) != (cells, seed):
            sys.exit(f"rod: {holdfast.restart()} is of another rod: {whole['cells']} {whole['seed']}")
        state["step"], heat, byte_count = whole["step"], whole["heat"], whole["output_bytes"]
        version, internal, gauss = whole["random"]
        generator.setstate((version, tuple(internal), gauss))
        kept.append(holdfast.restart()[: -len(".json")])
        print("rod: goes on with step", state["step"], file=sys.stderr)
    output = open_output(byte_count)
    for state["step"] in range(state["step"] + 1, steps + 1):
        heat[generator.randrange(cells)] += generator.random()
        inner = [
            now + 0.25 * (left + right - 2 * now) for left, now, right in zip(heat, heat[1:], heat[2:])
        ]
        heat = [heat[0], *inner, heat[-1]]
        output.write(f"{state['step']},{heat[cells // 2]!r}\n".encode())
        if holdfast.due():
            checkpoint(state, generator, heat, output, kept)
    output.close()
    print("mean temperature", sum(heat) / cells)


main()
