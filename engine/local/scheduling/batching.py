"""Which answers take part in a step, and with how many rows: pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# An answer that has no more tokens to compute than these is writing; one with more is reading.
SHORT = 32
# How long a step may take while others wait for its end: with the conversation in front among them, and without.
FRONT_STEP_S, STEP_S = 0.12, 0.4
# Rows of a prompt while it is not known how long one takes, and the fewest that are worth a step.
FIRST_ROWS, FEWEST_ROWS = 64, 16


class Wanting(NamedTuple):
    """An answer at work: the tokens it has to compute, and whether it is the one in front. In order of arrival."""

    rest: int
    is_front: bool = False


class Share(NamedTuple):
    """What an answer, by its number, gets of a step: the first so many of its tokens."""

    number: int
    rows: int


def shares(answers: Sequence[Wanting], capacity: int, step: int, row_s: float) -> list[Share]:
    """The answers that take part in step number `step`, at most `capacity` rows in all.

    Answers that write come first, all of them in each step; beside the one in front the others only in every second.
    What is left goes to one prompt: that of the answer in front, else by turns the one that came first and the one
    that is read soonest, which else might wait for minutes. `row_s` is how long a row of a prompt takes, 0 where that
    is not known.
    """
    short = _short(len(answers), capacity)
    front = next((number for number, each in enumerate(answers) if each.is_front), None)
    chosen: list[Share] = []
    room = capacity
    others_wait = front is not None and step % 2 == 1
    for number, each in enumerate(answers):
        if each.rest > short or (others_wait and number != front):
            continue
        chosen.append(Share(number, each.rest))
        room -= each.rest
    reader = _reader(answers, short, front, step, others_wait=others_wait)
    if reader is not None and room > 0:
        rows = min(answers[reader].rest, room, _most(chosen, front, reader, row_s))
        chosen.append(Share(reader, rows))
    return chosen


def _short(answers: int, capacity: int) -> int:
    """As in `SHORT`, for so few rows that all who write find room."""
    return max(1, min(SHORT, capacity // max(1, answers)))


def _reader(
    answers: Sequence[Wanting], short: int, front: int | None, step: int, *, others_wait: bool
) -> int | None:
    if front is not None and answers[front].rest > short:
        return front
    if others_wait:
        return None
    reading = [number for number, each in enumerate(answers) if each.rest > short]
    if step // 2 % 2:  # in pairs of steps: beside the answer in front, others take part in even ones only
        reading.sort(key=lambda number: answers[number].rest)
    return reading[0] if reading else None


def _most(chosen: Sequence[Share], front: int | None, reader: int, row_s: float) -> int:
    """The most rows of a prompt, so that who writes beside it need not wait long."""
    if not chosen or reader == front:
        return 2**31
    if not row_s:
        return FIRST_ROWS
    front_waits = any(share.number == front for share in chosen)
    return max(FEWEST_ROWS, int((FRONT_STEP_S if front_waits else STEP_S) / row_s))
