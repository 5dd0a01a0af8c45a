"""From the inner events to a chat completion, streamed or whole. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from app.server.asks import Answer, AnswerEvent, ContentTokens, WrittenCall, rest_of
from app.server.openai.errors import error_value
from app.server.refusal import Refusal
from app.server.token_values import logprobs_of
from engine.api import Delta, Finished, PrefillProgress, TokenLogprobs, ToolCallDelta, ToolCalled
from engine.values import TokenLogprob, Usage

DONE = b"data: [DONE]\n\n"


class ChatWriter:
    """Writes one completion of so many `choices`. `created` is in seconds since 1970. A stream says the usage where
    `with_usage`. `by_functions`: a call is told in the older way."""

    content_type = "text/event-stream; charset=utf-8"
    keep_alive = b": wait\n\n"

    def __init__(
        self,
        id: str,
        created: int,
        model: str,
        with_usage: bool = False,
        choices: int = 1,
        by_functions: bool = False,
    ) -> None:
        self._id, self._created, self._model, self._with_usage = id, created, model, with_usage
        self._by_functions = by_functions
        self._choices = [_Choice(by_functions) for _ in range(choices)]
        self._ends: list[Finished] = []

    def frames(self, event: AnswerEvent) -> bytes:
        choice = self._choices[event.id]
        frames = b"".join(self._chunk([{"index": event.id, **told}]) for told in choice.told(event))
        if isinstance(event, Finished):
            self._ends.append(event)
            if len(self._ends) == len(self._choices):
                frames += (self._usage() if self._with_usage else b"") + DONE
        return frames

    def failed(self, refusal: Refusal) -> bytes:
        return frame(error_value(refusal)) + DONE

    def whole(self, choices: Sequence[Answer]) -> Any:
        ends = [answer.finished for answer in choices if answer.finished is not None]
        return {
            **self._head("chat.completion"),
            "choices": [_whole(index, answer, self._by_functions) for index, answer in enumerate(choices)],
            "usage": usage_value(usage_of(ends)),
        }

    def _usage(self) -> bytes:
        return self._chunk([], usage=usage_value(usage_of(self._ends)))

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._model}

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        return frame({**self._head("chat.completion.chunk"), "choices": choices, **more})


class _Choice:
    """What was told of one choice."""

    def __init__(self, by_functions: bool) -> None:
        self._by_functions = by_functions
        self._begun = False
        self._tokens = ContentTokens()
        self._calls: dict[str, tuple[int, WrittenCall]] = {}

    def told(self, event: AnswerEvent) -> Iterator[dict[str, Any]]:
        """The parts of the choice's chunks that an event adds."""
        tokens = self._tokens.take(event)
        if isinstance(event, PrefillProgress | TokenLogprobs):
            return
        if not self._begun:
            self._begun = True
            yield _delta({"role": "assistant", "content": ""})
        if isinstance(event, Delta):
            told = _delta(_text(event))
            yield told | ({"logprobs": logprobs_value(tokens)} if tokens else {})
        elif isinstance(event, ToolCallDelta):
            yield from self._call(event.call, event.name, event.text)
        elif isinstance(event, ToolCalled):
            known = self._calls.get(event.call.id)
            rest = rest_of(event.call, None if known is None else known[1])
            yield from self._call(event.call.id, event.call.name, rest)
        else:
            yield _delta({}, _reason(event, bool(self._calls), self._by_functions))

    def _call(self, id: str, name: str, text: str) -> Iterator[dict[str, Any]]:
        if id not in self._calls:
            self._calls[id] = (len(self._calls), WrittenCall(id, name))
            head = {"id": id, "type": "function"}
            yield self._called(self._calls[id][0], {"name": name, "arguments": ""}, head)
        index, told = self._calls[id]
        told.arguments += text
        if text:
            yield self._called(index, {"arguments": text})

    def _called(
        self, index: int, function: dict[str, str], head: dict[str, str] | None = None
    ) -> dict[str, Any]:
        if self._by_functions:
            return _delta({"function_call": function})
        return _delta({"tool_calls": [{"index": index, **(head or {}), "function": function}]})


def _delta(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"delta": delta, "finish_reason": reason}


def _whole(index: int, answer: Answer, by_functions: bool) -> dict[str, Any]:
    assert answer.finished is not None
    message: dict[str, Any] = {
        "role": "assistant",
        "content": answer.content if answer.content or not answer.calls else None,
        "refusal": None,
        "annotations": [],
    }
    if answer.reasoning:
        message |= {"reasoning_content": answer.reasoning, "reasoning": answer.reasoning}
    called = [{"name": call.name, "arguments": call.arguments} for call in answer.calls.values()]
    if called and by_functions:
        message["function_call"] = called[0]
    elif called:
        message["tool_calls"] = [
            {"id": id, "type": "function", "function": function}
            for id, function in zip(answer.calls, called, strict=True)
        ]
    return {
        "index": index,
        "message": message,
        "logprobs": logprobs_value(answer.logprobs),
        "finish_reason": _reason(answer.finished, bool(answer.calls), by_functions),
    }


def usage_of(ends: Sequence[Finished]) -> Usage:
    """The usage of several choices of one prompt, which counts once."""
    first = ends[0].usage
    return Usage(
        first.prompt_tokens,
        first.cached_tokens,
        sum(end.usage.completion_tokens for end in ends),
        sum(end.usage.reasoning_tokens for end in ends),
    )


def logprobs_value(tokens: Sequence[TokenLogprob]) -> dict[str, Any] | None:
    """Tokens with their probabilities, None for none."""
    return {"content": logprobs_of(tokens), "refusal": None} if tokens else None


def usage_value(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def _text(event: Delta) -> dict[str, str]:
    if event.channel == "content":
        return {"content": event.text}
    return {"reasoning_content": event.text, "reasoning": event.text}


def _reason(finished: Finished, has_calls: bool, by_functions: bool) -> str:
    if finished.reason == "length":
        return "length"
    called = "function_call" if by_functions else "tool_calls"
    return called if has_calls else "stop"


def frame(value: Any) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
