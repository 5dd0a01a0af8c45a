"""One soak: talkers on an engine that is killed and restarted meanwhile, and at last left in peace.

Usage: python -m tests.support.soak.run SECONDS [SEED]
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.api import LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.support.computing.greedy_judge import CLOSE, judge, lead_where_they_part
from tests.support.models.starter import starter_model
from tests.support.soak.ledger import Entry, Ledger
from tests.support.soak.memory import Memory, Sampler
from tests.support.soak.talkers import PATIENCE, Talker

TALKERS = 5
CONTEXT = 4096
STATES_LIMIT = 200 * 2**20
# The part of the time in which the host is killed; in the rest its memory is looked at.
_TROUBLED = 0.6
# A slow machine is given so many seconds more until something was lost, was cancelled, and can be compared.
_MORE_S = 90.0


class Soaked(NamedTuple):
    """What a soak came to: requests by how they ended, `harmed` those that came to their own end although they were
    to be stopped. `other` are answers that differ from those alone where the model alone was sure, and
    `near` its leads where they differ and it was not; `compared` is how many were looked at."""

    requests: int
    whole: int
    harmed: int
    cancelled: int
    failed: int
    refused: int
    lost: int
    most_at_once: float
    faults: list[str]
    unfinished: list[int]
    compared: int
    near: list[float]
    other: list[str]
    host: Memory
    parent: Memory
    files: tuple[int, int]
    states_bytes: int


def soak(seconds: float, *, seed: int = 1, kill_every: float = 12.0, compare: int = 200) -> Soaked:
    """Let `TALKERS` talk for so long, then ask for `compare` of their unharmed answers again, each alone."""
    with tempfile.TemporaryDirectory(prefix="coterie-soak-") as folder:
        return _soak(Path(folder), seconds, seed, kill_every, compare)


def _soak(folder: Path, seconds: float, seed: int, kill_every: float, compare: int) -> Soaked:
    ledger = Ledger(CONTEXT)
    engine = LocalEngine(ledger)
    load = LoadRequest(
        str(starter_model()), PlacementOptions(CONTEXT), states=str(folder), states_limit=STATES_LIMIT
    )
    engine.load(load)
    ids = itertools.count(1)
    talkers = [Talker(number, seed, engine, ledger, ids) for number in range(TALKERS)]
    sampler = Sampler(engine, ledger)
    with talking(talkers, sampler, ledger, engine) as talk:
        trouble = _Trouble(engine, ledger, load, random.Random(seed), kill_every)
        until = time.monotonic() + seconds * _TROUBLED
        latest = until + _MORE_S
        while (left := (until if ledger.lost else latest) - time.monotonic()) > 0:
            trouble.make(left)
        sampler.calm()
        time.sleep(seconds * (1 - _TROUBLED))
        while not ledger.tells_enough() and time.monotonic() < latest:
            time.sleep(0.1)
    states_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return _summed(ledger, talk.faults, talk.unfinished, sampler, states_bytes, compare)


class Talk:
    """What is known when all have ended: what went wrong, and the requests that never ended."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.unfinished: list[int] = []


@contextlib.contextmanager
def talking(
    talkers: Sequence[Talker], sampler: Sampler, ledger: Ledger, engine: LocalEngine
) -> Iterator[Talk]:
    """Inside, `talkers` talk and are watched; behind it all of them and the engine have ended."""
    talk = Talk()
    try:
        for thread in (*talkers, sampler):
            thread.start()
        yield talk
    finally:
        for talker in talkers:
            talker.stop.set()
        for talker in talkers:
            talker.join(PATIENCE)
        sampler.stop.set()
        sampler.join()
        talk.unfinished = ledger.unfinished(1.0)
        engine.close()
    talk.faults = ledger.faults + [repr(talker.failure) for talker in talkers if talker.failure]


class _Trouble:
    """Kills the host, loads it again in the middle of answers, or takes it away and brings it back."""

    def __init__(
        self, engine: LocalEngine, ledger: Ledger, load: LoadRequest, chance: random.Random, every: float
    ) -> None:
        self._engine, self._ledger, self._load = engine, ledger, load
        self._chance, self._every = chance, every
        self._killed = 0

    def make(self, left: float) -> None:
        """Wait a while, at most `left` seconds, then do one of them."""
        pause = self._every * self._chance.uniform(0.3, 1.7)
        time.sleep(min(pause, left))
        if pause > left:
            return
        what = self._chance.random()
        if what < 0.7:
            self._kill()
        else:
            with self._ledger.restarting():
                if what < 0.85:
                    self._engine.unload()
                self._engine.load(self._load)
            self._killed = 0

    def _kill(self) -> None:
        lost, pid = self._ledger.lost, self._engine.host_pid
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._killed += 1
        if self._killed == 3:  # a fourth start is a person's to decide, who does so once it is told
            until = time.monotonic() + 30
            while self._ledger.lost == lost and time.monotonic() < until:
                time.sleep(0.05)
            with self._ledger.restarting():
                self._engine.load(self._load)
            self._killed = 0


def _summed(
    ledger: Ledger,
    faults: list[str],
    unfinished: list[int],
    sampler: Sampler,
    states_bytes: int,
    compare: int,
) -> Soaked:
    entries = list(ledger.entries.values())
    reasons = [entry.end.reason for entry in entries if entry.end]
    ended = [entry for entry in entries if entry.end and entry.end.reason in ("stop", "length")]
    whole = [entry for entry in entries if entry.is_whole]
    chosen, near, other = compared(entries, compare)
    return Soaked(
        requests=len(entries),
        whole=len(whole),
        harmed=len(ended) - len(whole),
        cancelled=reasons.count("cancelled"),
        failed=reasons.count("error"),
        refused=ledger.refused,
        lost=ledger.lost,
        most_at_once=ledger.most_at_once,
        faults=faults,
        unfinished=unfinished,
        compared=chosen,
        near=near,
        other=other,
        host=sampler.hosts[0] if sampler.hosts else Memory(0, 0),
        parent=sampler.parent,
        files=sampler.files,
        states_bytes=states_bytes,
    )


def compared(entries: list[Entry], most: int) -> tuple[int, list[float], list[str]]:
    """Asks for so many of the unharmed answers again, each alone. How many there were, and as in `Soaked` the leads
    of those that are near and the others."""
    comparable = [entry for entry in entries if entry.is_whole and entry.comparable]
    chosen = random.Random(0).sample(comparable, min(most, len(comparable)))
    near: list[float] = []
    other: list[str] = []
    for entry in chosen:
        request, text = entry.request, "".join(entry.text)
        pieces = judge().alone(request.messages, request.max_tokens)
        lead = lead_where_they_part(pieces, text)
        if lead is not None and lead < CLOSE:
            near.append(lead)
        elif lead is not None:
            expected = "".join(piece.text for piece in pieces)
            other.append(f"{request.id} (lead {lead:.2f}): {text!r} instead of {expected!r}")
    return len(chosen), near, other


if __name__ == "__main__":
    found = soak(float(sys.argv[1]), seed=int((*sys.argv, 1)[2]))
    for name, value in found._asdict().items():
        print(f"{name}: {value}")
