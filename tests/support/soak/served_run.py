"""One soak of the local server: clients of all kinds at the real `coterie serve`, whose engine is killed, and at last
left in peace.

Usage: python -m tests.support.soak.served_run SECONDS [SEED]
"""

from __future__ import annotations

import contextlib
import http.client
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.app.cli.test_serve import serving
from tests.support.command import Command
from tests.support.soak.clients import PATIENCE_S, Client
from tests.support.soak.memory import Memory, halves, held, open_files

CLIENTS = 6
# A model that takes its engine down once more within ten minutes is not loaded again.
MOST_KILLS = 2
CONTEXT = 4096
_TROUBLED = 0.5
# A slow machine is given so many seconds more until requests have ended in each of these ways.
_MORE_S, _WANTED = 120.0, ("whole", "streamed", "left")
_INTERVAL_S = 0.5


class ServedSoak(NamedTuple):
    """What a soak came to: requests by how they ended, `kills` of the engine. Memory of the server and of its engine
    in the calm time; threads and open files of the server at most in its first and its second half. `working` is how
    many answers it still gave when all clients had gone."""

    books: Counter[str]
    faults: list[str]
    kills: int
    server: Memory
    engine: Memory
    threads: Memory
    files: Memory
    working: float


def served_soak(seconds: float, *, seed: int = 1, kill_every: float = 15.0) -> ServedSoak:
    with tempfile.TemporaryDirectory(prefix="coterie-soak-") as folder, contextlib.ExitStack() as stack:
        command = Command(Path(folder))
        key = command.here("keys", "add", "soak", "--rights", "ask,load", "--json").last["key"]
        arguments = ("--model", "starter", "--context", str(CONTEXT))
        process, told = stack.enter_context(serving(command, *arguments))
        port = int(told["address"].rpartition(":")[2])
        return _soak(psutil.Process(process.pid), port, key, seconds, seed, kill_every)


def _soak(
    server: psutil.Process, port: int, key: str, seconds: float, seed: int, kill_every: float
) -> ServedSoak:
    chance, kills = random.Random(seed), 0
    clients = [Client(number, seed, port, key) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        end = time.monotonic() + seconds
        calm = time.monotonic() + seconds * _TROUBLED
        while (left := calm - time.monotonic()) > 0:
            time.sleep(min(left, kill_every * chance.uniform(0.5, 1.5)))
            if kills < MOST_KILLS:
                kills += _killed_engine(server)
        samples = _watched(server, end, clients)
    finally:
        for client in clients:
            client.stop.set()
        for client in clients:
            client.join()
    books = sum((client.books for client in clients), Counter[str]())
    faults = [fault for client in clients for fault in client.faults]
    memory, engine, threads, files = (halves(values) for values in zip(*samples, strict=True))
    return ServedSoak(books, faults, kills, memory, engine, threads, files, _working(port, key))


def _killed_engine(server: psutil.Process) -> int:
    """Kill the engine's process, the one that holds the most memory; how many that were."""
    children = server.children()
    with contextlib.suppress(psutil.Error, ValueError):
        max(children, key=held).kill()
        return 1
    return 0


def _watched(server: psutil.Process, end: float, clients: list[Client]) -> list[tuple[int, int, int, int]]:
    """Memory of server and engine, threads and open files of the server, again and again."""
    samples: list[tuple[int, int, int, int]] = []
    latest = end + _MORE_S
    while (now := time.monotonic()) < end or (
        now < latest and not all(any(client.books[way] for client in clients) for way in _WANTED)
    ):
        time.sleep(_INTERVAL_S)
        with contextlib.suppress(psutil.Error, ValueError):
            engine = max(map(held, server.children()))
            samples.append((held(server), engine, server.num_threads(), open_files(server)))
    return samples or [(0, 0, 0, 0)]


def _working(port: int, key: str) -> float:
    """How many answers are given when the last client has gone, once the server has seen it."""
    until = time.monotonic() + PATIENCE_S
    while (working := _told_working(port, key)) and time.monotonic() < until:
        threading.Event().wait(_INTERVAL_S)
    return working


def _told_working(port: int, key: str) -> float:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as asking:
        asking.request("GET", "/metrics", headers={"authorization": f"Bearer {key}"})
        text = asking.getresponse().read().decode()
    return sum(
        float(line.split()[-1])
        for line in text.splitlines()
        if line.startswith(("llamacpp:requests_processing ", "llamacpp:requests_deferred "))
    )


if __name__ == "__main__":
    print(served_soak(float(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1))
