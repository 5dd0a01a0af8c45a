"""Memory across chats: short sentences that a person keeps, and that chats are given. Off until it is switched on.

A model only proposes; it keeps by itself in a project whose options say so. What a chat is given is noted with it
when it begins, so that its prompt stays the same. Methods block on the disk: call them off the GUI thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.services.chat.asides import Ask
from app.services.chat.events import MemoriesChanged
from app.services.chat.projects import Projects
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.store.records import Conversation, Memory, Message
from app.store.store import Store
from engine.errors import UserError
from engine.text import clean_text

# Characters of a sentence, sentences given to a chat, and proposed at a time.
LONGEST, MOST_GIVEN, MOST_PROPOSED = 200, 50, 3
# Proposals that nobody has looked at.
_MOST_WAITING = 20
_SEEN, _TOKENS = 1200, 120
_NOTHING = "NOTHING"
_WISH = """\
Below is what a person wrote to an assistant. List lasting facts about this person that would help in later, \
unrelated conversations: who they are, their work, how they want to be answered. At most {most} short sentences, \
one a line, in the language of the person, without numbers or bullets. Never list what they asked for just now. \
If there is nothing of this kind, write {nothing}.

{text}"""
_BULLET = re.compile(r"^(?:[-*•]|\d+[.)])\s*")


class Memories:
    """Operations on memories, and the proposals behind answers."""

    def __init__(self, store: Store, settings: SettingsFile, projects: Projects, events: EventBus) -> None:
        self._store, self._settings, self._projects, self._events = store, settings, projects, events

    def all(self) -> list[Memory]:
        """All memories, proposed ones included, oldest first."""
        return self._store.memories.all()

    def given(self, project: int | None) -> tuple[str, ...]:
        """What a chat of this project is given when it begins; nothing while memory is off."""
        if not self._settings.current.memory:
            return ()
        return tuple(memory.text for memory in self._store.memories.given(project))[-MOST_GIVEN:]

    def add(self, text: str, project: int | None = None) -> Memory:
        """Keep a sentence of the person. Raises UserError `memory.empty`, `memory.too_long` (`most`)."""
        return self._changed(self._store.memories.add(sentence(text), kept=True, project=project))

    def edit(self, id: int, text: str) -> Memory:
        """Raises UserError as `add` does, `memory.gone`."""
        return self._set(id, text=sentence(text))

    def keep(self, id: int) -> Memory:
        """Keep what was proposed. Raises UserError `memory.gone`."""
        return self._set(id, kept=True)

    def remove(self, id: int) -> Memory | None:
        """Forget a memory; returns it for `put_back`."""
        found = self._store.memories.find(id)
        self._store.memories.remove(id)
        self._tell()
        return found

    def put_back(self, memory: Memory) -> None:
        """Undo `remove`."""
        self._store.memories.put(memory)
        self._tell()

    # --- behind an answer ---

    def take(self, answer: Message, ask: Ask) -> None:
        """Propose what the question behind an answer tells of the person."""
        if not self._settings.current.memory or answer.parent is None or answer.run:
            return
        conversation = self._store.conversations.get(answer.conversation)
        question = self._store.messages.get(answer.parent)
        memories = self.all()
        waiting = sum(not memory.kept for memory in memories)
        if conversation.temporary or question.role != "user" or waiting >= _MOST_WAITING:
            return
        wish = _WISH.format(most=MOST_PROPOSED, nothing=_NOTHING, text=question.content[:_SEEN])
        known = {memory.text.casefold() for memory in memories}
        proposed = [text for text in sentences(ask(wish, _TOKENS)) if text.casefold() not in known]
        self._propose(conversation, proposed)

    def _propose(self, conversation: Conversation, proposed: Iterable[str]) -> None:
        project = self._projects.of(conversation)
        keeps = project is not None and project.options.remembers
        made = [
            self._store.memories.add(
                text,
                kept=keeps,
                project=project.id if project is not None and keeps else None,
                conversation=conversation.id,
            )
            for text in proposed
        ]
        if made:
            self._tell()

    # --- inside ---

    def _set(self, id: int, **fields: Any) -> Memory:
        changed = self._store.memories.change(id, **fields)
        if changed is None:
            raise UserError("memory.gone")
        return self._changed(changed)

    def _changed(self, memory: Memory) -> Memory:
        self._tell()
        return memory

    def _tell(self) -> None:
        self._events.publish(MemoriesChanged(tuple(self.all())))


def sentence(text: str) -> str:
    """One line. Raises UserError `memory.empty`, `memory.too_long`."""
    line = " ".join(clean_text(text).split())
    if not line:
        raise UserError("memory.empty")
    if len(line) > LONGEST:
        raise UserError("memory.too_long", most=LONGEST)
    return line


def sentences(text: str) -> list[str]:
    """The sentences that a model proposes, "" and its word for nothing left out."""
    lines = (" ".join(_BULLET.sub("", clean_text(line).strip()).split()) for line in text.splitlines())
    found = [line for line in lines if 8 <= len(line) <= LONGEST and _NOTHING not in line.upper()]
    return list(dict.fromkeys(found))[:MOST_PROPOSED]


def with_memories(prompt: str, given: tuple[str, ...]) -> str:
    """A system prompt with what the chat was given."""
    if not given:
        return prompt
    known = "\n".join(f"- {text}" for text in given)
    return f"{prompt}\n\nWhat you know about the person:\n{known}".strip()
