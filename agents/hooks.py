"""Hooks: command lines of the person's that a run carries out by itself."""

from __future__ import annotations

from typing import Literal

import msgspec

# "start": before the first turn. "change": after a step that changed files. "end": before the end of a run that
# changed files.
HookTime = Literal["start", "change", "end"]
LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS = 1, 600, 120
LONGEST_COMMAND = 4000


class Hook(msgspec.Struct, frozen=True):
    """A command line for the shell, which gets `seconds`."""

    when: HookTime
    command: str
    seconds: int = USUAL_SECONDS
