"""One soak with a cache of single experts: talkers on an engine that is loaded again and again, another model with
other slots each time, on the processor of this machine or on a worker, and at last left in peace on each of both.

Usage: python -m tests.support.soak.cached_run SECONDS [SEED]
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.api import LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import RAM, PlacementOptions
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import HandPlaced
from tests.support.models.expert_models import expert_model
from tests.support.models.moe import moe_model
from tests.support.soak.cache_books import Page, booked_host, choose, pages
from tests.support.soak.ledger import Ledger
from tests.support.soak.memory import Memory, Sampler
from tests.support.soak.run import STATES_LIMIT, compared, talking
from tests.support.soak.talkers import Talker

TALKERS = 4
CONTEXT = 2048
WORKER = "RPC0"
STARTER = "starter"


class Case(NamedTuple):
    """A model, the starter with experts or one of the tiny ones, and how its cache lies."""

    model: str
    placed: HandPlaced

    @property
    def path(self) -> str:
        return str(moe_model() if self.model == STARTER else expert_model(self.model))


# One after the other; the first two are those of the calm times as well.
CASES = (
    Case(STARTER, HandPlaced(4, RAM)),
    Case("qwen", HandPlaced(7, WORKER)),
    Case("gpt-oss", HandPlaced(4, RAM, "brought")),
    Case("deepseek", HandPlaced(16, RAM)),
    Case(STARTER, HandPlaced(2, WORKER)),
    Case("without-gate", HandPlaced(5, RAM, tokens=4)),
    Case("gemma", HandPlaced(6, WORKER, "brought")),
    Case(STARTER, HandPlaced(3, RAM, layers=tuple(range(0, 30, 2)))),
    Case("glm", HandPlaced(12, RAM, "brought")),
)
_TROUBLED = 0.5
_KILLS = 0.15


class CacheSoaked(NamedTuple):
    """What a soak came to; requests as in `tests.support.soak.run.Soaked`, `failed` by the codes of their errors.
    `told` is how often the cache's activity was, `hosts` is the memory of those of the calm times."""

    requests: int
    whole: int
    cancelled: int
    failed: dict[str, int]
    refused: int
    lost: int
    told: int
    most_at_once: float
    faults: list[str]
    unfinished: list[int]
    compared: int
    near: list[float]
    other: list[str]
    hosts: list[Memory]
    worker: Memory
    parent: Memory
    files: tuple[int, int]
    pages: list[Page]


def cached_soak(
    seconds: float, *, seed: int = 1, trouble_every: float = 20.0, compare: int = 100
) -> CacheSoaked:
    """Let `TALKERS` talk for so long, then ask the starter for `compare` of its unharmed answers again,
    each alone and without experts."""
    with tempfile.TemporaryDirectory(prefix="coterie-soak-") as folder, rpc_worker() as worker:
        for name in ("states", "calibrations", "pages"):
            (Path(folder) / name).mkdir()
        return _soak(Path(folder), worker.address, worker.process.pid, seconds, seed, trouble_every, compare)


def _soak(
    folder: Path, worker: str, worker_pid: int, seconds: float, seed: int, trouble_every: float, compare: int
) -> CacheSoaked:
    ledger = Ledger(CONTEXT, compared=STARTER)
    main = functools.partial(booked_host, folder=str(folder / "pages"))
    engine = LocalEngine(ledger, main)
    load = LoadRequest(
        "",
        PlacementOptions(CONTEXT, workers=(worker,), mode="cpu", streams=3),
        threads=1,
        calibrations=str(folder / "calibrations"),
        states=str(folder / "states"),
        states_limit=STATES_LIMIT,
    )
    trouble = _Trouble(engine, ledger, load, folder / "pages", random.Random(seed))
    ids = itertools.count(1)
    talkers = [Talker(number, seed, engine, ledger, ids) for number in range(TALKERS)]
    sampler = Sampler(engine, ledger, worker_pid)
    with talking(talkers, sampler, ledger, engine) as talk:
        until = time.monotonic() + seconds * _TROUBLED
        while (left := until - time.monotonic()) > 0:
            trouble.make(min(trouble_every * trouble.chance.uniform(0.3, 1.7), left))
        for case in CASES[:2]:
            trouble.load(case)
            sampler.calm()
            time.sleep(seconds * (1 - _TROUBLED) / 2)
            sampler.trouble()
    return _summed(ledger, talk.faults, talk.unfinished, sampler, pages(folder / "pages"), compare)


class _Trouble:
    """Watches experts and no longer does, loads again in the middle of answers, and kills the host."""

    def __init__(
        self, engine: LocalEngine, ledger: Ledger, load: LoadRequest, pages: Path, chance: random.Random
    ) -> None:
        self._engine, self._ledger, self._request, self._pages = engine, ledger, load, pages
        self._cases = itertools.cycle(CASES)
        self.chance = chance
        self.load(next(self._cases))

    def make(self, pause: float) -> None:
        """For so many seconds watch experts now and then, after that load again."""
        self._wait()
        for _ in range(3):
            time.sleep(pause / 3)
            self._engine.watch_experts(self.chance.random() < 0.5)
        if self.chance.random() < _KILLS:
            self._kill()
            time.sleep(pause / 3)  # what is asked now is answered by a host without a cache
        self.load(next(self._cases))

    def load(self, case: Case) -> None:
        self._wait()
        choose(self._pages, case.placed)
        with self._ledger.restarting():
            self._ledger.model = case.model
            self._engine.load(msgspec.structs.replace(self._request, path=case.path))
        self._wait()

    def _wait(self) -> None:
        """Until it is loaded: nothing is learnt from loads that are never done."""
        while self._engine.state == "loading":
            time.sleep(0.05)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if (pid := self._engine.host_pid) is not None:
                os.kill(pid, signal.SIGKILL)


def _summed(
    ledger: Ledger, faults: list[str], unfinished: list[int], sampler: Sampler, kept: list[Page], compare: int
) -> CacheSoaked:
    entries = list(ledger.entries.values())
    reasons = [entry.end.reason for entry in entries if entry.end]
    chosen, near, other = compared(entries, compare)
    return CacheSoaked(
        requests=len(entries),
        whole=sum(entry.is_whole for entry in entries),
        cancelled=reasons.count("cancelled"),
        failed=Counter(entry.end.error.code for entry in entries if entry.end and entry.end.error),
        refused=ledger.refused,
        lost=ledger.lost,
        told=ledger.cache_told,
        most_at_once=ledger.most_at_once,
        faults=faults + [f"{page.placed}: {fault}" for page in kept for fault in page.faults],
        unfinished=unfinished,
        compared=chosen,
        near=near,
        other=other,
        hosts=sampler.hosts,
        worker=sampler.worker,
        parent=sampler.parent,
        files=sampler.files,
        pages=kept,
    )


if __name__ == "__main__":
    found = cached_soak(float(sys.argv[1]), seed=int((*sys.argv, 1)[2]))
    for name, value in found._asdict().items():
        for each in value if name == "pages" else [value]:
            print(f"{name}: {each}", flush=True)
