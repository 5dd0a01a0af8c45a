"""Idle policy: whether a loaded model stays in memory, and until when.

Pure; times are seconds of one clock.
"""

from __future__ import annotations

from typing import Literal

import msgspec

# How long a run that waits for approval keeps its model.
ASKING_S = 3600.0
# Minimum idle time before unloading for memory: a model just used would be loaded again at once.
MEMORY_IDLE_S = 60.0

Stays = Literal["", "answering", "running", "asking", "always"]


class Rules(msgspec.Struct, frozen=True):
    """Rules of the user.

    `idle_s` 0.0: a model that nobody uses stays. `for_memory`: it goes when memory runs short.
    """

    idle_s: float
    for_memory: bool


class Situation(msgspec.Struct, frozen=True):
    """The use of a loaded model, last `used` then.

    `answering`: an answer is written or waits; `running`: a run is at work; `asking_since`: a run waits for a
    decision since then; `short_since`: memory is short since then.
    """

    now: float
    used: float
    answering: bool = False
    running: bool = False
    asking_since: float | None = None
    short_since: float | None = None


class Decision(msgspec.Struct, frozen=True):
    """`unload` it, and why, or it stays: `until` then, None where no time is set, and `stays` says why there is none
    or, for "asking", what puts it off. `again`: when time alone may change this; None: it does not."""

    unload: Literal["", "idle", "memory"] = ""
    until: float | None = None
    stays: Stays = ""
    again: float | None = None


def decide(rules: Rules, at: Situation) -> Decision:
    """Decide whether to unload. Never while a request is active or a run is pending."""
    if at.answering:
        return Decision(stays="answering")
    if at.running:
        return Decision(stays="running")
    until = at.used + rules.idle_s if rules.idle_s else None
    if at.asking_since is not None and at.now < (held := at.asking_since + ASKING_S):
        return Decision(until=None if until is None else max(until, held), stays="asking", again=held)
    if until is not None and at.now >= until:
        return Decision("idle")
    if rules.for_memory and at.short_since is not None:
        free = at.used + MEMORY_IDLE_S
        if at.now >= free:
            return Decision("memory")
        return Decision(
            until=until, stays="" if until else "always", again=free if until is None else min(free, until)
        )
    return Decision(until=until, stays="" if until else "always", again=until)
