"""One soak of a model that is larger than the memory it may use: talkers on an engine that reads experts from the
disk within a limit of memory, beside a second engine on the same disk, through all that `floor_trouble` has. At last
the engine is left in peace, once with slots for each layer and once with a room that all share.

Usage: python -m tests.support.soak.floor_run SECONDS [SEED]
"""

from __future__ import annotations

import functools
import itertools
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from engine.api import LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import DISK, RAM, PlacementOptions
from tests.support.experts.cached import HandPlaced, cached_host
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.models.gguf_split import split_model
from tests.support.models.moe import moe_model
from tests.support.soak import floor_trouble as trouble
from tests.support.soak.ledger import Ledger
from tests.support.soak.memory import Memory, Sampler
from tests.support.soak.run import compared, talking
from tests.support.soak.talkers import PATIENCE, Talker

TALKERS = 3
# A token of a prompt may take a busy disk a tenth of a second.
CONTEXT, LONGEST = 1024, 300
BESIDE = "qwen"
# Of the model's file; the third is below slots for each layer, the last below what the model needs at all.
SIZES = EVERY_LAYER, HALF, ROOM, TOO_SMALL = tuple(round(share * 447e6) for share in (0.75, 0.5, 0.37, 0.15))
SLOW = 60 * 10**6
_STATES = 64 * 2**20
_TROUBLED = 0.6
# A slow machine is given so many seconds more until all has happened once, and an answer can be compared.
_MORE_S = 600.0
# A host that stands still for ten seconds is taken for dead.
_LONGEST_STOP_S = 4.0
_ERRORS = ("engine.", "disk.")
_TOO_LONG = "engine.context_overflow"
# No model: none of their answers is kept.
_NONE = "none"


HARMS = ("kill", "stop", *trouble.HARMS)


class Case(NamedTuple):
    """A limit of memory, and where the model lies: "disk", "slow", "plain" (no direct reads), "split"."""

    size: int
    place: str = "disk"


# The first two are those of the calm times as well.
CASES = (
    Case(EVERY_LAYER),
    Case(ROOM),
    Case(HALF, "slow"),
    Case(HALF, "plain"),
    Case(HALF, "split"),
    Case(TOO_SMALL),
)


class FloorSoaked(NamedTuple):
    """What a soak came to; requests as in `tests.support.soak.run.Soaked`, `failed` by the codes of their errors,
    `refused` loads by those of theirs. `unforeseen` are ends of hosts that nobody killed: the limit's, as a rule.
    `modes` are the plans' of all loads, `hosts` is the memory of those of the calm times, `handles` are their threads
    and open files, `beside` is how many answers the second engine gave in whole, `asked` the requests of both."""

    requests: int
    whole: int
    cancelled: int
    failed: dict[str, int]
    refused: dict[str, int]
    unforeseen: int
    modes: dict[str, int]
    told: int
    faults: list[str]
    unfinished: list[int]
    compared: int
    near: list[float]
    other: list[str]
    beside: int
    asked: int
    hosts: list[Memory]
    handles: list[Memory]
    parent: Memory
    files: tuple[int, int]
    harms: dict[str, int]


def floor_soak(
    seconds: float, *, seed: int = 1, trouble_every: float = 20.0, compare: int = 60
) -> FloorSoaked:
    """Let `TALKERS` talk for so long, then ask for `compare` of their unharmed answers again, each alone and with
    the model in memory."""
    with (
        tempfile.TemporaryDirectory(prefix="coterie-soak-") as folder,
        _places(Path(folder)) as places,
        trouble.limits_of_memory(SIZES) as memory,
        trouble.slow_disk(Path(folder), SLOW) as slow,
    ):
        limits = {
            case: trouble.Limits(memory[case.size], slow if case.place == "slow" else "") for case in CASES
        }
        return _soak(Path(folder), places, limits, seconds, seed, trouble_every, compare)


@contextmanager
def _places(folder: Path) -> Iterator[dict[str, Path]]:
    """The model's file, by the place where it lies."""
    disk = Path(shutil.copy(moe_model(), folder / "model.gguf"))
    (folder / "split").mkdir()
    split = split_model(moe_model(), folder / "split", 3)[0]
    with trouble.without_direct_reads(folder / "plain") as plain:
        found = {"disk": disk, "slow": disk, "split": split}
        yield found | {"plain": Path(shutil.copy(disk, plain / disk.name)) if plain else disk}


def _soak(
    folder: Path,
    places: dict[str, Path],
    limits: dict[Case, trouble.Limits],
    seconds: float,
    seed: int,
    trouble_every: float,
    compare: int,
) -> FloorSoaked:
    ledger, others = Ledger(CONTEXT, errors=_ERRORS), Ledger(CONTEXT, compared=_NONE)
    engine = LocalEngine(ledger, functools.partial(trouble.limited_host, folder=str(folder)))
    placed = HandPlaced(LAYOUTS[BESIDE].used, source=DISK, tokens=64)
    beside = LocalEngine(others, functools.partial(cached_host, placed=placed))
    beside.load(LoadRequest(str(expert_model(BESIDE, "Q8_0")), PlacementOptions(CONTEXT), threads=1))
    ids = itertools.count(1)
    talkers = [Talker(number, seed, engine, ledger, ids, LONGEST) for number in range(TALKERS)]
    sampler, small = Sampler(engine, ledger), Sampler(beside, others)
    making = _Trouble(engine, ledger, places, limits, folder, random.Random(seed))
    with ExitStack() as stack:
        other = stack.enter_context(talking([Talker(9, seed, beside, others, ids)], small, others, beside))
        talk = stack.enter_context(talking(talkers, sampler, ledger, engine))
        until, latest = (time.monotonic() + each for each in (seconds * _TROUBLED, seconds + _MORE_S))
        while time.monotonic() < (until if making.is_all_done else latest):
            making.make(trouble_every * making.chance.uniform(0.3, 1.7))
        for case in CASES[:2]:
            making.load(case)
            sampler.calm()
            time.sleep(seconds * (1 - _TROUBLED) / 2)
            while not ledger.tells_enough() and time.monotonic() < latest:
                time.sleep(0.1)
            sampler.trouble()
    entries = list(ledger.entries.values())
    chosen, near, differing = compared(entries, compare)
    failed = [entry for entry in entries if entry.end and entry.end.error]
    unharmed = [
        f"{entry.end} although nothing happened"
        for entry in failed
        if not entry.harmed and entry.end and entry.end.error and entry.end.error.code != _TOO_LONG
    ]
    return FloorSoaked(
        requests=len(entries),
        whole=sum(entry.is_whole for entry in entries),
        cancelled=sum(entry.end is not None and entry.end.reason == "cancelled" for entry in entries),
        failed=Counter(entry.end.error.code for entry in failed if entry.end and entry.end.error),
        refused=ledger.not_loaded,
        unforeseen=ledger.lost - making.killed + others.lost,
        modes=ledger.modes,
        told=ledger.cache_told,
        faults=talk.faults + other.faults + unharmed,
        unfinished=talk.unfinished + other.unfinished,
        compared=chosen,
        near=near,
        other=differing,
        beside=sum(entry.is_whole for entry in others.entries.values()),
        asked=len(entries) + len(others.entries),
        hosts=sampler.hosts,
        handles=sampler.handles,
        parent=sampler.parent,
        files=sampler.files,
        harms=making.done,
    )


class _Trouble:
    """Loads again and again, in another place or with another limit; before that it kills the host, stops it for a
    while, or does something to the file. `killed` is how often."""

    def __init__(
        self,
        engine: LocalEngine,
        ledger: Ledger,
        places: dict[str, Path],
        limits: dict[Case, trouble.Limits],
        folder: Path,
        chance: random.Random,
    ) -> None:
        self._engine, self._ledger, self._folder = engine, ledger, folder
        self._places, self._limits = places, limits
        self._harms = itertools.cycle(HARMS)
        self._case = CASES[0]
        self.chance, self.killed = chance, 0
        self.done: Counter[str] = Counter()
        self.load(self._case)

    @property
    def is_all_done(self) -> bool:
        return self.done.keys() >= set(HARMS)

    def make(self, pause: float) -> None:
        """So many seconds of which most are of work."""
        time.sleep(pause / 2)
        if self._engine.state == "ready":
            self._harm(next(self._harms), pause)
        self.load(self.chance.choice(CASES))

    def _harm(self, harm: str, pause: float) -> None:
        self.done[harm] += 1
        if harm == "stop":
            trouble.stopped(self._engine.host_pid, self.chance.uniform(0.2, _LONGEST_STOP_S))
            time.sleep(pause / 4)
        elif harm == "kill":
            with self._ledger.restarting():
                lost = self._ledger.lost
                if trouble.killed(self._engine.host_pid):
                    self.killed += 1
                    self._wait_for(lambda: self._ledger.lost > lost)
            # What is asked now is answered by a host that reads from the disk as this one did.
            time.sleep(pause / 4)
        else:
            with self._ledger.restarting(), trouble.harmed(self._places[self._case.place], harm):
                time.sleep(pause / 4)
                self.load(self._case, is_harmed=True)

    def load(self, case: Case, *, is_harmed: bool = False) -> None:
        """Until it is loaded, or was refused in one sentence."""
        self._case = case
        path = self._places[case.place]
        trouble.choose(self._folder, self._limits[case])
        self._ledger.may_fail = case.size == TOO_SMALL or is_harmed
        options = PlacementOptions(CONTEXT, budgets={RAM: case.size}, streams=2)
        request = LoadRequest(
            str(path), options, threads=1, states=str(self._folder / "states"), states_limit=_STATES
        )
        with self._ledger.restarting():
            self._engine.load(request)
            self._wait_for(lambda: self._engine.state != "loading")

    def _wait_for(self, is_done: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not is_done() and time.monotonic() < until:
            time.sleep(0.05)


if __name__ == "__main__":
    found = floor_soak(float(sys.argv[1]), seed=int((*sys.argv, 1)[2]))
    for name, value in found._asdict().items():
        print(f"{name}: {value}", flush=True)
