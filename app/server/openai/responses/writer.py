"""From the inner events to a response, streamed or whole. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from app.server.asks import Answer, AnswerEvent
from app.server.openai.responses.items import Items
from app.server.openai.responses.schema import ResponsesRequest
from app.server.openai.responses.tools import kept, offered_of
from app.server.refusal import Refusal
from engine.api import Finished
from engine.values import Usage

_ERRORS = {400: "invalid_prompt", 429: "rate_limit_exceeded"}


class ResponseWriter:
    """Writes the response to `request`. `id` is random letters, `clock` tells seconds since 1970."""

    content_type = "text/event-stream; charset=utf-8"
    keep_alive = b": wait\n\n"

    def __init__(self, id: str, model: str, request: ResponsesRequest, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._items = Items(id, offered_of(request.tools))
        self._head = _head(id, model, request, int(clock()))
        self._sequence = 0

    def frames(self, event: AnswerEvent) -> bytes:
        return b"".join(self._frame(told) for told in self._told(event))

    def failed(self, refusal: Refusal) -> bytes:
        started = b"".join(self._frame(told) for told in self._started())
        code = _ERRORS.get(refusal.status, "server_error")
        error = {"code": code, "message": refusal.message}
        response = self._response("failed", error=error)
        return started + self._frame({"type": "response.failed", "response": response})

    def whole(self, choices: Sequence[Answer]) -> Any:
        (answer,) = choices
        assert answer.finished is not None
        for event in answer.events:
            for _ in self._items.told(event):
                pass
        return self._ended(answer.finished)

    def _told(self, event: AnswerEvent) -> Iterator[dict[str, Any]]:
        yield from self._started()
        yield from self._items.told(event)
        if isinstance(event, Finished):
            response = self._ended(event)
            yield {"type": f"response.{response['status']}", "response": response}

    def _started(self) -> Iterator[dict[str, Any]]:
        if not self._sequence:
            yield {"type": "response.created", "response": self._response("in_progress")}
            yield {"type": "response.in_progress", "response": self._response("in_progress")}

    def _ended(self, finished: Finished) -> dict[str, Any]:
        usage = usage_value(finished.usage)
        if finished.reason == "length":
            reason = {"reason": "max_output_tokens"}
            return self._response("incomplete", incomplete_details=reason, usage=usage)
        return self._response("completed", completed_at=int(self._clock()), usage=usage)

    def _response(self, status: str, **told: Any) -> dict[str, Any]:
        return {**self._head, "status": status, "output": list(self._items.output), **told}

    def _frame(self, event: dict[str, Any]) -> bytes:
        kind: str = event["type"]
        told = {**event, "sequence_number": self._sequence}
        self._sequence += 1
        return b"event: " + kind.encode() + b"\ndata: " + msgspec.json.encode(told) + b"\n\n"


def _head(id: str, model: str, request: ResponsesRequest, created: int) -> dict[str, Any]:
    """A response before its first item: all that the protocol asks for, what was asked for told back."""
    text = request.text.format if request.text else None
    format: dict[str, Any] = {"type": "text" if text is None else text.type}
    if text is not None and text.type == "json_schema":
        format |= {"name": text.name, "schema": text.schema or {}}
    return {
        "id": f"resp_{id}",
        "object": "response",
        "created_at": created,
        "completed_at": None,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": request.instructions,
        "max_output_tokens": request.max_output_tokens,
        "max_tool_calls": None,
        "model": model,
        "output": [],
        "parallel_tool_calls": request.parallel_tool_calls is not False,
        "previous_response_id": None,
        "reasoning": {"effort": request.reasoning.effort if request.reasoning else None, "summary": None},
        "service_tier": "default",
        "store": False,
        "temperature": request.temperature,
        "text": {"format": format},
        "tool_choice": request.tool_choice or "auto",
        "tools": kept(request.tools),
        "top_p": request.top_p,
        "top_logprobs": request.top_logprobs or 0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "truncation": "disabled",
        "usage": usage_value(Usage()),
        "metadata": request.metadata or {},
        # One published schema asks for these and for the usage, another knows no null in them.
        "safety_identifier": request.safety_identifier or "",
        "prompt_cache_key": request.prompt_cache_key or "",
    }


def usage_value(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
