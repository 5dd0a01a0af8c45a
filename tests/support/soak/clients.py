"""Clients of the local server as they are: of every protocol, impatient, broken, unknown."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import threading
from collections import Counter
from typing import Any, NamedTuple

PATIENCE_S = 300.0
# What a client may meet: all is well, its own mistake, an engine that was lost, a queue that is full.
FINE, LOST = 200, (500, 502, 503, 529)


class Face(NamedTuple):
    """A way to ask. One of `ends` is in the last frame of a whole stream, `error` in that of one that broke."""

    path: str
    body: dict[str, Any]
    ends: tuple[str, ...]
    error: str


_CHAT = [{"role": "user", "content": "Tell me about {} boats."}]
FACES = (
    Face("/v1/chat/completions", {"messages": _CHAT, "max_tokens": 24}, ("[DONE]",), '"error"'),
    Face("/v1/completions", {"prompt": "The {} boats", "max_tokens": 24}, ("[DONE]",), '"error"'),
    Face(
        "/v1/responses",
        {"input": "Tell me about {} boats.", "max_output_tokens": 24},
        ("response.completed", "response.incomplete"),
        "response.failed",
    ),
    Face("/v1/messages", {"messages": _CHAT, "max_tokens": 24}, ("message_stop",), '"error"'),
    Face("/api/chat", {"messages": _CHAT, "options": {"num_predict": 24}}, ('"done":true',), '"error"'),
    Face("/api/generate", {"prompt": "Tell {}", "options": {"num_predict": 24}}, ('"done":true',), '"error"'),
)
# Each is a body that is wrong and the status that says so.
_BROKEN = (
    (b'{"messages":[', 400),
    (b"[" * 5000, 400),
    (b'{"messages": NaN}', 400),
    (b"\xff\xfe\x00", 400),
    (b'{"messages":[{"role":"captain","content":1}]}', 400),
    (b'{"model":"nobody/nothing:Q4","messages":[{"role":"user","content":"x"}]}', 404),
)


class Client(threading.Thread):
    """Asks one after the other until `stop` is set. `books` counts how requests ended, `faults` are those that ended
    in no way that is allowed."""

    def __init__(self, number: int, seed: int, port: int, key: str) -> None:
        super().__init__(name=f"client-{number}")
        self._port, self._key, self._random = port, key, random.Random(f"{seed} {number}")
        self.stop = threading.Event()
        self.books: Counter[str] = Counter()
        self.faults: list[str] = []

    def run(self) -> None:
        ways = (self._streamed, self._whole, self._left, self._broken, self._half_sent, self._unknown)
        while not self.stop.is_set():
            way = self._random.choices(ways, (6, 4, 4, 2, 1, 1))[0]
            try:
                way()
            except Exception as error:
                self.faults.append(f"{way.__name__}: {type(error).__name__} {error}"[:400])

    def _streamed(self) -> None:
        face = self._random.choice(FACES)
        with self._asked(face, stream=True) as answer:
            text = answer.read().decode()
            if answer.status != FINE:
                self._judge(face, answer.status, text)
            elif any(end in text[-2000:] for end in face.ends):
                self.books["streamed"] += 1
            elif face.error in text:
                self.books["broken off"] += 1
            else:
                self.faults.append(f"{face.path} just ended: {text[-200:]}")

    def _whole(self) -> None:
        face = self._random.choice(FACES)
        with self._asked(face, stream=False) as answer:
            self._judge(face, answer.status, answer.read().decode())

    def _judge(self, face: Face, status: int, text: str) -> None:
        value = json.loads(text)
        if status == FINE:
            self.books["whole"] += 1
        elif status in LOST and "error" in value:
            self.books["lost"] += 1
        else:
            self.faults.append(f"{face.path}: {status} {text[:200]}")

    def _left(self) -> None:
        """Hang up: before the first byte or after some."""
        face = self._random.choice(FACES)
        body = self._body(face, stream=self._random.random() < 0.8, tokens=400)
        with self._connected() as opened:
            opened.sendall(self._head(face.path, len(body)) + body)
            opened.settimeout(self._random.choice((0.001, 0.05, 0.3, 1.0)))
            with contextlib.suppress(TimeoutError):
                for _ in range(self._random.choice((1, 3, 10))):
                    if not opened.recv(4096):
                        break
        self.books["left"] += 1

    def _broken(self) -> None:
        body, wanted = self._random.choice(_BROKEN)
        status, text = self._sent("/v1/chat/completions", body, self._key)
        if status in (wanted, *LOST) and "error" in json.loads(text):
            self.books["refused"] += 1
        else:
            self.faults.append(f"{body[:60]!r}: {status} {text[:200]}")

    def _half_sent(self) -> None:
        with self._connected() as opened:
            opened.sendall(self._head("/v1/chat/completions", 1000)[: self._random.choice((5, 40, 10**6))])
            self.stop.wait(self._random.choice((0.0, 0.5, 2.0)))
        self.books["half"] += 1

    def _unknown(self) -> None:
        status, _ = self._sent("/v1/chat/completions", b"{}", "ct-nobody")
        if status == 401:
            self.books["unknown"] += 1
        else:
            self.faults.append(f"a wrong key got {status}")

    def _body(self, face: Face, *, stream: bool, tokens: int = 0) -> bytes:
        number = (
            self._random.choice(("two", "blue", "old", "small")) + " " + "very " * self._random.randrange(60)
        )
        body = json.loads(json.dumps(face.body).replace("{}", number)) | {
            "model": "default",
            "stream": stream,
        }
        for name in ("max_tokens", "max_output_tokens"):
            if tokens and name in body:
                body[name] = tokens
        return json.dumps(body).encode()

    @contextlib.contextmanager
    def _asked(self, face: Face, *, stream: bool) -> Any:
        body = self._body(face, stream=stream)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request("POST", face.path, body, {"authorization": f"Bearer {self._key}"})
            yield connection.getresponse()

    def _sent(self, path: str, body: bytes, key: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request("POST", path, body, {"authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_S)

    def _head(self, path: str, length: int) -> bytes:
        lines = (
            f"POST {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Authorization: Bearer {self._key}",
            f"Content-Length: {length}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()
