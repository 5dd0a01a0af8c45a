"""`coterie chats show`: a chat as Markdown, or all of its branches as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from app.cli.attaching import attachment_objects
from app.cli.chats.changing import check_ids
from app.cli.opened import opened_store
from app.cli.output import Output
from app.cli.printable import printable
from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.markdown_text import markdown
from app.services.chat.prompting import branch_to
from app.store.records import WholeChat


def show(id: int, output: Output) -> int:
    """Print a chat. Raises UserError `cli.no_chat`."""
    with opened_store() as store:
        check_ids(store, [id])
        chat = store.whole_chats.get(id, contents=False)
        given = chat.conversation
        project = next((p.name for p in store.projects.all() if p.id == given.project), "")
    if output.json:
        output.object(_object(chat, project, output))
        return 0
    for piece in markdown(chat, Labels(output.language, given, project)):
        lines = piece.expandtabs(4).split("\n")
        output.text("\n".join(map(printable, lines)), end="")
    return 0


def _object(chat: WholeChat, project: str, output: Output) -> dict[str, Any]:
    shown = {message.id for message in branch_to(chat.conversation.leaf, chat.messages)}
    messages = [
        {
            "id": message.id,
            "parent": message.parent,
            "shown": message.id in shown,
            "role": message.role,
            "content": message.content,
            "reasoning": message.reasoning,
            "tool_calls": msgspec.to_builtins(message.tool_calls),
            "model": message.model,
            "state": message.state,
            "created": message.created,
            **(
                {"attachments": attachment_objects(message.attachments, output)}
                if message.attachments
                else {}
            ),
        }
        for message in chat.messages
    ]
    given = chat.conversation
    return {"id": given.id, "title": given.title, "project": project, "messages": messages}
