"""The local server's own processor time while eight answers stream, over the scripted engine."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from pathlib import Path

import psutil

from app.server.options import ServerOptions
from tests.support.servers.served import Served, read_until, request_head

STREAMS = 8
RATE = 25  # tokens each second of each stream
_WARM_S, _MEASURED_S = 2.0, 10.0


def measure() -> dict[str, float]:
    """The "share" of a core that the loop's thread takes at "tps" tokens a second of all streams, and "us" for each
    token."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder), ServerOptions(port=0, needs_key=False))
        try:
            served.engine.answer = lambda _: [f"{number} " for number in range(10**5)]
            served.engine.pace = 1 / RATE
            return _measured(served)
        finally:
            served.close()


def _measured(served: Served) -> dict[str, float]:
    stop = threading.Event()
    counts = [0] * STREAMS
    clients = [threading.Thread(target=_read, args=(served, stop, counts, n)) for n in range(STREAMS)]
    for client in clients:
        client.start()
    time.sleep(_WARM_S)
    loop = next(thread.native_id for thread in threading.enumerate() if thread.name == "server")
    before, began, told = _spent(loop), time.monotonic(), sum(counts)
    time.sleep(_MEASURED_S)
    spent, passed, tokens = _spent(loop) - before, time.monotonic() - began, sum(counts) - told
    stop.set()
    for client in clients:
        client.join()
    return {"share": spent / passed, "tps": tokens / passed, "us": 1e6 * spent / max(1, tokens)}


def _read(served: Served, stop: threading.Event, counts: list[int], number: int) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": True}).encode()
    with served.raw() as opened:
        opened.sendall(request_head(served, len(body)) + body)
        read_until(opened, b"\r\n\r\n")
        while not stop.is_set():
            counts[number] += opened.recv(65536).count(b'"content"')


def _spent(thread: int | None) -> float:
    """Processor seconds of a thread of this process."""
    return next(each.user_time + each.system_time for each in psutil.Process().threads() if each.id == thread)
