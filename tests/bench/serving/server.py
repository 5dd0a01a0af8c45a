"""Answers of llama-server over HTTP on this machine, with its own defaults."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.values import Message
from tests.bench.serving.answers import Answer

_START_PATIENCE = 120.0


class Server:
    """A running llama-server with `slots`, all together with a context of `context` tokens. Ask from any thread."""

    def __init__(self, program: Path, model: Path, context: int, slots: int, threads: int) -> None:
        self._port = _free_port()
        arguments = ["--host", "127.0.0.1", "--port", self._port]
        arguments += ["-m", model, "-c", context, "-np", slots, "-t", threads]
        self._process = subprocess.Popen(
            [str(program), *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._wait()
            self.answer("Say one word.", 4)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _wait(self) -> None:
        until = time.monotonic() + _START_PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError), contextlib.closing(self._connection()) as connection:
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError("llama-server does not get ready")

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=600)

    def answer(self, messages: str | Sequence[Message], tokens: int) -> Answer:
        """Ask greedily, and read the stream to its end."""
        if isinstance(messages, str):
            messages = (Message("user", messages),)
        body = {
            "messages": [message.as_dict() for message in messages],
            "max_tokens": tokens,
            "temperature": 0,
            "stream": True,
        }
        with contextlib.closing(self._connection()) as connection:
            started = time.monotonic()
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            response = connection.getresponse()
            text, first, timings = [], 0.0, dict[str, Any]()
            for line in response:
                if not line.startswith(b"data: {"):
                    continue
                chunk = msgspec.json.decode(line[6:])
                for choice in chunk["choices"]:
                    piece = choice["delta"].get("content")
                    if piece:
                        first = first or time.monotonic()
                        text.append(piece)
                timings = chunk.get("timings", timings)
            ended = time.monotonic()
        read, cached = timings["prompt_n"], timings.get("cache_n", 0)
        return Answer(
            "".join(text),
            started,
            (first or ended) - started,
            ended - started,
            read + cached,
            read,
            timings["predicted_n"],
            timings["prompt_per_second"],
            timings["predicted_per_second"],
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
