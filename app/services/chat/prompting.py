"""Builds the messages of a request from a branch of a conversation. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.store import records
from engine.values import Message, ToolCall

# For the model: the result of a call that nobody carried out.
NOT_CARRIED_OUT = "This call was not carried out."
# For the model, in the user turn before the first message that it sees.
_SUMMARY = "What we said before, in short: {summary}\n\nNow we go on."


def branch_to(message: int, tree: Iterable[records.Message]) -> tuple[records.Message, ...]:
    """The branch of `tree` from its first message to this one."""
    by_id = {record.id: record for record in tree}
    path, at = [], by_id.get(message)
    while at is not None:
        path.append(at)
        at = None if at.parent is None else by_id.get(at.parent)
    return tuple(reversed(path))


def compaction_point_of(
    path: Iterable[int], cuts: Iterable[records.CompactionPoint]
) -> records.CompactionPoint | None:
    """The one of `cuts`, newest first, that applies to the branch `path`."""
    branch = set(path)
    return next((cut for cut in cuts if cut.first in branch), None)


def seen(path: Sequence[records.Message], cut: records.CompactionPoint | None) -> Sequence[records.Message]:
    """The part of the branch `path` that the model sees."""
    if cut is None:
        return path
    return path[[record.id for record in path].index(cut.first) :]


def summary_words(cut: records.CompactionPoint | None) -> tuple[Message, ...]:
    """The user turn with the summary that replaces earlier messages, or nothing."""
    if cut is None or not cut.summary:
        return ()
    return (Message("user", _SUMMARY.format(summary=cut.summary)),)


def request_messages(
    path: Sequence[records.Message],
    system_prompt: str,
    cut: records.CompactionPoint | None = None,
    *,
    continue_last: bool = False,
) -> tuple[Message, ...]:
    """The messages for the model of the branch `path`, root first: from the first message of `cut` on, with
    its summary in front.

    Answers that are empty are left out, and user turns that then follow each other are joined: many templates
    refuse two turns of one role. With `continue_last` the last answer stays even when empty. Calls without a
    stored result get one that says so, and a turn of the model behind it: there are templates that take
    neither a call without a result nor a user's turn right behind one (Mistral's).
    """
    messages: list[Message] = []
    if system_prompt.strip():
        messages.append(Message("system", system_prompt))
    messages += summary_words(cut)
    path = seen(path, cut)
    for index, record in enumerate(path):
        last = index == len(path) - 1
        is_empty = not record.content and not record.tool_calls
        if record.role == "assistant" and is_empty and not (last and continue_last):
            continue
        message = Message(record.role, record.content, record.reasoning, record.tool_calls)
        if messages and message.role == "user" and messages[-1].role == "user":
            message = Message("user", f"{messages.pop().content}\n\n{message.content}")
        messages.append(message)
        answered = not last and path[index + 1].role == "tool"
        if record.tool_calls and not last and not answered:
            messages += not_carried_out(record.tool_calls)
    return tuple(messages)


def not_carried_out(calls: Sequence[ToolCall]) -> list[Message]:
    """The results of calls that nobody carried out."""
    results = [Message("tool", NOT_CARRIED_OUT, tool_call_id=call.id, name=call.name) for call in calls]
    return [*results, Message("assistant", NOT_CARRIED_OUT)]
