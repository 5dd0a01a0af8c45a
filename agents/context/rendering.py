"""Renders the items of a history as the messages of a prompt.

The order is one that every chat template takes: after the system prompt user and model alternate, each call
is followed by its result, and no user speaks right after a result.
"""

from __future__ import annotations

import msgspec

from agents.context import prompts
from agents.context.history import History
from agents.context.items import Asked, Call, TurnItem, Words
from agents.context.untrusted import fenced
from engine.values import Message, Picture, ToolCall


def rendered(history: History) -> tuple[Message, ...]:
    """The messages of the prompt, the system prompt first. Each call is followed by its result."""
    messages: list[Message] = [Message("system", history.system)] if history.system else []
    for words in opening_words(history):
        _say(messages, words.text, words.media)
    since = _last_words(history)
    for place in range(history.first_kept, len(history.items)):
        item = history.items[place]
        if isinstance(item, Words | Asked):
            _say(messages, item.text, item.media)
        elif item.is_shown:
            reasons = place > since and item.number > history.unreasoned
            _turn(messages, item, history.remote, item.reasoning if reasons else "")
    return tuple(messages)


def opening_words(history: History) -> list[Words]:
    """What the user said before the turns that are kept, and the summary of those that are not."""
    before = history.items[: history.first_kept]
    words = [item for item in before if isinstance(item, Words) and item.of_user]
    if history.summary:
        return [*words, Words(summary_shown(history), "user")]
    # Some templates take no answer before a question.
    return words or ([Words(prompts.BEGINNING_LEFT_OUT, "user")] if history.left_out else [])


def summary_shown(history: History) -> str:
    """The summary, marked as untrusted: it quotes files and pages."""
    if not history.summary:
        return ""
    return fenced(history.summary, "your older steps, shortened", remote=history.remote)


def result_shown(call: Call, remote: bool) -> str:
    """The text of a call's result in the prompt."""
    if call.result is None:
        return prompts.NOT_CARRIED_OUT
    if call.result.untrusted and call.result.text:
        return fenced(call.result.text, call.name, remote=remote)
    return call.result.text


def _last_words(history: History) -> int:
    """The index of the last message to the model: templates leave out the reasoning before it."""
    return max((place for place, item in enumerate(history.items) if isinstance(item, Words)), default=-1)


def _say(messages: list[Message], text: str, media: tuple[Picture, ...] = ()) -> None:
    if messages and messages[-1].role == "user":
        before = messages[-1]
        joined = f"{before.content}\n\n{text}"
        by = len(joined) - len(text)
        later = tuple(msgspec.structs.replace(picture, at=picture.at + by) for picture in media)
        messages[-1] = Message("user", joined, media=(*before.media, *later))
        return
    if messages and messages[-1].role == "tool":
        messages.append(Message("assistant", prompts.HAVE_RESULTS))
    messages.append(Message("user", text, media=media))


def _turn(messages: list[Message], turn: TurnItem, remote: bool, reasoning: str) -> None:
    calls = turn.shown_calls
    said = Message(
        "assistant",
        turn.content,
        reasoning_content=reasoning,
        tool_calls=tuple(ToolCall(call.call, call.name or "unknown", call.arguments) for call in calls),
    )
    if messages and messages[-1].role == "assistant":
        # Join adjacent messages without calls, which some templates refuse.
        before = messages.pop()
        said = msgspec.structs.replace(said, content=f"{before.content}\n\n{said.content}".strip())
    messages.append(said)
    messages.extend(
        Message("tool", result_shown(call, remote), tool_call_id=call.call, name=call.name or "unknown")
        for call in calls
    )
