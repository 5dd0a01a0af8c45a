"""Messages of a chat before a run that answers in it (`RunStarted.before`), as items of a history."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agents.context.items import Asked, Call, Result, Said, TurnItem
from engine.values import Message


def earlier_items(before: Iterable[Message]) -> list[Said]:
    """The messages as numbered items, from 1.

    Calls get ids e1, e2 and so on, distinct from those of the run; a result goes to the first call with its
    id that has none.
    """
    items: list[Said] = []
    calls = 0
    for message in before:
        if message.role == "user":
            items.append(Asked(len(items) + 1, message.content, message.media))
        elif message.role == "assistant":
            made = []
            for call in message.tool_calls:
                calls += 1
                made.append((call.id, Call(f"e{calls}", call.name, call.arguments)))
            items.append(TurnItem(len(items) + 1, 0, message.content, "", tuple(call for _, call in made)))
            waiting = made
        elif message.role == "tool" and items and isinstance(items[-1], TurnItem):
            items[-1] = _with_result(items[-1], waiting, message)
    return items


def _with_result(turn: TurnItem, waiting: list[tuple[str, Call]], message: Message) -> TurnItem:
    for place, (id, call) in enumerate(waiting):
        if id == message.tool_call_id:
            del waiting[place]
            done = msgspec.structs.replace(call, result=Result(message.content, "ok"))
            calls = tuple(done if one.call == call.call else one for one in turn.calls)
            return msgspec.structs.replace(turn, calls=calls)
    return turn
