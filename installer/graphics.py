"""Brings the graphics cards to use, in the background: builds each way that there is, lets it answer for a moment and
keeps the fastest.

Usage: python -m installer.graphics (of the environment, from the clone's folder); set-up starts it. The engine for
the processor serves meanwhile, and stays where nothing comes of it. What it does and what came of it lies in a file
that `coterie doctor` and the window read.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from app.services.cuda_pack.trying import SlowerError, TrialError, run_trial
from engine.graphics_cards import find_cards
from installer import backend, engine
from installer.backend import Places
from installer.commands import SetupError
from installer.console import Console, Progress
from installer.sources import engine_version
from installer.ways import Note, Prospect, Way, prospect

ROOT = Path(__file__).resolve().parent.parent
NICENESS = 15
LOCK = "coterie-gpu.lock"


def places_of(root: Path, environ: Mapping[str, str]) -> Places:
    cache = engine.cache_folder(environ).parent
    return Places(root, root / ".venv", cache / "backends", cache / "setup-logs")


class Account:
    """What is told of the cards: sentences of what there is, and the step that is under way."""

    def __init__(self, path: Path, notes: Sequence[Note] = ()) -> None:
        self._path = path
        self.notes = list(notes)
        self._settled = settled(path)

    def settle(self, name: str) -> None:
        """This build was tried to the end, whatever came of it."""
        if name not in self._settled:
            self._settled.append(name)

    def write(self, step: Note | None = None, share: float | None = None) -> None:
        """Raises OSError."""
        told = {
            "notes": [_plain(note) for note in self.notes],
            "step": _plain(step) if step else None,
            "share": share,
            "pid": os.getpid() if step else 0,
            "settled": self._settled,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(self._path.name + ".partial")
        partial.write_text(json.dumps(told), encoding="utf-8")
        partial.replace(self._path)


def _plain(note: Note) -> dict[str, object]:
    return {"code": note.code, "params": dict(note.params)}


def settled(path: Path) -> list[str]:
    """The builds that an earlier job tried to the end."""
    try:
        told = json.loads(path.read_bytes())
        return [str(name) for name in told["settled"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


@contextmanager
def sole(places: Places) -> Iterator[bool]:
    """Whether this is the only job of the environment; it is until the block ends."""
    path = places.venv / "lib" / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


class Written(Progress):
    """Progress that goes into the account."""

    def __init__(self, account: Account, step: Note) -> None:
        super().__init__(Console(sys.stderr), "")
        self._account, self._step, self._share = account, step, -1.0
        account.write(step)

    def tick(self, share: float | None = None) -> None:
        if share is not None and abs(share - self._share) >= 0.01:
            self._share = share
            self._account.write(self._step, share)


class Tried(NamedTuple):
    """A backend that answered."""

    way: Way
    built: Path
    device: str
    seconds: float
    """What a usual short answer takes on it."""


def work(found: Prospect, places: Places, environ: Mapping[str, str]) -> list[Note]:
    """Build and try every way, and leave the fastest in the environment; gives what there is to tell in the end.

    What is quick to build is there first, and a faster one takes its place later.
    """
    version = engine_version(places.root)
    account = Account(places.state, found.notes)
    best: Tried | None = None
    lost: list[Note] = []
    for way in sorted(found.ways, key=lambda way: way.fetches):
        wanted = backend.backend_of(way, places.root, version, environ)
        try:
            tried = _bring(wanted, found.cards, account, places, environ)
            if best is None or tried.seconds < best.seconds:
                backend.install(tried.built, places.folder)
                best = tried
            account.settle(wanted.name)
        except (SetupError, TrialError, OSError) as error:
            print(f"{way.name}: {error}", file=sys.stderr)
            lost.append(failure(way, error, places.logs))
    if best:
        account.notes.append(Note("ready", {"cards": best.device, "way": best.way.name}))
    # Where another way serves the same card, what failed is only a pity; it is in the log.
    account.notes += [] if best else lost
    account.write()
    return account.notes


def _bring(
    wanted: backend.Backend, cards: str, account: Account, places: Places, environ: Mapping[str, str]
) -> Tried:
    """Build a way and let it answer. Raises SetupError, TrialError, OSError."""
    told = {"cards": cards, "way": wanted.way.name}
    built = backend.build(wanted, places, Written(account, Note("building", told)), environ)
    account.write(Note("trying", told))
    log = places.logs / f"{wanted.way.kind}-trial.log"
    answer = run_trial([str(places.python)], places.root, "gpu", str(built), log, environ)
    # A card of its own is for models that are larger than the starter; one that shares the processor's memory is not.
    if answer.integrated:
        alone = run_trial(
            [str(places.python)], places.root, "cpu", "none", log.with_name("cpu-trial.log"), environ
        )
        if answer.seconds > alone.seconds:
            account.settle(wanted.name)
            raise SlowerError(f"{answer} is no faster than {alone}")
    return Tried(wanted.way, built, answer.device, answer.seconds)


def failure(way: Way, error: Exception, logs: Path) -> Note:
    """What a person is told of a way that did not come about."""
    told = {"way": way.name, "log": str(logs / f"{way.kind}.log")}
    if isinstance(error, SlowerError):
        return Note("slower", told)
    if isinstance(error, TrialError):
        return Note("failed_trial", told | {"log": str(logs / f"{way.kind}-trial.log")})
    if isinstance(error, SetupError) and error.reason:
        return Note(f"failed_{error.reason}", told | error.params)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Note("failed_space", told)
    return Note("failed_build", told)


def main() -> int:
    for stop_signal in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop_signal, signal.default_int_handler)
    os.nice(NICENESS)
    environ, places = dict(os.environ), places_of(ROOT, os.environ)
    with sole(places) as alone:
        if not alone:
            print("Another job is at it.")
            return 0
        found = prospect(find_cards(environ), environ)
        try:
            work(found, places, environ)
        except KeyboardInterrupt:
            Account(places.state, [*found.notes, Note("interrupted")]).write()
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
