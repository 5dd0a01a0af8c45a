"""The inner request and the inner events of an answer, between the protocols and the engine. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from engine.api import Delta, Finished, PrefillProgress, TokenLogprobs, ToolCallDelta, ToolCalled
from engine.values import FillIn, Message, RawPrompt, Reasoning, Sampling, TokenLogprob, ToolCall


class Ask(msgspec.Struct, frozen=True):
    """What a client asks for, whatever its protocol. `model` as the client names it, "" for the one in use; the other
    fields as in `engine.api.GenerateRequest`. `pictures` are those of the messages' media as they were sent, by their
    SHA-256; the media have no path yet."""

    messages: tuple[Message, ...] = ()
    model: str = ""
    sampling: Sampling = Sampling()
    reasoning: Reasoning = "auto"
    max_tokens: int = 0
    stop: tuple[str, ...] = ()
    continue_last: bool = False
    tools: tuple[dict[str, Any], ...] = ()
    tool_choice: str = "auto"
    parallel_tool_calls: bool = True
    logit_bias: tuple[tuple[int, float], ...] = ()
    top_logprobs: int | None = None
    prompt: RawPrompt | FillIn | None = None
    reply: dict[str, Any] | None = None
    pictures: dict[str, bytes] = {}


# The engine's events, but that `id` is the number of the choice, 0 where one alone is asked for: `PrefillProgress`
# comes first and says how long the prompt is, and `Finished` is the last of each.
AnswerEvent = PrefillProgress | Delta | TokenLogprobs | ToolCallDelta | ToolCalled | Finished


class ContentTokens:
    """Finds the tokens that make an answer's content among all that the engine tells: those of reasoning, of calls
    and of marks are no part of it."""

    def __init__(self) -> None:
        self._waiting: list[TokenLogprob] = []
        self._done = 0  # bytes of the first that waits which are in earlier text: it is told already

    def take(self, event: AnswerEvent) -> list[TokenLogprob]:
        """The tokens of which the content of this event is made; a token is told with its first byte."""
        if isinstance(event, TokenLogprobs):
            self._waiting += event.tokens
        if not isinstance(event, Delta) or not self._waiting:
            return []
        wanted = event.text.encode()
        at = b"".join(token.data for token in self._waiting).find(wanted, self._done)
        if at < 0:
            return []
        end, start, found, kept = at + len(wanted), 0, [], 0
        for number, token in enumerate(self._waiting):
            is_new = number > 0 or self._done == 0
            after = start + len(token.data)
            if start < end and after > at and is_new and event.channel == "content":
                found.append(token)
            if after <= end:
                kept = number + 1
                start = after
            else:
                break
        del self._waiting[:kept]
        self._done = max(0, end - start)
        return found


class WrittenCall(msgspec.Struct):
    """A tool call of an answer; `arguments` is its JSON as the model wrote it."""

    id: str
    name: str
    arguments: str = ""


class Answer:
    """An answer put together from its events: what does not stream equals what streams."""

    def __init__(self) -> None:
        self.content = ""
        self.reasoning = ""
        self.calls: dict[str, WrittenCall] = {}
        self.logprobs: list[TokenLogprob] = []
        self.finished: Finished | None = None
        self.events: list[
            AnswerEvent
        ] = []  # in their order, which tells what stands between thoughts and calls
        self._tokens = ContentTokens()

    def take(self, event: AnswerEvent) -> None:
        if not isinstance(event, PrefillProgress):
            self.events.append(event)
        self.logprobs += self._tokens.take(event)
        if isinstance(event, Delta):
            if event.channel == "reasoning":
                self.reasoning += event.text
            else:
                self.content += event.text
        elif isinstance(event, ToolCallDelta):
            self.calls.setdefault(event.call, WrittenCall(event.call, event.name)).arguments += event.text
        elif isinstance(event, ToolCalled):
            rest = rest_of(event.call, self.calls.get(event.call.id))
            self.calls.setdefault(
                event.call.id, WrittenCall(event.call.id, event.call.name)
            ).arguments += rest
        elif isinstance(event, Finished):
            self.finished = event


def rest_of(call: ToolCall, told: WrittenCall | None) -> str:
    """What is not told yet of a call's arguments: all of them where none of their text has come."""
    if told is not None and told.arguments:
        whole = call.arguments if isinstance(call.arguments, str) else ""
        return whole.removeprefix(told.arguments) if whole.startswith(told.arguments) else ""
    return (
        call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments, ensure_ascii=False)
    )


def object_of(text: str) -> dict[str, Any]:
    """The arguments of a call. Those that are no JSON object are told all the same, for the tool to refuse them."""
    try:
        read = msgspec.json.decode(text or "{}")
    except (msgspec.DecodeError, RecursionError):
        read = None
    return read if isinstance(read, dict) else {"invalid_json": text}


def with_system_in_front(messages: Sequence[Message]) -> tuple[Message, ...]:
    """All system messages as one in front, in their order: many templates take one, and there alone."""
    texts = [message.content for message in messages if message.role == "system" and message.content]
    others = tuple(message for message in messages if message.role != "system")
    return (Message("system", "\n\n".join(texts)), *others) if texts else others


def with_tool_names(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Results of tools with the call that they belong to and the name of its tool. Those without an id belong to the
    calls that wait, in their order."""
    names: dict[str, str] = {}
    waiting: list[ToolCall] = []
    named = []
    for message in messages:
        if message.tool_calls:
            names |= {call.id: call.name for call in message.tool_calls}
            waiting = list(message.tool_calls)
        if message.role == "tool":
            id = message.tool_call_id or (waiting[0].id if waiting else "")
            waiting = [call for call in waiting if call.id != id]
            message = msgspec.structs.replace(
                message, tool_call_id=id, name=message.name or names.get(id, "")
            )
        named.append(message)
    return tuple(named)


def call_of(id: str, name: str, arguments: str) -> ToolCall:
    """A call of the history. Arguments that are no JSON object stay the text that they are."""
    try:
        read = msgspec.json.decode(arguments or "{}")
    except (msgspec.DecodeError, RecursionError):
        read = None
    return ToolCall(id, name, read if isinstance(read, dict) else arguments)
