"""A row of the list of chats."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from app.desktop.window.chats.grouping import Group
from app.store.records import Conversation, Project, SearchHit


class Row(NamedTuple):
    """A heading (`group`, of a `project` where it has one) or a conversation, `inside` a project or not, which a
    search found when it has a `hit`."""

    group: Group | None = None
    conversation: Conversation | None = None
    hit: SearchHit | None = None
    project: Project | None = None
    inside: bool = False

    def key(self) -> Hashable:
        # A renamed project is the same row where its place is the same.
        return (self.group.rank, self.group.number) if self.group is not None else self.conversation.id
