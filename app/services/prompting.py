"""From a branch of a conversation to the messages of a request. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.store import records
from engine.api import Message

TITLE_LENGTH = 48


def request_messages(
    path: Sequence[records.Message], system_prompt: str, *, continue_last: bool = False
) -> tuple[Message, ...]:
    """What the model is given for the branch `path`, root first.

    Answers that are empty are left out, and user turns that then follow each other are joined: many
    templates refuse two turns of one role. With `continue_last` the last answer stays even when empty.
    """
    messages: list[Message] = []
    if system_prompt.strip():
        messages.append(Message("system", system_prompt))
    for index, record in enumerate(path):
        last = index == len(path) - 1
        if record.role == "assistant" and not record.content and not (last and continue_last):
            continue
        message = Message(record.role, record.content, record.reasoning)
        if messages and message.role == "user" and messages[-1].role == "user":
            message = Message("user", f"{messages.pop().content}\n\n{message.content}")
        messages.append(message)
    return tuple(messages)


def title_from(text: str) -> str:
    """A title from the first words of a conversation: its first line of text, cut at a word."""
    lines = (line.strip().lstrip("#>*-` ").strip() for line in text.splitlines())
    line = next((line for line in lines if line), "")
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH + 1]
    if " " in cut[TITLE_LENGTH // 2 :]:
        cut = cut.rsplit(" ", 1)[0]
    return cut[:TITLE_LENGTH].rstrip(" ,.;:") + "…"
