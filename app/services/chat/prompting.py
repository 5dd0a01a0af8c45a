"""Builds the messages of a request from a branch of a conversation. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

import msgspec

from app.services.chat.citations.sources import told
from app.store import records
from engine.values import Message, Picture, Role, ToolCall

# For the model, around the text of an attachment: in words, as every template takes it.
_FILE, _END = 'File "{name}":', 'End of file "{name}".'
_PARTS_OF_FILE = 'File "{name}", only parts {first} to {last}:'
# In front of each of several pictures.
_PICTURE = 'Picture "{name}":'
_LOST = 'File "{name}": what it held is no longer kept.'
# For the model: the result of a call that nobody carried out.
NOT_CARRIED_OUT = "This call was not carried out."
# For the model: its own turn behind a result that nothing was said of.
_RECEIVED = "I have the result."
# For the model: the user's turn in front of a branch that it began.
_BEGIN = "You begin."
_JOINED = ("user", "assistant")
# For the model, in the user turn before the first message that it sees.
_SUMMARY = "What we said before, in short: {summary}\n\nNow we go on."


class Told(records.Message, frozen=True):
    """A message as the model is told it, with the pictures in its content."""

    media: tuple[Picture, ...] = ()


def branch_to(message: int | None, tree: Iterable[records.Message]) -> tuple[records.Message, ...]:
    """The branch of `tree` from its first message to this one; () for None."""
    by_id = {record.id: record for record in tree}
    path: list[records.Message] = []
    while message is not None and message in by_id:
        path.append(by_id.pop(message))
        message = path[-1].parent
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

    Answers that are empty are left out, and turns of one role that then follow each other are joined: many templates
    refuse two of them. With `continue_last` the last answer stays even when empty.
    """
    messages: list[Message] = []
    if system_prompt.strip():
        messages.append(Message("system", system_prompt))
    messages += summary_words(cut)
    path = seen(path, cut)
    told = turns(path)
    if continue_last and path and not told[-1]:
        told[-1] = [_said(path[-1])]
    for message in itertools.chain.from_iterable(told):
        if messages and message.role in _JOINED and messages[-1].role == message.role:
            message = _together(messages.pop(), message)
        messages.append(message)
    return tuple(messages)


def framed(
    name: str, parts: Sequence[tuple[str, str]], chosen: tuple[int, int] = (0, 0)
) -> tuple[str, list[tuple[int, int]]]:
    """The text of an attachment between lines that name it, and from where to where the text of each of its parts
    stands there; parts stand under their labels. `chosen`: the first and the last part that these are, where others
    are left out."""
    first, last = chosen
    head = (_PARTS_OF_FILE if first else _FILE).format(name=name, first=first, last=last)
    pieces, places, at = [head, "\n"], list[tuple[int, int]](), len(head) + 1
    for label, text in parts:
        above = ("\n\n" if places else "") + (f"[{label}]\n" if label else "")
        at += len(above)
        pieces += [above, text]
        places.append((at, at + len(text)))
        at += len(text)
    return "".join([*pieces, "\n", _END.format(name=name)]), places


def with_attachments(
    path: Sequence[records.Message], given: Callable[[records.Attachment], str | Picture]
) -> list[records.Message]:
    """The branch `path`, in whose questions the texts and pictures of their attachments, and their sources, stand in
    front of their words. What an answer found by itself is among the steps of its run."""
    return [
        _with_attachments(record, given)
        if record.role == "user" and (record.attachments or record.sources)
        else record
        for record in path
    ]


def _with_attachments(record: records.Message, given: Callable[[records.Attachment], str | Picture]) -> Told:
    whole = [attachment for attachment in record.attachments if attachment.state == "whole"]
    several = sum(attachment.is_picture for attachment in whole) > 1
    numbers = {source.sha256: f"[{source.number}] " for source in record.sources if not source.text}
    content, media = "", []
    for attachment in whole:
        found = given(attachment)
        if isinstance(found, Picture):
            text = _PICTURE.format(name=attachment.name) if several else ""
            content = _joined(content, text)
            media.append(msgspec.structs.replace(found, at=len(content)))
        else:
            found = found or _LOST.format(name=attachment.name)
            content = _joined(content, numbers.get(attachment.sha256, "") + found)
    fields = {name: getattr(record, name) for name in records.Message.__struct_fields__}
    content = _joined(_joined(content, told(record.sources, record.content)), record.content)
    return Told(**fields | {"content": content, "attachments": (), "sources": ()}, media=tuple(media))


def _joined(before: str, text: str) -> str:
    return "\n\n".join(filter(None, (before, text)))


def turns(path: Sequence[records.Message], *, followed: bool = False) -> list[list[Message]]:
    """What the model is told of each message of a branch, nothing of empty ones; `followed`: the user's turn is next.

    Results stand with the answer that made their calls. A call without one gets one that says so, and results a turn
    of the model behind them: there are templates that take neither a call without a result nor a user's turn right
    behind one (Mistral's). A result without a call is left out. Others take no answer without a question, and no
    instructions but at the beginning: those are the user's turn here.
    """
    told: list[list[Message]] = []
    for index, record in enumerate(path):
        if record.role == "tool" or (record.role == "assistant" and not _says(record)):
            told.append([])
            continue
        said = [_said(record)]
        if record.role == "assistant" and not any(told):
            said.insert(0, Message("user", _BEGIN))
        if record.tool_calls:
            results, after = _behind(path, index, "user" if followed else None)
            if results or after:
                said += _results(record.tool_calls, results, after)
        told.append(said)
    return told


def _says(record: records.Message) -> bool:
    return bool(record.content or record.tool_calls)


def _behind(path: Sequence[records.Message], index: int, after: Role | None) -> tuple[list[str], Role | None]:
    """The results behind the message at `index`, and who speaks then; `after` is who does behind the branch."""
    results: list[str] = []
    for place in range(index + 1, len(path)):
        if path[place].role == "tool":
            results.append(path[place].content)
        elif path[place].role != "assistant" or _says(path[place]):
            return results, path[place].role
    return results, after


def _said(record: records.Message) -> Message:
    role = "user" if record.role == "system" else record.role
    media = record.media if isinstance(record, Told) else ()
    return Message(role, record.content, record.reasoning, record.tool_calls, media=media)


def _results(calls: Sequence[ToolCall], results: Sequence[str], after: Role | None) -> list[Message]:
    """The results of calls in the order of both, more of them with the last one."""
    missing = [NOT_CARRIED_OUT] * (len(calls) - len(results))
    last = len(calls) - 1
    given = [*results[:last], *(["\n\n".join(results[last:])] if results[last:] else []), *missing]
    told = [
        Message("tool", result, tool_call_id=call.id, name=call.name)
        for call, result in zip(calls, given, strict=True)
    ]
    if after in ("user", "system"):
        told.append(Message("assistant", NOT_CARRIED_OUT if missing else _RECEIVED))
    return told


def _together(before: Message, message: Message) -> Message:
    """Two turns of one role as one."""
    content = _joined(before.content, message.content)
    reasoning = _joined(before.reasoning_content, message.reasoning_content)
    by = len(content) - len(message.content)
    later = tuple(msgspec.structs.replace(picture, at=picture.at + by) for picture in message.media)
    return Message(message.role, content, reasoning, message.tool_calls, media=(*before.media, *later))
