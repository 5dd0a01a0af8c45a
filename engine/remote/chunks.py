"""Reads response chunks: of a stream, or the whole, of a chat or a completion. Pure.

Servers share the shape and differ in details: reasoning is `reasoning_content` (vLLM, SGLang, llama-server,
DeepSeek), `reasoning` (Ollama, LM Studio, OpenRouter, newer vLLM) or `thinking`; call deltas come with or
without an index; counts come in the last chunk, in each, or never.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from engine.errors import UserError
from engine.remote.pictures import without_data

_REASONING = ("reasoning_content", "reasoning", "thinking")


class CallPiece(msgspec.Struct, frozen=True):
    """A part of a call. `index` -1: the server does not say which call it belongs to."""

    index: int = -1
    id: str = ""
    name: str = ""
    arguments: str = ""


class Counted(msgspec.Struct, frozen=True):
    """The server's counts in tokens and tokens per second; -1 if absent."""

    prompt: int = -1
    completion: int = -1
    cached: int = -1
    reasoning: int = -1
    prefill_tps: float = -1.0
    decode_tps: float = -1.0


class Chunk(msgspec.Struct, frozen=True):
    content: str = ""
    reasoning: str = ""
    calls: tuple[CallPiece, ...] = ()
    finish_reason: str = ""
    counted: Counted | None = None
    stop: str = ""  # the stop string that ended the reply, where the server tells it (vLLM)


def read_chunk(data: str) -> Chunk:
    """One event of a stream, or a whole reply.

    Raises UserError `remote.garbled` for what is no chunk, `remote.failed` (detail) when it is the server's error.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError("remote.garbled", detail="not JSON") from error
    fields = _object(value, "an answer")
    if fields.get("error"):
        raise UserError("remote.failed", detail=error_text(fields) or "-")
    choices = fields.get("choices")
    if choices is not None and not isinstance(choices, list):
        raise _garbled("choices")
    first = next((c for c in choices or () if isinstance(c, dict) and not c.get("index")), None)
    counted = _counted(fields)
    if first is None:
        return Chunk(counted=counted)
    message = first.get("delta") or first.get("message") or {}
    if not isinstance(message, dict):
        raise _garbled("message")
    stop = first.get("stop_reason")
    return Chunk(
        content=_text(message.get("content") if message else first.get("text"), "content"),
        reasoning=_reasoning(message),
        calls=_calls(message.get("tool_calls")),
        finish_reason=str(first.get("finish_reason") or ""),
        counted=counted,
        stop=stop if isinstance(stop, str) else "",
    )


def error_text(value: Any) -> str:
    """The error text of a server, in any shape; "" if none."""
    for _ in range(4):
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, dict):
            break
        value = next((value[key] for key in ("error", "message", "detail", "msg") if value.get(key)), "")
    return without_data(value.strip()) if isinstance(value, str) else ""


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _garbled(what)
    return value


def _garbled(what: str) -> UserError:
    return UserError("remote.garbled", detail=f"unexpected {what}")


def _text(value: Any, what: str) -> str:
    """A text, or a list of parts of which the texts count (Mistral)."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = (part.get("text") for part in value if isinstance(part, dict) and part.get("type") == "text")
        return "".join(part for part in parts if isinstance(part, str))
    raise _garbled(what)


def _reasoning(message: dict[str, Any]) -> str:
    """Some servers send the same text under two names: the first counts."""
    for name in _REASONING:
        value = message.get(name)
        if isinstance(value, str) and value:
            return value
    content = message.get("content")
    if isinstance(content, list):  # Mistral: {"type": "thinking", "thinking": [{"type": "text", ...}]}
        thoughts = (p.get("thinking") for p in content if isinstance(p, dict) and p.get("type") == "thinking")
        return "".join(_text(thought, "thinking") for thought in thoughts)
    return ""


def _calls(value: Any) -> tuple[CallPiece, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _garbled("tool_calls")
    return tuple(_call(piece) for piece in value)


def _call(value: Any) -> CallPiece:
    piece = _object(value, "tool call")
    function = _object(piece.get("function") or {}, "tool call")
    arguments = function.get("arguments")
    if arguments is not None and not isinstance(arguments, str):
        arguments = json.dumps(arguments, ensure_ascii=False)
    index = piece.get("index")
    return CallPiece(
        index if isinstance(index, int) else -1,
        str(piece.get("id") or ""),
        str(function.get("name") or ""),
        arguments or "",
    )


def _counted(fields: dict[str, Any]) -> Counted | None:
    usage, timings = fields.get("usage"), fields.get("timings")
    usage = usage if isinstance(usage, dict) else {}
    timings = timings if isinstance(timings, dict) else {}  # llama-server's own
    if not usage and not timings:
        return None
    prompt_details, completion_details = (
        details if isinstance(details := usage.get(name), dict) else {}
        for name in ("prompt_tokens_details", "completion_tokens_details")
    )
    return Counted(
        prompt=_count(usage.get("prompt_tokens")),
        completion=_count(usage.get("completion_tokens")),
        cached=_count(prompt_details.get("cached_tokens"), timings.get("cache_n")),
        reasoning=_count(completion_details.get("reasoning_tokens"), usage.get("reasoning_tokens")),
        prefill_tps=_speed(timings.get("prompt_per_second")),
        decode_tps=_speed(timings.get("predicted_per_second")),
    )


def _count(*values: Any) -> int:
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool) and v >= 0), -1)


def _speed(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else -1.0
