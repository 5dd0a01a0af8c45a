"""`coterie chats list` and `search`: chats as lines or as JSON."""

from __future__ import annotations

import time

import msgspec

from app.cli.opened import opened_store
from app.cli.output import Output
from app.store.records import Conversation

MOST_HITS = 10_000


class Listed(msgspec.Struct, frozen=True):
    """A chat in the list. `project` and `model` are "" for none; times are seconds since 1970."""

    id: int
    title: str
    project: str
    model: str
    messages: int
    created: float
    changed: float


def list_chats(output: Output, *, deleted: bool = False) -> int:
    """Print the chats of the list, or those in the trash."""
    with opened_store() as store:
        found = store.conversations.trash() if deleted else store.conversations.all()
        projects = {project.id: project.name for project in store.projects.all()}
        tallies = store.whole_chats.tallies()
    listed = [
        _listed(chat, projects.get(chat.project or 0, ""), *tallies.get(chat.id, (0, "")))
        for chat in found
        if not chat.is_blank
    ]
    for one in listed:
        output.object(one)
    if not listed:
        output.note(output.localized("cli.chats.none_deleted" if deleted else "cli.chats.none"))
    output.table([_row(one, output) for one in listed])
    return 0


def search(query: str, output: Output) -> int:
    """Print the chats with these words, and where they are."""
    with opened_store() as store:
        hits = store.conversations.search(query, MOST_HITS)
    rows = []
    for hit in hits:
        excerpt = hit.snippet or hit.conversation.title
        output.object({"chat": hit.conversation.id, "message": hit.message, "excerpt": excerpt})
        rows.append((str(hit.conversation.id), _title(hit.conversation.title, output), hit.snippet))
    if not hits:
        output.note(output.localized("cli.chats.not_found"))
    output.table(rows)
    return 0


def _listed(chat: Conversation, project: str, messages: int, model: str) -> Listed:
    model = chat.options.model or model
    return Listed(chat.id, chat.title, project, model, messages, chat.created, chat.updated)


def _row(chat: Listed, output: Output) -> tuple[str, ...]:
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(chat.changed))
    count = output.localized("cli.chats.messages", count=chat.messages)
    return str(chat.id), day, count, _title(chat.title, output), chat.project


def _title(title: str, output: Output) -> str:
    return " ".join(title.split())[:80] or output.localized("chat_export.untitled")
