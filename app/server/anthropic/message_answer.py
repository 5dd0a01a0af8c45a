"""From the inner events to a message, streamed or whole. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from app.server.anthropic.errors import error_value
from app.server.anthropic.signatures import signature_of
from app.server.asks import Answer, AnswerEvent, WrittenCall, object_of, rest_of
from app.server.refusal import Refusal
from engine.api import Delta, Finished, PrefillProgress, ToolCallDelta, ToolCalled
from engine.values import Usage


class MessageWriter:
    """Writes one message. Thoughts are told where the client has `thinking` on, and are in sight where it
    `shows_thoughts`: otherwise only their signature is."""

    content_type = "text/event-stream; charset=utf-8"
    keep_alive = b'event: ping\ndata: {"type":"ping"}\n\n'

    def __init__(
        self,
        id: str,
        model: str,
        thinking: bool = False,
        shows_thoughts: bool = True,
        request_id: str | None = None,
    ) -> None:
        self._id, self._model, self._request_id = id, model, request_id
        self._blocks = _Blocks(thinking, shows_thoughts)
        self._begun = False

    def frames(self, event: AnswerEvent) -> bytes:
        return b"".join(frame(told) for told in self._told(event))

    def failed(self, refusal: Refusal) -> bytes:
        return frame(error_value(refusal, self._request_id))

    def whole(self, choices: Sequence[Answer]) -> Any:
        (answer,) = choices
        assert answer.finished is not None
        blocks: dict[int, dict[str, Any]] = {}
        inputs: dict[int, str] = {}
        for event in answer.events:
            for told in self._blocks.told(event):
                _put(told, blocks, inputs)
        for index, text in inputs.items():
            blocks[index]["input"] = object_of(text)
        return {
            **self._head(),
            "content": list(blocks.values()),
            **_ending(answer.finished, self._blocks.has_calls),
            "usage": usage_value(answer.finished.usage),
        }

    def _told(self, event: AnswerEvent) -> Iterator[dict[str, Any]]:
        if not self._begun:
            self._begun = True
            yield {"type": "message_start", "message": self._started(event)}
        yield from self._blocks.told(event)
        if isinstance(event, Finished):
            ending = _ending(event, self._blocks.has_calls)
            yield {
                "type": "message_delta",
                "delta": {**ending, "container": None},
                "usage": delta_usage_value(event.usage),
            }
            yield {"type": "message_stop"}

    def _started(self, event: AnswerEvent) -> dict[str, Any]:
        """The message before its first word; how long the prompt is comes first of all events."""
        usage = Usage(event.total, event.cached) if isinstance(event, PrefillProgress) else Usage()
        nothing = {"stop_reason": None, "stop_sequence": None, "stop_details": None}
        return {**self._head(), "content": [], **nothing, "usage": usage_value(usage)}

    def _head(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "container": None,
        }


class _Blocks:
    """The blocks of one message as they are told: one is open at a time, each has the next index."""

    def __init__(self, thinking: bool, shows_thoughts: bool) -> None:
        self._thinking, self._shows_thoughts = thinking, shows_thoughts
        self._index = -1
        self._open = ""
        self._thought = ""
        self._calls: dict[str, WrittenCall] = {}

    @property
    def has_calls(self) -> bool:
        return bool(self._calls)

    def told(self, event: AnswerEvent) -> Iterator[dict[str, Any]]:
        if isinstance(event, Delta):
            if event.channel == "content":
                yield from self._begin("text", {"type": "text", "text": "", "citations": None})
                yield self._delta("text_delta", text=event.text)
            elif self._thinking:
                yield from self._begin("thinking", {"type": "thinking", "thinking": "", "signature": ""})
                self._thought += event.text
                if self._shows_thoughts:
                    yield self._delta("thinking_delta", thinking=event.text)
        elif isinstance(event, ToolCallDelta):
            yield from self._call(event.call, event.name, event.text)
        elif isinstance(event, ToolCalled):
            yield from self._call(event.call.id, event.call.name, self._rest(event))
        elif isinstance(event, Finished):
            yield from self._end()

    def _rest(self, event: ToolCalled) -> str:
        told = self._calls.get(event.call.id)
        rest = rest_of(event.call, told)
        if told is None and not isinstance(event.call.arguments, dict):
            return msgspec.json.encode(object_of(rest)).decode()
        return rest

    def _call(self, id: str, name: str, text: str) -> Iterator[dict[str, Any]]:
        is_known = id in self._calls
        self._calls.setdefault(id, WrittenCall(id, name)).arguments += text
        caller = {"type": "direct"}
        block = {"type": "tool_use", "id": id, "name": name, "input": {}, "caller": caller}
        if text or not is_known:
            yield from self._begin(f"call {id}", block)
        if text:
            yield self._delta("input_json_delta", partial_json=text)

    def _begin(self, kind: str, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if self._open == kind:
            return
        yield from self._end()
        self._index += 1
        self._open = kind
        yield {"type": "content_block_start", "index": self._index, "content_block": block}

    def _end(self) -> Iterator[dict[str, Any]]:
        if self._open == "thinking":
            signature = signature_of(self._thought, is_shown=self._shows_thoughts)
            self._thought = ""
            yield self._delta("signature_delta", signature=signature)
        if self._open:
            yield {"type": "content_block_stop", "index": self._index}
        self._open = ""

    def _delta(self, kind: str, **told: str) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": self._index, "delta": {"type": kind, **told}}


def _put(told: dict[str, Any], blocks: dict[int, dict[str, Any]], inputs: dict[int, str]) -> None:
    """Add what is told of a block to the blocks; what is written of a call's input to `inputs`."""
    index = told["index"]
    if told["type"] == "content_block_start":
        blocks[index] = told["content_block"]
    elif told["type"] == "content_block_delta":
        for name, text in told["delta"].items():
            if name == "partial_json":
                inputs[index] = inputs.get(index, "") + text
            elif name != "type":
                blocks[index][name] += text


def _ending(finished: Finished, has_calls: bool) -> dict[str, Any]:
    reason = "tool_use" if has_calls else "stop_sequence" if finished.stop else "end_turn"
    return {
        "stop_reason": "max_tokens" if finished.reason == "length" else reason,
        "stop_sequence": finished.stop or None,
        "stop_details": None,
    }


def usage_value(usage: Usage) -> dict[str, Any]:
    """What was read again counts apart from what was not."""
    return {
        **delta_usage_value(usage),
        "cache_creation": None,
        "inference_geo": None,
        "service_tier": None,
    }


def delta_usage_value(usage: Usage) -> dict[str, Any]:
    """The usage at the end of a stream."""
    return {
        "input_tokens": usage.prompt_tokens - usage.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
        "server_tool_use": None,
    }


def frame(value: dict[str, Any]) -> bytes:
    kind: str = value["type"]
    return b"event: " + kind.encode() + b"\ndata: " + msgspec.json.encode(value) + b"\n\n"
