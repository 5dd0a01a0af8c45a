"""Plans: their steps as a model writes them, and how far a model is with those that a person approved. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

PLAN_TOOL = "update_plan"
MOST_STEPS = 30
MOST_LETTERS = 300

_NUMBER = re.compile(r"(?:step\s+)?\d{1,3}\s*[.):]\s+", re.IGNORECASE)
_MARK = re.compile(r"[-*+•]\s+(?:\[[ xX]?\]\s+)?")


class PlanStep(msgspec.Struct, frozen=True):
    """One step of a plan."""

    text: str
    state: Literal["todo", "doing", "done"] = "todo"


def steps_of(arguments: dict[str, Any] | str) -> tuple[PlanStep, ...]:
    """The readable steps among the arguments of `update_plan`."""
    given = arguments.get("items") if isinstance(arguments, dict) else None
    steps: list[PlanStep] = []
    for item in given if isinstance(given, list) else ():
        text = item.get("text") if isinstance(item, dict) else item
        state = item.get("state") if isinstance(item, dict) else None
        if isinstance(text, str) and text.strip():
            steps.append(PlanStep(text.strip(), state if state in ("done", "doing") else "todo"))
    return tuple(steps)


def listed(text: str) -> tuple[str, ...]:
    """The lines of the last numbered list in a text, else of the last list with marks; at least two, or none."""
    for mark in (_NUMBER, _MARK):
        runs: list[list[str]] = [[]]
        for line in text.splitlines():
            found = mark.match(line)
            if found:
                runs[-1].append(line[found.end() :].strip())
            elif line.strip() and not line[:1].isspace():
                runs.append([])
        last = next((run for run in reversed(runs) if len(run) > 1), None)
        if last is not None:
            return tidied(last)
    return ()


def beside_list(text: str) -> str:
    """What a text says besides its lists."""
    lines = text.splitlines()
    return "\n".join(
        line for line in lines if not any(mark.match(line.lstrip()) for mark in (_NUMBER, _MARK))
    ).strip()


def tidied(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines that a plan can have: each on one line, not empty, without the emphasis of Markdown, not too long."""
    plain = (" ".join(line.replace("**", "").split()) for line in lines)
    return tuple(line[:MOST_LETTERS] for line in plain if line)


def against(approved: Sequence[str], steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    """The approved steps with the states that the model gives them; what it added stands behind.

    A step is known by its text. Where the model words one anew, its place counts, if it still has as many.
    """
    by_text = {_plain(step.text): step for step in steps}
    same_length = len(steps) == len(approved)
    wanted = {_plain(text) for text in approved}
    known, taken = [], set()
    for place, text in enumerate(approved):
        step = by_text.get(_plain(text))
        if step is None and same_length and _plain(steps[place].text) not in wanted:
            step = steps[place]
        if step is not None:
            taken.add(id(step))
        known.append(PlanStep(text, step.state if step is not None else "todo"))
    added = (step for step in steps if id(step) not in taken and _plain(step.text) not in wanted)
    return (*known, *added)


def not_done(approved: Sequence[str], steps: Sequence[PlanStep]) -> tuple[str, ...]:
    """The approved steps that the model has not ticked."""
    states = against(approved, steps)[: len(approved)]
    return tuple(step.text for step in states if step.state != "done")


def _plain(text: str) -> str:
    unnumbered = _NUMBER.sub("", text.strip(), count=1)
    return "".join(char for char in unnumbered.casefold() if char.isalnum())
