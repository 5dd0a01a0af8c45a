"""The agent check: how well a model uses tools, found out in half a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from agents.brain import Ask, Brain
from agents.check.tasks import TASKS, TOOLS, CheckTask, is_passed
from engine.api import Sampling
from engine.errors import UserError

SECONDS = 30.0
# Fewer tasks than that say nothing.
FEWEST = 4
# Of the tasks that were put, what share must be done right.
GOOD, FAIR = 0.8, 0.5
_MOST_TOKENS = 512


class Checked(msgspec.Struct, frozen=True):
    """`passed` of the `total` tasks that there was time for; `failed` names the others."""

    rating: Literal["good", "fair", "poor"]
    passed: int
    total: int
    failed: tuple[str, ...]
    seconds: float


def check(
    brain: Brain,
    *,
    seconds: float = SECONDS,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    tasks: Sequence[CheckTask] = TASKS,
) -> Checked | None:
    """Put the tasks to a model for so many seconds, its loading not counted, at least `FEWEST` of them.

    Reasoning is off where it can be, as the time is short. None when it was cancelled. Raises UserError when the
    model cannot be asked.
    """
    brain.ready()
    start = clock()
    passed, failed = 0, list[str]()
    for number, task in enumerate(tasks):
        if number >= FEWEST and clock() - start > seconds:
            break
        turn = brain.turn(_ask(task), lambda channel, text: None, cancelled)
        if cancelled():
            return None
        if turn.error is not None:
            raise UserError.from_info(turn.error)
        if is_passed(task, turn):
            passed += 1
        else:
            failed.append(task.name)
        progress(number + 1, len(tasks))
    total = passed + len(failed)
    return Checked(rated(passed, total), passed, total, tuple(failed), clock() - start)


def rated(passed: int, total: int) -> Literal["good", "fair", "poor"]:
    """The word for a share."""
    share = passed / total if total else 0.0
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


def _ask(task: CheckTask) -> Ask:
    return Ask(
        task.messages,
        tuple(TOOLS[name] for name in task.tools),
        sampling=Sampling(temperature=0.0, seed=1),
        reasoning="off",
        max_tokens=_MOST_TOKENS,
    )
