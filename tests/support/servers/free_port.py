"""A port that is free, and stays so until it is used."""

from __future__ import annotations

import itertools
import os
import socket

# Below those that a system gives to connections, a range for each process of a run.
_FIRST, _EACH = 20_000, 1_000
_numbers = itertools.count(os.getpid() % _EACH)


def free_port() -> int:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = _FIRST + worker % 10 * _EACH + next(_numbers) % _EACH
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
