"""Servers on this machine that speak OpenAI's API; llama-server with its own defaults where nothing else is said."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from engine.values import Message
from tests.bench.serving.answers import Answer
from tests.bench.serving.http_answers import answer

_START_PATIENCE = 120.0


class HttpServer:
    """A server's process. Ask from any thread."""

    port: int

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        try:
            self._wait()
            self.answer("Say one word.", 4)
        except BaseException:
            self.__exit__()
            raise

    @property
    def pid(self) -> int:
        return self.process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate()

    def _wait(self) -> None:
        """Until it listens."""

    def answer(self, messages: str | Sequence[Message], tokens: int) -> Answer:
        """Ask greedily, and read the stream to its end."""
        return answer(self.port, messages, tokens)


class Server(HttpServer):
    """A running llama-server with `slots`, all together with a context of `context` tokens."""

    def __init__(
        self, program: Path, model: Path, context: int, slots: int, threads: int, *settings: str
    ) -> None:
        self.port = _free_port()
        arguments = ["--host", "127.0.0.1", "--port", self.port]
        arguments += ["-m", model, "-c", context, "-np", slots, "-t", threads, *settings]
        command = [str(program), *map(str, arguments)]
        super().__init__(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def _wait(self) -> None:
        until = time.monotonic() + _START_PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), contextlib.closing(self._asking()) as connection:
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError("llama-server does not get ready")

    def _asking(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
