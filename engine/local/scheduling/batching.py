"""Batch composition: which answers take part in a step, with how many rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.local.scheduling.queue_order import Rank

# An answer that has no more tokens to compute than these is writing; one with more is reading.
SHORT = 32
# How long a step may take while others wait for its end: the priority conversation among them, others of the person,
# clients alone. The more rows a step has, the less each of them takes.
PRIORITY_STEP_S, STEP_S, CLIENTS_STEP_S = 0.12, 0.4, 1.0
# Rows of a prompt while it is not known how long one takes, and the fewest that are worth a step.
FIRST_ROWS, FEWEST_ROWS = 64, 16
# Beside others, what is in the background takes part in one step of so many.
BACKGROUND_EVERY = 8


class Demand(NamedTuple):
    """A running answer: the tokens it has to compute, and whose it is. In order of arrival."""

    rest: int
    rank: Rank = Rank.OWN
    client: str = ""


class Share(NamedTuple):
    """Rows of a step: the first `rows` tokens of answer `number`."""

    number: int
    rows: int


def shares(answers: Sequence[Demand], capacity: int, step: int, row_s: float) -> list[Share]:
    """Compose step number `step` of at most `capacity` rows.

    Answers that decode come first, all of them in each step; while one has priority, the others decode in every
    second step only. The rows that are left go to one prefill: that of the answer with priority, else one of the
    person's own, else one of a client, whose turns are as many as another's. By turns it is the first to arrive and
    the shortest, which might otherwise wait for minutes. What a prefill leaves of the time of a step, the next ones
    get, so that prompts that come together are read together. `row_s` is the time of a prefill row in seconds, 0 if
    unknown.

    What is in the background has steps of its own while nothing else runs, else a few rows now and then.
    """
    if len(answers) == 1:
        return [Share(0, min(answers[0].rest, capacity))]
    background = [number for number, each in enumerate(answers) if each.rank is Rank.BACKGROUND]
    if not background or len(background) == len(answers):
        return _shares(answers, capacity, step, row_s)
    others = [number for number, each in enumerate(answers) if each.rank is not Rank.BACKGROUND]
    chosen = [
        Share(others[share.number], share.rows)
        for share in _shares([answers[number] for number in others], capacity, step, row_s)
    ]
    rows = min(answers[background[0]].rest, FEWEST_ROWS, capacity - sum(share.rows for share in chosen))
    if step % BACKGROUND_EVERY == 0 and rows > 0:
        chosen.append(Share(background[0], rows))
    return chosen


def _shares(answers: Sequence[Demand], capacity: int, step: int, row_s: float) -> list[Share]:
    short = _short(len(answers), capacity)
    priority = next((number for number, each in enumerate(answers) if each.rank is Rank.PRIORITY), None)
    chosen: list[Share] = []
    room = capacity
    others_wait = priority is not None and step % 2 == 1
    for number, each in enumerate(answers):
        if each.rest > short or (others_wait and number != priority):
            continue
        chosen.append(Share(number, each.rest))
        room -= each.rest
    unread = {number: each for number, each in enumerate(answers) if each.rest > short}
    prefilled = 0
    while room > 0 and (reader := _reader(unread, priority, step, others_wait=others_wait)) is not None:
        most = _most([answers[share.number].rank for share in chosen], answers[reader].rank, row_s)
        rows = min(unread.pop(reader).rest, room, most - prefilled)
        if rows <= 0:
            break
        chosen.append(Share(reader, rows))
        room -= rows
        prefilled += rows
        if rows < answers[reader].rest or reader == priority:
            break
    return chosen


def _short(answers: int, capacity: int) -> int:
    """`SHORT`, reduced so that all decoding answers fit."""
    return max(1, min(SHORT, capacity // max(1, answers)))


def _reader(
    unread: Mapping[int, Demand], priority: int | None, step: int, *, others_wait: bool
) -> int | None:
    if priority in unread:
        return priority
    if others_wait:
        return None
    chosen = [number for number, each in unread.items() if not each.client]
    if unread and not chosen:
        clients = list(dict.fromkeys(each.client for each in unread.values()))
        client = clients[step // 4 % len(clients)]
        chosen = [number for number, each in unread.items() if each.client == client]
    # In pairs of steps: beside the answer with priority, others take part in even ones only.
    if step // 2 % 2:
        chosen.sort(key=lambda number: unread[number].rest)
    return chosen[0] if chosen else None


def _most(waiting: Sequence[Rank], reader: Rank, row_s: float) -> int:
    """The most rows of all prefills, so that the answers `waiting` beside them, decoding or prefilling, need not wait
    long."""
    if not waiting or reader is Rank.PRIORITY:
        return 2**31
    if not row_s:
        return FIRST_ROWS
    seconds = {Rank.PRIORITY: PRIORITY_STEP_S, Rank.OWN: STEP_S}.get(min(waiting), CLIENTS_STEP_S)
    return max(FEWEST_ROWS, int(seconds / row_s))
