"""What a file of chats holds, whichever program wrote it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from app.store.records import Project, WholeChat
from engine.errors import ErrorInfo


class UnreadChat(msgspec.Struct, frozen=True):
    """A chat of a file that cannot be read; its title is "" where that cannot be read either."""

    title: str
    reason: ErrorInfo


class ChatFile(msgspec.Struct, frozen=True):
    """The chats of a file, read one at a time as they are asked for.

    `Conversation.source` of each says what it is beyond the file (`app.store.whole_chats.identity`), `project`
    names one of `projects` by its id, and `origin` a chat of the file by its id; both may also name nothing. What
    was deleted is not in it.
    """

    projects: tuple[Project, ...]
    chats: Iterator[WholeChat | UnreadChat]


class Imported(msgspec.Struct, frozen=True):
    """How far an import is, or what a dry run would do: `imported` of the chats that were `found` are new or brought
    new messages. `already` were here before with all they have, or are in the trash. `failed`, told at the end,
    cannot be read."""

    found: int = 0
    imported: int = 0
    already: int = 0
    failed: tuple[UnreadChat, ...] = ()
