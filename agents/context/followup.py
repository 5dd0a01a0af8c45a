"""Messages that tell the next answers of a chat about a run in it: its calls, with their results shortened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from agents.context.history import History
from agents.context.items import Call, TurnItem, Words
from agents.context.rendering import result_shown
from agents.context.results import head_and_tail
from agents.events import Entry, RunStarted
from engine.values import Message, ToolCall

# Characters of a result that are shown once its answer is given. The whole is kept and can be read again.
_SHOWN = 2000


def steps_of(entries: Sequence[Entry], keep: Callable[[str], str]) -> tuple[Message, ...]:
    """Turns of a run that made calls, each call with its result, and what the user did besides; not the final
    answer.

    `keep` keeps a long result whole and gives its handle, where the run itself has not done so.
    """
    messages: list[Message] = []
    for item in _history(entries).items:
        if isinstance(item, Words) and item.kind in ("user", "undone"):
            messages.append(Message("user", item.text))
        elif isinstance(item, TurnItem) and item.shown_calls:
            messages += _step(item, keep)
    return tuple(messages)


def _history(entries: Iterable[Entry]) -> History:
    """The history of the run alone, without what was said before it."""
    history = History()
    for entry in entries:
        event = entry.event
        history.add(msgspec.structs.replace(event, before=()) if isinstance(event, RunStarted) else event)
    return history


def _step(turn: TurnItem, keep: Callable[[str], str]) -> list[Message]:
    calls = [_shortened(call, keep) for call in turn.shown_calls]
    made = tuple(ToolCall(call.call, call.name or "unknown", call.arguments) for call in calls)
    # The next model may be remote, so the texts are made safe for both.
    results = [
        Message("tool", result_shown(call, remote=True), tool_call_id=call.call, name=call.name or "unknown")
        for call in calls
    ]
    return [Message("assistant", turn.content, tool_calls=made), *results]


def _shortened(call: Call, keep: Callable[[str], str]) -> Call:
    result = call.result
    if result is None or len(result.text) <= _SHOWN * 5 // 4:
        return call
    handle = result.handle or keep(result.text)
    text = head_and_tail(result.text, _SHOWN * 2 // 3, _SHOWN // 3, handle)
    return msgspec.structs.replace(call, result=msgspec.structs.replace(result, text=text))
