"""Makes what a model sees fit into its context, before each of its turns.

Everything is counted with the model's own tokenizer. What has to go is told as `ContextTrimmed` events, which the
run writes down before the turn: with them taken in, the history gives exactly the messages that were counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from agents.context.history import History
from agents.context.measuring import Meter
from agents.context.shares import shares
from agents.context.weighing import Weighed, weigh
from agents.events import ContextPart, ContextTrimmed
from agents.journal import Journal
from agents.tools.tool import Tool, definition
from engine.api import Message, Reasoning
from engine.errors import UserError


class Fitted(msgspec.Struct, frozen=True):
    """A prompt that fits. `trims` are to be written down and taken into the history, in this order; `parts` tell
    what the prompt is made of, the reserve for the answer included. `max_tokens` is how long the answer may be.
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
    """What to ask next, within a context of this many tokens. `history` is not changed.

    Blocks while tokens are counted, and for a turn of the model where old turns are worth a summary of its own,
    which `cancelled` ends. Raises UserError `run.task_too_long` and `run.context_too_small`, both with the
    numbers, and what the brain and the journal raise.
    """
    share = shares(context)
    definitions = tuple(definition(tool) for tool in tools)
    weighed = weigh(history, meter, definitions, reasoning=reasoning, choice=choice)
    _check_task(weighed, share.room)
    if weighed.prompt > share.room:
        raise UserError("run.context_too_small", needed=weighed.prompt, room=share.room, context=context)
    return Fitted(
        messages=history.messages(),
        tools=definitions,
        parts=(*weighed.parts, ContextPart("reserve", context - weighed.prompt)),
        trims=(),
        max_tokens=share.most_answer(weighed.prompt),
        tokens=weighed.prompt,
    )


def _check_task(weighed: Weighed, room: int) -> None:
    task = weighed.of("task")
    left = room - weighed.of("system") - weighed.of("tools") - room // 8
    if task > left:
        raise UserError("run.task_too_long", tokens=task, room=max(0, left))
