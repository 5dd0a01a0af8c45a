"""What is still computed for a client that has hung up, by the local server and by llama-server."""

from __future__ import annotations

import contextlib
import json
import socket
import time

import psutil

from tests.bench.serving.bench_bed import ROUNDS, Bed
from tests.bench.serving.coterie_serve import CoterieServe
from tests.bench.serving.goals import Row
from tests.bench.serving.server import HttpServer, Server
from tests.bench.serving.texts import story

_CONTEXT = 8192
_LONG_WORDS = 2500
_TOKENS = 2000
# After so long nothing is computed any more by those who stop; what goes on for longer is cut here.
_LOOK_S = 4.0
_IDLE_S = 2.0


def measure(bed: Bed) -> list[Row]:
    """Milliseconds of work, of one core, after hanging up in the middle of reading and of writing."""
    with contextlib.ExitStack() as stack:
        servers: dict[str, HttpServer] = {"ours": stack.enter_context(CoterieServe(bed.model, _CONTEXT))}
        if bed.server is not None:
            servers["llama-server"] = stack.enter_context(
                Server(bed.server, bed.model, _CONTEXT, 1, bed.threads)
            )
        rows = []
        for name, server in servers.items():
            reading = [_work_after(server, story(_LONG_WORDS), begun=False) for _ in range(ROUNDS)]
            writing = [_work_after(server, story(), begun=True) for _ in range(ROUNDS)]
            goal = 100.0 if name == "ours" else None
            for what, found in (("reading", reading), ("writing", writing)):
                rows.append(
                    Row(
                        f"{name}: work after hanging up while {what}, ms", "", found, (), goal, at_least=False
                    )
                )
    return rows


def _work_after(server: HttpServer, prompt: str, *, begun: bool) -> float:
    """`begun`: hang up after the first words, else while the prompt is read."""
    body = json.dumps(
        {"messages": [{"role": "user", "content": prompt}], "max_tokens": _TOKENS, "stream": True}
    ).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {len(body)}"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=600) as opened:
        opened.sendall(head.encode() + b"\r\nContent-Type: application/json\r\n\r\n" + body)
        if begun:
            received = b""
            while received.count(b'"content"') < 8:
                received += opened.recv(65536)
        else:
            time.sleep(0.3)
    before = _spent(server.pid)
    time.sleep(_LOOK_S)
    spent = _spent(server.pid) - before
    time.sleep(_IDLE_S)
    before = _spent(server.pid)
    time.sleep(_IDLE_S)
    idle = (_spent(server.pid) - before) / _IDLE_S
    return 1000 * max(0.0, spent - idle * _LOOK_S)


def _spent(pid: int) -> float:
    """Processor seconds of a process and its children."""
    process = psutil.Process(pid)
    return sum(
        each.cpu_times().user + each.cpu_times().system
        for each in [process, *process.children(recursive=True)]
    )
