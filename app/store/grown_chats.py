"""What a chat that was imported has more when it is imported again.

Messages have no names beyond a store, so they are known again by their place and what they say: below the same
message, by the same role, the same words; of what is left on both sides those of the same time. A message that is
not known again is new, with all that follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from app.store.records import Message, WholeChat
from app.store.tables import storable_json
from engine.text import clean_text
from engine.values import Role

# Pairs of messages beside each other that are compared letter by letter.
MOST_PAIRS = 10_000


class Here(msgspec.Struct, frozen=True):
    """A message of the store; `calls` are its tool calls as JSON. A deleted one keeps its place."""

    id: int
    parent: int | None
    role: Role
    content: str
    reasoning: str
    calls: str
    created: float
    deleted: bool

    @property
    def key(self) -> tuple[str, ...]:
        return (self.role, self.content, self.reasoning, self.calls)


class Growth(msgspec.Struct, frozen=True):
    """`known` has the message here of each that is known again, by its id in the file. `new` are to be added, in
    their order; `longer` are answers that go on and that nothing follows here, by the id here."""

    known: Mapping[int, int]
    new: tuple[Message, ...]
    longer: Mapping[int, Message]

    def __bool__(self) -> bool:
        return bool(self.new or self.longer)


def growth(here: Sequence[Here], chat: WholeChat) -> Growth:
    """What `chat` has more than the messages that are here. What was deleted here stays so, with all below it."""
    beside, theirs = _by_parent(here), _by_parent(chat.messages)
    times: dict[int | None, float] = {message.id: message.created for message in chat.messages}
    times[None] = chat.conversation.created
    gone = {message.id for message in here if message.deleted}
    known: dict[int, int] = {}
    longer: dict[int, Message] = {}
    below_new: list[Message] = []
    waiting: list[tuple[int | None, int | None]] = [(None, None)]
    while waiting:
        parent, at = waiting.pop()
        pairs, left = _paired(theirs.get(parent, []), beside.get(at, []), times[parent])
        for message, found in pairs:
            known[message.id] = found.id
            if found.id not in gone:
                waiting.append((message.id, found.id))
                if _is_longer(message, found) and found.id not in beside:
                    longer[found.id] = message
        below_new += left
    fresh = {message.id for message in below_new}
    for message in chat.messages:
        if message.parent in fresh:
            fresh.add(message.id)
    return Growth(known, tuple(message for message in chat.messages if message.id in fresh), longer)


def _by_parent(messages: Iterable[Any]) -> dict[int | None, list[Any]]:
    found: dict[int | None, list[Any]] = {}
    for message in messages:
        found.setdefault(message.parent, []).append(message)
    return found


def _paired(
    theirs: Sequence[Message], here: Sequence[Here], since: float
) -> tuple[list[tuple[Message, Here]], list[Message]]:
    """Messages beside each other with those that they are here, and those that are not here. Those that were said no
    later than `since` have their time from what they follow."""
    pairs: list[tuple[Message, Here]] = []
    free: dict[tuple[str, ...], list[Here]] = {}
    for message in sorted(here, key=lambda message: message.deleted):
        free.setdefault(message.key, []).append(message)
    left = []
    for their in theirs:
        if same := free.get(_key(their)):
            found = next((message for message in same if message.created == their.created), same[0])
            same.remove(found)
            pairs.append((their, found))
        else:
            left.append(their)
    rest = [message for messages in free.values() for message in messages]
    if len(left) * len(rest) > MOST_PAIRS:
        return pairs, left
    unknown = []
    for their in left:
        begun = next((message for message in rest if _is_same(their, message, since)), None)
        if begun is None:
            unknown.append(their)
        else:
            rest.remove(begun)
            pairs.append((their, begun))
    return pairs, unknown


def _key(message: Message) -> tuple[str, ...]:
    return (message.role, clean_text(message.content), clean_text(message.reasoning), _calls(message))


def _calls(message: Message) -> str:
    return storable_json(message.tool_calls)


def _is_same(their: Message, here: Here, since: float) -> bool:
    """Whether both were said at the same time; where that is only the time of what they follow, one of them has to
    begin as the other does."""
    if (their.role, their.created) != (here.role, here.created):
        return False
    ours, words = here.content.strip(), clean_text(their.content).strip()
    return their.created > since or bool(
        ours and words and (words.startswith(ours) or ours.startswith(words))
    )


def _is_longer(their: Message, here: Here) -> bool:
    """Whether an answer goes on where it ended here."""
    words, thought = clean_text(their.content), clean_text(their.reasoning)
    if their.role != "assistant" or (words, thought) == (here.content, here.reasoning):
        return False
    return words.startswith(here.content) and thought.startswith(here.reasoning)
