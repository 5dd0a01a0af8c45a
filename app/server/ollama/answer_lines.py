"""From the inner events to lines of JSON, streamed or as one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from app.server.asks import Answer, AnswerEvent, ContentTokens, object_of
from app.server.ollama.errors import error_value
from app.server.refusal import Refusal
from app.server.token_values import logprobs_of
from engine.api import Delta, Finished, ToolCalled
from engine.values import TokenLogprob, ToolCall

Kind = Literal["chat", "generate"]
_NS = 1e9


class LineWriter:
    """Writes one answer of a chat or to a prompt. `clock` tells seconds since 1970."""

    content_type = "application/x-ndjson"
    keep_alive = b""

    def __init__(self, kind: Kind, model: str, clock: Callable[[], float]) -> None:
        self._kind, self._model, self._clock = kind, model, clock
        self._tokens = ContentTokens()

    def frames(self, event: AnswerEvent) -> bytes:
        return b"".join(msgspec.json.encode(line) + b"\n" for line in self._lines(event))

    def failed(self, refusal: Refusal) -> bytes:
        return msgspec.json.encode(error_value(refusal)) + b"\n"

    def whole(self, choices: Sequence[Answer]) -> Any:
        (answer,) = choices
        assert answer.finished is not None
        calls = [_call(event.call) for event in answer.events if isinstance(event, ToolCalled)]
        said = self._said(answer.content, answer.reasoning, calls)
        return {**self._head(), **said, **_logprobs(answer.logprobs), **_ending(answer.finished)}

    def loaded(self, reason: Literal["load", "unload"]) -> Any:
        """What a request without a prompt is told."""
        return {**self._head(), **self._said("", "", []), "done": True, "done_reason": reason}

    def _lines(self, event: AnswerEvent) -> Iterator[dict[str, Any]]:
        tokens = self._tokens.take(event)
        if isinstance(event, Delta):
            thinks = event.channel == "reasoning"
            line = self._line("" if thinks else event.text, event.text if thinks else "", [])
            yield line | _logprobs(tokens)
        elif isinstance(event, ToolCalled) and self._kind == "chat":
            yield self._line("", "", [_call(event.call)])
        elif isinstance(event, Finished):
            yield {**self._head(), **self._said("", "", []), **_ending(event)}

    def _line(self, content: str, thinking: str, calls: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._head(), **self._said(content, thinking, calls), "done": False}

    def _said(self, content: str, thinking: str, calls: list[dict[str, Any]]) -> dict[str, Any]:
        thought = {"thinking": thinking} if thinking else {}
        if self._kind == "generate":
            return {"response": content, **thought}
        called = {"tool_calls": calls} if calls else {}
        return {"message": {"role": "assistant", "content": content, **thought, **called}}

    def _head(self) -> dict[str, Any]:
        return {"model": self._model, "created_at": time_value(self._clock())}


def _logprobs(tokens: Sequence[TokenLogprob]) -> dict[str, Any]:
    return {"logprobs": logprobs_of(tokens)} if tokens else {}


def time_value(seconds: float) -> str:
    """A time as RFC 3339 has it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _call(call: ToolCall) -> dict[str, Any]:
    """Arguments are an object here; one that can't be read is told all the same, for the tool to refuse it."""
    arguments = call.arguments if isinstance(call.arguments, dict) else object_of(call.arguments)
    return {"id": call.id, "function": {"name": call.name, "arguments": arguments}}


def _ending(finished: Finished) -> dict[str, Any]:
    """The end of an answer, with its durations in nanoseconds."""
    times, usage = finished.timings, finished.usage
    return {
        "done": True,
        "done_reason": "length" if finished.reason == "length" else "stop",
        "total_duration": int((times.queue_s + times.prefill_s + times.decode_s) * _NS),
        "load_duration": int(times.load_s * _NS),
        "prompt_eval_count": usage.prompt_tokens,
        "prompt_eval_duration": int(times.prefill_s * _NS),
        "eval_count": usage.completion_tokens,
        "eval_duration": int(times.decode_s * _NS),
    }
