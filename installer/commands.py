"""Runs other programs quietly: their output goes to a log, and only a failure shows its end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from installer.console import Progress

POLL_S = 0.25
GRACE_S = 10.0
TAIL_LINES = 40
TAIL_BYTES = 16_384

NO_NETWORK = re.compile(
    r"Failed to establish a new connection|Temporary failure in name resolution|Temporary failure resolving"
    r"|Name or service not known|Network is unreachable|No route to host|ConnectTimeoutError|ReadTimeoutError"
    r"|Read timed out|Connection refused|Could not connect to|Could not resolve|getaddrinfo failed"
)
NO_SPACE = re.compile(r"No space left on device|not enough free space|Disk quota exceeded|Errno 28\b")
# ninja prints [12/345], make [ 12%].
BUILD_STEP = re.compile(rb"\[\s*(\d+)(?:/(\d+)|%)\]")


# Reasons that every step can meet, and what a person is told of them.
REASONS = {
    "space": "The disk is full. Make room and run the same command again; what is done stays done.",
    "network": "The package servers cannot be reached. Check the internet connection and run the same command "
    "again; what is done stays done.",
}


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do. `reason` is its short name where it has one, for
    those who tell it in words of their own, with `params`."""

    def __init__(self, message: str, reason: str = "", **params: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.params = params


def reason_in(log: str) -> str:
    """The plain reason that a failed command's log gives away, a key of `REASONS`; "" for any other."""
    if NO_SPACE.search(log):
        return "space"
    return "network" if NO_NETWORK.search(log) else ""


def build_share(log: bytes) -> float | None:
    """How far a build has come, from 0 to 1, by the last step number that its log shows."""
    steps = BUILD_STEP.findall(log)
    if not steps:
        return None
    done, total = steps[-1]
    return min(1.0, int(done) / (int(total) if total else 100)) if total != b"0" else None


def log_end(path: Path) -> bytes:
    with path.open("rb") as log:
        log.seek(0, os.SEEK_END)
        log.seek(max(0, log.tell() - TAIL_BYTES))
        return log.read()


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    progress: Progress,
    *,
    failure: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    own_group: bool = True,
) -> None:
    """Run `command` with its output in `log`, and stop everything it started when set-up is interrupted.

    `own_group=False` leaves Ctrl+C to the program itself: a package manager must end its work in order.
    Raises `SetupError` with `failure`, or a plainer reason, when the exit status is not 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output, _interrupts_held() as release:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=own_group,
        )
        try:
            release()
            while True:
                try:
                    status = process.wait(timeout=POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    progress.tick(build_share(log_end(log)))
        except BaseException:
            _stop(process, own_group=own_group)
            raise
    if status != 0:
        end = log_end(log).decode(errors="replace")
        raise SetupError(failure_text(end, failure, log), reason_in(end))


def failure_text(end: str, failure: str, log: Path) -> str:
    if reason := reason_in(end):
        return REASONS[reason]
    lines = end.splitlines()[-TAIL_LINES:]
    return "\n".join([*(f"    {line}" for line in lines), "", f"{failure} The whole log: {log}"])


@contextlib.contextmanager
def _interrupts_held() -> Iterator[Callable[[], None]]:
    """Interrupts wait until what is yielded is called, which raises KeyboardInterrupt if one came: a program that is
    being started can't be stopped yet. Other threads get none anyway."""
    handler, came = signal.getsignal(signal.SIGINT), False
    holds = callable(handler) and threading.current_thread() is threading.main_thread()

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True

    def release() -> None:
        nonlocal holds
        if holds:
            holds = False
            signal.signal(signal.SIGINT, handler)
            if came:
                raise KeyboardInterrupt

    if holds:
        signal.signal(signal.SIGINT, note)
    try:
        yield release
    finally:
        release()


def _stop(process: subprocess.Popen[bytes], *, own_group: bool) -> None:
    if not own_group:
        process.wait()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=GRACE_S)
    # For those in the group that are deaf to the polite signal, as a shell's background jobs are.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
