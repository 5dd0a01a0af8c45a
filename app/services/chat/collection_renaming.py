"""Another name for a collection, also where chats and projects name it.

Blocks on the disk: call it off the GUI thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from app.services.chat.conversations import Conversations
    from app.services.chat.projects import Projects
    from app.services.collections.collections import Collections


def rename_collection(
    collections: Collections, conversations: Conversations, projects: Projects, name: str, new: str
) -> str:
    """The new name as it is kept.

    Raises UserError `collections.none`, `collections.bad_name` and `collections.taken`.
    """
    kept = collections.rename(name, new).name
    for chat in conversations.all():
        if _is(chat.options.collection, name):
            conversations.change_options(chat.id, collection=kept)
    for project in projects.all():
        if _is(project.options.collection, name):
            projects.set_options(project.id, replace(project.options, collection=kept))
    return kept


def _is(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()
