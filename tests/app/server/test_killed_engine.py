"""Eight streams at once over the real engine, which is killed in the middle of them."""

from __future__ import annotations

import http.client
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.app.cli.test_serve import serving
from tests.support.command import Command
from tests.support.servers.vendor_schemas import mistakes
from tests.support.soak.memory import held
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.model,
    pytest.mark.process,
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="the engine is killed"),
]
PATIENCE_S = 300.0
_SAID: Any = [{"role": "user", "content": "Tell a very long story of the sea, and never end it."}]
_MANY = 1500


def data_of(text: str) -> list[Any]:
    lines = [line[6:] for line in text.split("\n") if line.startswith("data: ")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def is_chats_end(text: str) -> bool:
    *_, last, done = data_of(text)
    return done == "[DONE]" and mistakes("openai", "ErrorResponse", last) == []


def is_responses_end(text: str) -> bool:
    last = data_of(text)[-1]
    error = last["response"]["error"]
    return mistakes("openai", "ResponseStreamEvent", last) == [] and error["code"] == "server_error"


def is_messages_end(text: str) -> bool:
    last = data_of(text)[-1]
    return mistakes("anthropic", "ErrorResponse", last) == [] and last["request_id"].startswith("req_")


def is_lines_end(text: str) -> bool:
    return list(json.loads(text.splitlines()[-1])) == ["error"]


_CHAT = {"messages": _SAID, "max_tokens": _MANY}
# The path, what is asked, what stands in the first words of an answer, and whether a stream ended as it has to.
_FACES: list[tuple[str, dict[str, Any], str, Callable[[str], bool]]] = [
    ("/v1/chat/completions", _CHAT, '"content":"', is_chats_end),
    ("/v1/responses", {"input": _SAID, "max_output_tokens": _MANY}, "output_text.delta", is_responses_end),
    ("/v1/messages", _CHAT, "text_delta", is_messages_end),
    ("/api/chat", {"messages": _SAID, "options": {"num_predict": _MANY}}, '"content":"', is_lines_end),
]


class Stream(threading.Thread):
    """Reads one stream to its end."""

    def __init__(self, port: int, path: str, body: dict[str, Any], first: str) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._asked = (path, json.dumps({"model": "default", "stream": True, **body}))
        self._first, self.text, self.status = first, "", 0

    @property
    def has_begun(self) -> bool:
        return self._first in self.text

    def run(self) -> None:
        self.connection.request("POST", *self._asked)
        answer = self.connection.getresponse()
        self.status = answer.status
        while piece := answer.read1():
            self.text += piece.decode()
        self.connection.close()


@pytest.mark.timeout(300)
def test_each_stream_ends_with_an_error_in_its_protocols_form_and_the_next_request_is_answered(
    coterie_home: Path,
) -> None:
    with serving(Command(coterie_home), "--model", "starter", "--context", "4096", "--no-key") as (
        process,
        told,
    ):
        port = int(told["address"].rpartition(":")[2])
        streams = [Stream(port, path, body, first) for path, body, first, _ in _FACES * 2]
        for stream in streams:
            stream.start()
        wait_until(lambda: all(stream.has_begun for stream in streams), PATIENCE_S)
        max(psutil.Process(process.pid).children(), key=held).kill()
        for stream, (path, _, _, is_end) in zip(streams, _FACES * 2, strict=True):
            stream.join()
            assert stream.status == 200 and is_end(stream.text), (path, stream.text[-500:])
        for path, body, _, _ in _FACES:
            short = {"max_tokens": 3, "max_output_tokens": 16, "options": {"num_predict": 3}}
            fields = {**body, **{name: value for name, value in short.items() if name in body}}
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            asking.request("POST", path, json.dumps({"model": "default", "stream": False, **fields}))
            assert asking.getresponse().status == 200
            asking.close()
