"""Answers of a server that speaks OpenAI's API on this machine."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from engine.values import Message
from tests.bench.serving.answers import Answer

TIMEOUT = 600


def answer(port: int, messages: str | Sequence[Message], tokens: int) -> Answer:
    """Ask greedily, and read the stream to its end. Speeds are 0 where the server tells none."""
    if isinstance(messages, str):
        messages = (Message("user", messages),)
    body = {
        "messages": [message.as_dict() for message in messages],
        "max_tokens": tokens,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as connection:
        started = time.monotonic()
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"no answer: {response.status} {response.read()[:500]!r}")
        text, first, timings, usage = [], 0.0, dict[str, Any](), dict[str, Any]()
        for line in response:
            if not line.startswith(b"data: {"):
                continue
            chunk = msgspec.json.decode(line[6:])
            for choice in chunk["choices"]:
                piece = choice["delta"].get("content")
                if piece:
                    first = first or time.monotonic()
                    text.append(piece)
            timings, usage = chunk.get("timings", timings), chunk.get("usage") or usage
        ended = time.monotonic()
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return Answer(
        "".join(text),
        started,
        (first or ended) - started,
        ended - started,
        usage["prompt_tokens"],
        usage["prompt_tokens"] - cached,
        usage["completion_tokens"],
        timings.get("prompt_per_second", 0.0),
        timings.get("predicted_per_second", 0.0),
    )
