"""A server of tools in plain Python, without the SDK, that reaches for what its own network has.

It speaks the handshake of 2025-11-25 on its pipes, one JSON message a line. The tools: `fetch` (a GET of `url`, its
status and text), `talk` (connects to `host` and `port` as often as `times`, all at once, sends `text` on each, says
that there is no more, and tells how many answers came back whole, and how the others went), `slow` (connects, waits
until the other end has ended, and tells what came), `listen` (takes a port of its own), `number` (of its process).
"""

from __future__ import annotations

import json
import os
import socket
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

taken: list[socket.socket] = []


def fetch(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            body = answer.read()
    except OSError as error:
        return f"failed: {error}"
    return f"{answer.status} {len(body)} {body[:2000].decode(errors='replace')}"


def talk(port: int, text: str, times: int = 1, host: str = "localhost") -> str:
    def once(_: int) -> str:
        try:
            with socket.create_connection((host, port), 120) as there:
                there.sendall(text.encode())
                there.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: there.recv(65536), b"")).decode()
        except OSError as error:
            return f"failed: {error}"

    with ThreadPoolExecutor(min(times, 250)) as pool:
        answers = list(pool.map(once, range(times)))
    whole = answers.count(text)
    others = sorted({answer[:100] for answer in answers if answer != text})
    return f"{whole} of {times} {others}"


def slow(port: int) -> str:
    with socket.create_connection(("localhost", port), 120) as there:
        try:
            return "ended after: " + b"".join(iter(lambda: there.recv(65536), b"")).decode()
        except OSError as error:
            return f"broken: {error}"


def listen(port: int) -> str:
    taken.append(socket.create_server(("127.0.0.1", port)))
    return "taken"


def number() -> str:
    return str(os.getpid())


TOOLS = {one.__name__: one for one in (fetch, talk, slow, listen, number)}


def answer(method: str, params: dict[str, Any]) -> dict[str, Any]:
    if method == "initialize":
        about = {"name": "fetching", "version": "1"}
        return {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": about}
    if method == "tools/list":
        schema = {"type": "object", "properties": {}, "additionalProperties": True}
        return {"tools": [{"name": name, "inputSchema": schema} for name in TOOLS]}
    if method == "tools/call":
        try:
            said = TOOLS[params["name"]](**params.get("arguments", {}))
        except OSError as error:
            said = f"failed: {error}"
        return {"content": [{"type": "text", "text": said}]}
    return {}


for line in sys.stdin:
    message = json.loads(line)
    if "id" in message and "method" in message:
        result = answer(message["method"], message.get("params", {}))
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n")
        sys.stdout.flush()
