"""Fits a prompt into the model's context before each turn.

Everything is counted with the model's own tokenizer. What is removed is recorded as `ContextTrimmed` events,
which the run writes down before the turn: folding them gives exactly the messages that were counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from agents.api import Journal, Tool
from agents.context.budget import Shares, shares
from agents.context.history import History
from agents.context.rendering import rendered
from agents.context.token_counter import Meter
from agents.context.token_counts import Weighed, weigh
from agents.context.tool_selection import offer
from agents.context.trimming import Trimmer
from agents.events import ContextPart, ContextTrimmed
from engine.errors import UserError
from engine.values import Message, Reasoning


class Fitted(msgspec.Struct, frozen=True):
    """A prompt that fits.

    `trims` are to be written down and taken into the history, in this order; `parts` tell what the prompt is
    made of, the reserve for the answer included. `max_tokens` is how long the answer may be.
    """

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...]
    parts: tuple[ContextPart, ...]
    trims: tuple[ContextTrimmed, ...]
    max_tokens: int
    tokens: int


def fit(
    history: History,
    meter: Meter,
    tools: Sequence[Tool],
    journal: Journal,
    context: int,
    *,
    reasoning: Reasoning = "auto",
    choice: str = "auto",
    cancelled: Callable[[], bool] = lambda: False,
) -> Fitted:
    """Build the next prompt for a context of this many tokens. `history` is not changed.

    Blocks while tokens are counted, and for a turn of the model where old turns are worth a summary of its
    own, which `cancelled` ends. Raises UserError `run.task_too_long` and `run.context_too_small`, both with
    the numbers, and what the model and the journal raise.
    """
    share = shares(context)
    offered = offer(history, tools, meter, share)
    trims = [offered.trim] if offered.trim else []
    now = history.after(trims)

    def weighed() -> Weighed:
        return weigh(now, meter, offered.definitions, reasoning=reasoning, choice=choice)

    weight = weighed()
    _check_task(weight, share)
    if weight.prompt > share.room:
        trimmer = Trimmer(meter, journal, share, cancelled)
        for trim in _STEPS:
            # Compaction that has begun goes on until there is some headroom.
            if weight.prompt <= (share.enough if trim in _WITH_ROOM_TO_SPARE else share.room):
                continue
            made = trim(trimmer, now, weight.prompt - share.low)
            if made is None:
                continue
            now, before = now.after([made]), weight.prompt
            weight = weighed()
            trims.append(msgspec.structs.replace(made, before_tokens=before, after_tokens=weight.prompt))
    if weight.prompt > share.room:
        raise UserError("run.context_too_small", needed=weight.prompt, room=share.room, context=context)
    return Fitted(
        messages=rendered(now),
        tools=offered.definitions,
        parts=(*weight.parts, ContextPart("reserve", context - weight.prompt)),
        trims=tuple(trims),
        max_tokens=share.most_answer(weight.prompt),
        tokens=weight.prompt,
    )


_WITH_ROOM_TO_SPARE = (Trimmer.old_results, Trimmer.old_reasoning, Trimmer.old_turns)
_STEPS = (
    *_WITH_ROOM_TO_SPARE,
    Trimmer.new_results,
    Trimmer.new_turns,
    Trimmer.all_results,
    Trimmer.all_turns,
)


def _check_task(weighed: Weighed, share: Shares) -> None:
    """Refuse a task that no trimming can fit: the user's words stay, and a turn needs headroom besides."""
    task, fixed, turn = weighed.of("task"), weighed.of("system") + weighed.of("tools"), share.room // 8
    left = share.room - fixed - turn
    if task <= left:
        return
    if left < turn:
        raise UserError(
            "run.context_too_small", needed=fixed + task + turn, room=share.room, context=share.context
        )
    raise UserError("run.task_too_long", tokens=task, room=left)
