"""From the inner events to a chat completion, streamed or whole. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.server.asks import Answer, AnswerEvent, ContentTokens, WrittenCall, rest_of
from app.server.openai.errors import error_value
from app.server.refusal import Refusal
from engine.api import Delta, Finished, PrefillProgress, TokenLogprobs, ToolCallDelta, ToolCalled
from engine.values import TokenLogprob, Usage

DONE = b"data: [DONE]\n\n"


class ChatWriter:
    """Writes one completion. `created` is in seconds since 1970. A stream says the usage where `with_usage`."""

    content_type = "text/event-stream; charset=utf-8"
    keep_alive = b": wait\n\n"

    def __init__(self, id: str, created: int, model: str, with_usage: bool = False) -> None:
        self._id, self._created, self._model, self._with_usage = id, created, model, with_usage
        self._begun = False
        self._tokens = ContentTokens()
        self._calls: dict[str, tuple[int, WrittenCall]] = {}

    def frames(self, event: AnswerEvent) -> bytes:
        tokens = self._tokens.take(event)
        if isinstance(event, PrefillProgress | TokenLogprobs):
            return b""
        begin = b"" if self._begun else self._delta({"role": "assistant", "content": ""})
        self._begun = True
        if isinstance(event, Delta):
            return begin + self._delta(_text(event), tokens=tokens)
        if isinstance(event, ToolCallDelta):
            return begin + self._call(event.call, event.name, event.text)
        if isinstance(event, ToolCalled):
            told = self._calls.get(event.call.id)
            rest = rest_of(event.call, None if told is None else told[1])
            return begin + (self._call(event.call.id, event.call.name, rest) if rest or told is None else b"")
        if isinstance(event, Finished):
            return begin + self._end(event)
        return begin

    def failed(self, refusal: Refusal) -> bytes:
        return _frame(error_value(refusal)) + DONE

    def whole(self, answer: Answer) -> Any:
        assert answer.finished is not None
        message: dict[str, Any] = {
            "role": "assistant",
            "content": answer.content if answer.content or not answer.calls else None,
            "refusal": None,
            "annotations": [],
        }
        if answer.reasoning:
            message |= {"reasoning_content": answer.reasoning, "reasoning": answer.reasoning}
        if answer.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in answer.calls.values()
            ]
        choice = {
            "index": 0,
            "message": message,
            "logprobs": logprobs_value(answer.logprobs),
            "finish_reason": _reason(answer.finished, bool(answer.calls)),
        }
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": usage_value(answer.finished.usage),
        }

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._model,
        }

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        return _frame({**self._head("chat.completion.chunk"), "choices": choices, **more})

    def _delta(
        self, delta: dict[str, Any], reason: str | None = None, tokens: Sequence[TokenLogprob] = ()
    ) -> bytes:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": reason}
        if tokens:
            choice["logprobs"] = logprobs_value(tokens)
        return self._chunk([choice])

    def _call(self, id: str, name: str, text: str) -> bytes:
        begin = b""
        if id not in self._calls:
            self._calls[id] = (len(self._calls), WrittenCall(id, name))
            index = self._calls[id][0]
            function = {"name": name, "arguments": ""}
            begin = self._delta(
                {"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]}
            )
        index, told = self._calls[id]
        told.arguments += text
        if not text:
            return begin
        return begin + self._delta({"tool_calls": [{"index": index, "function": {"arguments": text}}]})

    def _end(self, finished: Finished) -> bytes:
        last = self._delta({}, _reason(finished, bool(self._calls)))
        if self._with_usage:
            last += self._chunk([], usage=usage_value(finished.usage))
        return last + DONE


def logprobs_value(tokens: Sequence[TokenLogprob]) -> dict[str, Any] | None:
    """Tokens with their probabilities, None for none."""
    if not tokens:
        return None
    content = [{**_token(token), "top_logprobs": list(map(_token, token.top))} for token in tokens]
    return {"content": content, "refusal": None}


def _token(token: TokenLogprob) -> dict[str, Any]:
    return {
        "token": token.data.decode(errors="replace"),
        "bytes": list(token.data),
        "logprob": token.logprob,
    }


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


def _reason(finished: Finished, has_calls: bool) -> str:
    if finished.reason == "length":
        return "length"
    return "tool_calls" if has_calls else "stop"


def _frame(value: Any) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
