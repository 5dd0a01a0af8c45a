"""The child's side of child.py: limits, then requests until the parent closes the pipe."""

from __future__ import annotations

import importlib
import json
import os
import struct
import sys
import time
from collections.abc import Callable
from typing import IO, Any

_LENGTH = struct.Struct(">Q")
_TELLS = "progress"
_INTERVAL = 0.1  # seconds


def main(work: str, memory_bytes: str, seconds: str) -> None:
    """Answer requests with the function that `work` names ("module:function")."""
    requests = sys.stdin.buffer
    # Output of a library must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    module, _, name = work.partition(":")
    answer = getattr(importlib.import_module(module), name)
    _limit(int(memory_bytes), int(seconds))
    while True:
        message = _next(requests)
        if message is None:
            return
        head, _, body = message.partition(b"\n")
        request = json.loads(head)
        told = [_progress(answers)] if request.pop(_TELLS, False) else []
        _write(answers, answer(request, body, *told))


def _progress(answers: IO[bytes]) -> Callable[[int], None]:
    """What tells how far a work is, a few times a second at most."""
    last = time.monotonic()

    def tell(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _INTERVAL:
            last = now
            _write(answers, {_TELLS: done})

    return tell


def _write(answers: IO[bytes], value: Any) -> None:
    found = json.dumps(value).encode()
    answers.write(_LENGTH.pack(len(found)) + found)
    answers.flush()


def _next(requests: IO[bytes]) -> bytes | None:
    head = requests.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = requests.read(length)
    return message if len(message) == length else None


def _limit(memory_bytes: int, seconds: int) -> None:
    """Resource limits of a child; Windows has none, there only the parent's deadline applies."""
    if sys.platform == "win32":
        return
    import resource

    wanted = [(resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)]
    if sys.platform == "linux":  # macOS refuses a limit of the address space
        wanted.append((resource.RLIMIT_AS, memory_bytes))
    for kind, most in wanted:
        _, hard = resource.getrlimit(kind)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))
