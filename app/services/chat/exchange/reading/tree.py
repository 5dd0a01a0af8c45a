"""A conversation of another app, and how it becomes one of the store: its tree, the shown branch, its times.

The parents that a file states are the truth. One that is not there makes a message the first, a circle is cut where
it closes, and a message that says nothing hands its replies on to what it replied to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from app.services.chat.exchange.reading.foreign import joined, line
from app.services.titles import title_from
from app.store.records import ChatOptions, Conversation, Message, WholeChat
from engine.errors import UserError
from engine.values import Role, ToolCall

# An answer in pieces that has so many characters, or calls, gets no more of them.
_LONG, _MANY = 100_000, 100


class Said(msgspec.Struct, frozen=True):
    """Something that was said in one go, at `created` (seconds since 1970)."""

    role: Role
    content: str = ""
    reasoning: str = ""
    calls: tuple[ToolCall, ...] = ()
    created: float | None = None
    model: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.content.strip() or self.reasoning.strip() or self.calls)


class Node(msgspec.Struct, frozen=True):
    """A message of the other app: what was said in it, one after the other. Replies to the same stand in the order of
    `rank`, then in that of the file."""

    id: str
    parent: str
    said: tuple[Said, ...]
    rank: float = 0.0


class Foreign(msgspec.Struct, frozen=True):
    """A conversation of `app`, by which and by its `id` it is known again. `shown` is the end of the shown branch, ""
    where the file does not say."""

    app: str
    id: str
    title: str
    nodes: tuple[Node, ...]
    shown: str = ""
    system: str = ""
    created: float | None = None
    updated: float | None = None
    pinned: bool = False
    archived: bool = False

    @property
    def source(self) -> str:
        """What it is known again by; of one without an id, a digest of what was said."""
        if self.id:
            return f"{self.app}:{self.id}"
        told = [[said.role, said.content, said.reasoning] for node in self.nodes for said in node.said]
        return f"{self.app}:{hashlib.sha256(msgspec.json.encode([self.title, told])).hexdigest()[:32]}"


def whole_chat(foreign: Foreign, now: float) -> WholeChat:
    """The conversation for the store, of the time `now` where it states none.

    Raises UserError `exchange.no_messages`.
    """
    tree = _Tree(foreign.nodes)
    shown = tree.path_to(foreign.shown)
    known = (said.created for node in foreign.nodes for said in node.said if said.created)
    created = foreign.created or min(known, default=foreign.updated or now)
    built = _Built(tree, set(shown), created)
    messages = built.messages
    if not messages:
        raise UserError("exchange.no_messages")
    leaf = next((built.last[id] for id in reversed(shown) if id in built.last), messages[-1].id)
    ends = {message.id for message in messages} - {message.parent for message in messages}
    first = next((message.content for message in messages if message.role == "user"), "")
    title = line(foreign.title)
    conversation = Conversation(
        id=0,
        title=title or line(title_from(first)),
        title_source="user" if title else "auto",
        pinned=foreign.pinned,
        created=created,
        updated=foreign.updated or max(message.created for message in messages),
        deleted=None,
        leaf=leaf,
        draft="",
        options=ChatOptions(system_prompt=joined([foreign.system, *built.instructions]) or None),
        archived=foreign.archived,
        source=foreign.source,
    )
    return WholeChat(conversation, tuple(messages), (*sorted(ends - {leaf}), leaf))


class _Tree:
    """Nodes under their parents, free of circles."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: dict[str, Node] = {}
        for node in nodes:
            self.nodes.setdefault(node.id, node)
        self.parents = self._parents()
        self.children: dict[str, list[str]] = {}
        for node in sorted(self.nodes.values(), key=lambda node: node.rank):
            self.children.setdefault(self.parents[node.id], []).append(node.id)

    def _parents(self) -> dict[str, str]:
        parents = {id: node.parent if node.parent in self.nodes else "" for id, node in self.nodes.items()}
        checked = {""}
        for id in self.nodes:
            walked: dict[str, None] = {}
            at = id
            while at not in checked:
                if at in walked:
                    parents[at] = ""
                    break
                walked[at] = None
                at = parents[at]
            checked.update(walked)
        return parents

    def path_to(self, shown: str) -> list[str]:
        """The ids from the first message to the end of the branch through `shown`, else to what was said last."""
        at = shown if shown in self.nodes else self._latest()
        while below := self.children.get(at):
            at = below[-1]
        path = []
        while at:
            path.append(at)
            at = self.parents[at]
        return path[::-1]

    def _latest(self) -> str:
        """The message that was said last, of those at the same time the last of the file."""
        found, latest = "", -1.0
        for id, node in self.nodes.items():
            time = max((said.created or 0.0 for said in node.said), default=-1.0)
            if time >= latest and any(not said.is_empty for said in node.said):
                found, latest = id, time
        return found


class _Place(msgspec.Struct, frozen=True):
    """Where a node goes on: behind the message `parent`, which nothing else follows where it is `alone`."""

    node: str
    parent: int | None
    created: float
    alone: bool


class _Built:
    """The messages of a tree in their order. `last` has the last message of each node, or of what it follows;
    `instructions` are those at the start of the shown branch."""

    def __init__(self, tree: _Tree, shown: set[str], created: float) -> None:
        self.messages: list[Message] = []
        self.last: dict[str, int] = {}
        self.instructions: list[str] = []
        waiting = self._below(tree, "", None, created, alone=False)
        while waiting:
            place = waiting.pop()
            parent, time, alone = place.parent, place.created, place.alone
            for said in tree.nodes[place.node].said:
                time = said.created or time
                if said.is_empty:
                    continue
                if said.role == "system" and parent is None:
                    if place.node in shown:
                        self.instructions.append(said.content)
                    continue
                parent = self._add(said, parent, time, alone)
                alone = True
            if parent is not None:
                self.last[place.node] = parent
            waiting += self._below(tree, place.node, parent, time, alone=alone)

    @staticmethod
    def _below(tree: _Tree, node: str, parent: int | None, created: float, *, alone: bool) -> list[_Place]:
        below = tree.children.get(node, [])
        alone = alone and len(below) == 1
        return [_Place(id, parent, created, alone) for id in reversed(below)]

    def _add(self, said: Said, parent: int | None, time: float, alone: bool) -> int:
        """Add what was said behind `parent`, or to it where both are one answer."""
        before = self.messages[parent - 1] if parent is not None and alone else None
        if before is not None and _goes_on(before, said):
            self.messages[before.id - 1] = msgspec.structs.replace(
                before,
                content=joined([before.content, said.content]),
                reasoning=joined([before.reasoning, said.reasoning]),
                tool_calls=before.tool_calls + said.calls,
                model=said.model or before.model,
            )
            return before.id
        self.messages.append(
            Message(
                id=len(self.messages) + 1,
                conversation=0,
                parent=parent,
                role=said.role,
                content=said.content,
                reasoning=said.reasoning,
                state="done",
                created=time,
                model=line(said.model),
                tool_calls=said.calls,
            )
        )
        return len(self.messages)


def _goes_on(before: Message, said: Said) -> bool:
    """Whether an answer goes on: what follows a call is another one."""
    both = before.role == said.role == "assistant" and not (before.tool_calls and said.content.strip())
    return both and len(before.content) + len(before.reasoning) < _LONG and len(before.tool_calls) < _MANY


def chain(said: Sequence[tuple[str, tuple[Said, ...]]]) -> tuple[Node, ...]:
    """Nodes that follow each other, of ids and what was said."""
    before, nodes = "", []
    for number, (id, parts) in enumerate(said):
        id = id or f"#{number}"
        nodes.append(Node(id, before, parts))
        before = id
    return tuple(nodes)
