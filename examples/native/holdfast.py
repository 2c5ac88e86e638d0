# SPDX-License-Identifier: Apache-2.0
"""Asks "holdfast run --state ... -- python3 program.py" whether a checkpoint is due:

    if holdfast.due():              # one look at a file
        holdfast.begin()
        ...                         # write to another name, then os.replace(): never half a file
        holdfast.end()              # from begin to end is what a checkpoint costs

The program begins with the file holdfast.restart(), if there is one. Copy this file beside your own;
any Python from 3.8 on will do. Without holdfast run every call is harmless. In an MPI program rank 0
calls and broadcasts the answer.
"""
import os

_FOLDER = os.environ.get("HOLDFAST_DIR", "")


def _flag(name):
    return os.path.join(_FOLDER, name)


def due():
    """Whether a checkpoint is wanted now. Ask after every step."""
    return bool(_FOLDER) and os.path.exists(_flag("due"))


def begin():
    """The program begins to write its files: the flag's time is now, its new name says who has it."""
    if _FOLDER:
        try:
            os.utime(_flag("due"))
            os.rename(_flag("due"), _flag("writing"))
        except OSError:
            pass  # nobody has asked: the program writes by its own choice


def end():
    """All files of this checkpoint have been written and have their names."""
    if _FOLDER:
        try:
            os.rename(_flag("writing"), _flag("written"))
        except OSError:
            pass


def restart():
    """The path of the file to begin with; None: begin at the beginning."""
    return os.environ.get("HOLDFAST_RESTART") or None


def attempt():
    """1 for the first start of this job, one more with every restart; 0 without holdfast run."""
    return int(os.environ.get("HOLDFAST_ATTEMPT") or 0)


def interval():
    """Seconds of work between checkpoints planned at the start, for programs that have a setting of
    that kind and cannot ask; 0: not known."""
    return float(os.environ.get("HOLDFAST_INTERVAL_S") or 0)
