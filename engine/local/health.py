"""Health of a host process, seen from outside: why it ended, whether it hangs, whether to restart it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.placement.workers import probe

# A host answers a ping within milliseconds, even in the middle of native code. Silence for this long means
# that the process is stopped or stuck.
PING_INTERVAL = 1.0
SILENCE_LIMIT = 10.0
# Before the first sign of life the libraries are read from disk.
START_PATIENCE = 50.0
# Busy, no step completed and no processor time used: stuck in native code. A slow step uses processor time.
STALL_LIMIT = 60.0
CRASH_LIMIT = 3
CRASH_WINDOW = 600.0
# What ggml prints before it aborts because of a worker (`ggml/src/ggml-rpc/ggml-rpc.cpp`).
_WORKER_ENDED = ("Remote RPC server crashed", "Failed to connect to", "RPC handshake failed")
_WORKER_PATIENCE = 1.0
_COUNTERS = Path("/proc/vmstat")


def outcome(exit_code: int | None) -> ErrorInfo:
    """The reason of an unrequested exit, from the exit code (negative: a signal)."""
    if exit_code is None:
        return ErrorInfo("engine.not_answering")
    if exit_code == -signal.SIGABRT:
        return ErrorInfo("engine.aborted")
    if exit_code == -getattr(signal, "SIGKILL", 9):
        return ErrorInfo("engine.killed")
    if exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            name = f"signal {-exit_code}"
        return ErrorInfo("engine.crashed", {"how": name})
    return ErrorInfo("engine.crashed", {"how": f"exit {exit_code}"})


def kills_for_memory() -> int | None:
    """How many processes the system has killed for their memory, that of groups included; None where it does not
    tell. Linux counts before it kills."""
    try:
        counters = _COUNTERS.read_text()
    except OSError:
        return None
    found = re.search(r"^oom_kill (\d+)$", counters, re.MULTILINE)
    return int(found[1]) if found else None


def lost_worker(log: Sequence[str], workers: Sequence[str]) -> ErrorInfo | None:
    """`worker.lost` (address) if the log of an ended process blames a worker.

    ggml does not name it: the first unreachable one is named. Takes up to a second for each.
    """
    if not workers or not any(sign in line for line in log for sign in _WORKER_ENDED):
        return None
    return ErrorInfo("worker.lost", {"address": next(gone(workers), workers[0])})


def stuck_worker(workers: Sequence[str]) -> ErrorInfo | None:
    """`worker.lost` if a worker of a hanging host is unreachable."""
    first = next(gone(workers), None)
    return ErrorInfo("worker.lost", {"address": first}) if first else None


def gone(workers: Sequence[str]) -> Iterator[str]:
    """The unreachable workers, probed in turn. Takes up to a second for each."""
    for address in workers:
        try:
            probe(address, _WORKER_PATIENCE)
        except UserError:
            yield address


class Vitals(msgspec.Struct):
    """Observations of a running host. Times are monotonic seconds."""

    heard: float
    loading: bool = False
    busy: bool = False
    steps: int = 0
    stepped: float = 0.0  # the last completed step or use of the processor
    processor_s: float = 0.0


def hangs(vitals: Vitals, now: float) -> bool:
    """Whether to give up on the host."""
    if now - vitals.heard > SILENCE_LIMIT:
        return True
    return vitals.busy and not vitals.loading and now - vitals.stepped > STALL_LIMIT


def crashes_too_often(crashes: Sequence[float], now: float) -> bool:
    """Whether a model's crash times forbid another automatic start."""
    return sum(now - at < CRASH_WINDOW for at in crashes) >= CRASH_LIMIT
