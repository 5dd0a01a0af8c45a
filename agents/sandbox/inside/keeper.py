"""The keeper of one program in a living sandbox: a process between the launcher and the program, which adopts what
the program leaves behind, so that the launcher can tell whose a process is.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

assert sys.platform == "linux"

from agents.sandbox.inside import privileges

# Starts the program, and gives its process and its seccomp listener, or -1. Raises OSError.
Start = Callable[[], tuple[int, int]]


def forked(start: Start, streams: Sequence[int]) -> tuple[int, socket.socket]:
    """Fork a keeper whose program has `streams` as its standard input, output and errors. Returns its process and the
    link to it, on which it says that the program has started, or why not, and later the program's exit code."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    pid = os.fork()
    if not pid:
        _keep(start, streams, theirs)
    theirs.close()
    return pid, ours


def _keep(start: Start, streams: Sequence[int], link: socket.socket) -> NoReturn:
    with contextlib.suppress(BaseException):
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        privileges.adopt_orphans()
        privileges.signalled_when_parent_dies(signal.SIGKILL)
        _only(link.fileno(), streams)
        with socket.socket(fileno=3) as told:
            link.detach()
            _started(start, told)
    os._exit(0)


def _started(start: Start, told: socket.socket) -> None:
    try:
        first, listener = start()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        _say(told, {"error": "not_found" if missing else "confine", "detail": str(error)[:2000]})
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # readers see their end when the program closes its own
        os.dup2(nothing, stream)
    if listener >= 0:
        socket.send_fds(told, [b'{"started": true}'], [listener])
        os.close(listener)
    else:
        _say(told, {"started": True})
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, 0)
            if pid == first:
                _say(told, {"code": os.waitstatus_to_exitcode(status)})
    while True:
        signal.pause()


def _only(link: int, streams: Sequence[int]) -> None:
    """Keep the streams, as 0 to 2, and the link, as 3, and close all else: what is open here holds others' pipes."""
    high = [os.dup(one) for one in (*streams, link)]
    spare = [os.dup(one) for one in high]  # above the numbers that are written to
    for number, one in enumerate(spare):
        os.dup2(one, number)
    os.closerange(4, 65536)


def _say(told: socket.socket, words: dict[str, object]) -> None:
    told.send(json.dumps(words).encode())
