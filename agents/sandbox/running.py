"""Runs a sandboxed program to its end, within its limits."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

assert sys.platform == "linux"

from agents.api import Limits, Ran
from agents.sandbox.output import KeptOutput
from engine.errors import UserError

_POLL = 0.02
_PATIENCE = 5.0  # seconds until a launcher that was told to stop is killed


class _Said(msgspec.Struct):
    """The launcher's final report: see agents/sandbox/inside/launch.py."""

    code: int = 0
    reason: str = ""
    error: str = ""
    detail: str = ""


def run_to_end(
    launch: Callable[[int], Sequence[str]],
    environment: Mapping[str, str],
    stdin: bytes,
    limits: Limits,
    cancelled: Callable[[], bool],
) -> Ran:
    """Start the command that `launch` returns for the number of the inherited channel, and wait until nothing
    of it is left.

    Closing our end of the channel ends the tree: so does the end of this process, however it comes.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            started = time.monotonic()
            try:
                process = subprocess.Popen(
                    list(launch(theirs.fileno())),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=dict(environment),
                    cwd="/",
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                raise UserError("sandbox.failed", detail=str(error)) from error
        assert process.stdin and process.stdout and process.stderr
        with process.stdout, process.stderr:
            output = KeptOutput(process.stdout.fileno(), limits.output_bytes)
            errors = KeptOutput(process.stderr.fileno(), limits.output_bytes)
            feeder = threading.Thread(target=_feed, args=(process, stdin), name="sandbox-input", daemon=True)
            feeder.start()
            why = _wait(process, started + limits.seconds, cancelled)
            if why:
                ours.shutdown(socket.SHUT_WR)
                _ended(process)
            seconds = time.monotonic() - started
            said = _said(ours)
            feeder.join(_PATIENCE)
            output.finish(_PATIENCE)
            errors.finish(_PATIENCE)
    (out_text, out_left), (error_text, error_left) = output.result(), errors.result()
    if said.error == "not_found":
        raise UserError("sandbox.program_not_found", detail=said.detail)
    if said.error or (not said.code and not why and process.returncode):
        raise UserError("sandbox.failed", detail=said.detail or error_text.strip()[-500:])
    return Ran(
        code=said.code or -9 if why else said.code,
        output=out_text,
        errors=error_text,
        seconds=seconds,
        timed_out=why == "time",
        cancelled=why == "cancelled",
        left_out=out_left + error_left,
        exceeded=said.reason if said.reason != "stopped" else "",
    )


def _feed(process: subprocess.Popen[bytes], stdin: bytes) -> None:
    assert process.stdin
    with contextlib.suppress(OSError):  # the program need not read its input
        process.stdin.write(stdin)
    with contextlib.suppress(OSError):
        process.stdin.close()


def _wait(process: subprocess.Popen[bytes], until: float, cancelled: Callable[[], bool]) -> str:
    """Wait for the end: "", or the reason why it must end."""
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return "time"
        try:
            process.wait(min(_POLL, left))
        except subprocess.TimeoutExpired:
            if cancelled():
                return "cancelled"
        else:
            return ""


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Wait for the launcher to end its tree; kill it when it does not."""
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, 9)
        process.kill()
        process.wait()


def _said(channel: socket.socket) -> _Said:
    """Parse the launcher's last line; empty when it was killed."""
    channel.settimeout(_PATIENCE)
    text = b""
    with contextlib.suppress(OSError):
        while piece := channel.recv(65536):
            text += piece
    try:
        return msgspec.json.decode(text, type=_Said)
    except msgspec.DecodeError:
        return _Said()
