"""Messages of a chat branch for a run that answers in it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.services.chat.prompting import turns
from app.store import records
from engine.values import Message

# More exceeds any model's context, and each answer's journal repeats it; characters.
MOST_BEFORE = 200_000
_LEFT_OUT = "The beginning of this conversation is left out."

Steps = Callable[[records.Message], Sequence[Message]]


def before_of(path: Sequence[records.Message], steps: Steps, most: int = MOST_BEFORE) -> tuple[Message, ...]:
    """The branch `path` as messages, root first.

    `steps` gives the steps of an answer's run, nothing for other answers. Beyond `most` characters, answers
    lose their steps and are then dropped, the oldest first.
    """
    told: list[list[Message]] = []
    left = most
    for record, turn in zip(reversed(path), reversed(turns(path, followed=True)), strict=True):
        words = [msgspec.structs.replace(message, reasoning_content="") for message in turn]
        whole = [*steps(record), *words]
        chosen = next((each for each in (whole, words) if _length(each) <= left), None)
        if chosen is None:
            told.append([Message("user", _LEFT_OUT)])
            break
        left -= _length(chosen)
        told.append(chosen)
    return tuple(message for messages in reversed(told) for message in messages)


def _length(messages: Sequence[Message]) -> int:
    return sum(len(message.content) + len(str(message.tool_calls or "")) for message in messages)
