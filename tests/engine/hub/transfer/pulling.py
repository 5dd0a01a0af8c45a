"""A download from the hub of the tests, with parts small enough for a few mebibytes to have many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from engine.hub.access import HubAccess
from engine.hub.client import Hub as HubClient
from engine.hub.transfer import FetchedFile, Limits, Progress, StopToken, Wanted, fetch
from engine.hub.transfer.journal import Journal
from engine.hub.transfer.values import Locate
from engine.hub.values import Located
from tests.support.hub import DiskContent, Hub, HubRepo
from tests.support.hub.contents import Content
from tests.support.hub.models import tiny
from tests.support.models.gguf_split import split_model

REPO = "demo/Tiny-GGUF"
FILE = "Tiny-Q8_0.gguf"
PART = 64 * 1024
QUICK = Limits(
    streams=4,
    part_bytes=PART,
    segment_parts=4,
    connect_seconds=20.0,
    stall_seconds=0.2,
    first_wait=0.02,
    most_wait=0.05,
    most_asked_wait=0.3,
    patience=30.0,
    first_patience=30.0,
    reserve_bytes=0,
)
TOKEN = "hf_secretsecretsecretsecret"


@dataclass
class Pull:
    """One model of one hub, and where it goes. `token` is sent to the hub if it is not ""."""

    hub: Hub
    folder: Path
    contents: Mapping[str, Content]
    repo: str = REPO
    limits: Limits = QUICK
    token: str = ""
    seen: list[Progress] = field(default_factory=list)
    located: list[str] = field(default_factory=list)

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def work(self) -> Path:
        return self.library / ".incoming" / "one"

    @property
    def parts(self) -> Path:
        return self.folder / "parts"

    @property
    def file(self) -> Path:
        """Where the first file goes."""
        return self.wanted()[0].destination

    def wanted(self, hashes: bool = True) -> list[Wanted]:
        return [
            Wanted(path, content.bytes, content.sha256 if hashes else "", self.library / self.repo / path)
            for path, content in self.contents.items()
        ]

    def access(self) -> HubAccess:
        return HubAccess(self.hub.address, token=lambda: self.token)

    def run(
        self, stop: StopToken | None = None, hashes: bool = True, **options: Any
    ) -> tuple[FetchedFile, ...]:
        with self.locating() as locate:
            return fetch(
                locate,
                self.wanted(hashes),
                self.work,
                access=self.access(),
                parts=self.parts,
                limits=self.limits,
                progress=self.seen.append,
                stop=stop,
                **options,
            )

    @contextmanager
    def locating(self) -> Iterator[Locate]:
        repository = self.hub.shelf.get(self.repo)
        assert repository is not None
        commit = repository.commit
        with HubClient(self.access()) as client:

            def locate(path: str) -> Located:
                self.located.append(path)
                return client.locate(self.repo, commit, path)

            yield locate

    def check(self) -> None:
        """Every file is whole and right, and nothing is left of the way there."""
        for wanted in self.wanted():
            content = self.contents[wanted.path]
            assert wanted.destination.read_bytes() == content.read(0, content.bytes)
        assert not self.work.exists()

    def shows_nothing(self) -> None:
        assert not any(wanted.destination.exists() for wanted in self.wanted())

    def parts_done(self) -> int:
        """Whole records in the journals."""
        return sum(
            (path.stat().st_size - path.read_bytes().index(b"\n") - 1) // 32
            for path in self.work.glob("*.journal")
        )

    def done(self) -> set[int]:
        """The parts of the first file that its journal knows."""
        journal = Journal.resume(self.work / "0.journal")
        if journal is None:
            return set()
        journal.close()
        return set(journal.hashes)

    def requested(self) -> set[int]:
        """The parts of the first file that were asked for."""
        spans = [one.span for one in self.hub.log.of(f"{self.repo}/{next(iter(self.contents))}")]
        return {part for span in spans if span for part in range(span[0] // PART, span[1] // PART + 1)}

    def sent(self) -> int:
        return sum(self.hub.log.sent(f"{self.repo}/{path}") for path in self.contents)


def pull_of(hub: Hub, folder: Path, files: Mapping[str, Content], repo: str = REPO, **options: Any) -> Pull:
    hub.shelf.add(HubRepo(repo, dict(files)))
    return Pull(hub, folder, dict(files), repo, **options)


def split_pull(hub: Hub, folder: Path) -> Pull:
    """A model in three files, of which the first is large."""
    whole = folder / "Tiny.gguf"
    content = tiny(1_000_000)
    whole.write_bytes(content.read(0, content.bytes))
    files = split_model(whole, folder, 3)
    return pull_of(hub, folder, {path.name: DiskContent(path) for path in files})


@pytest.fixture
def pull(hub: Hub, tmp_path: Path) -> Pull:
    """A model of some 2.5 MiB: 40 parts."""
    return pull_of(hub, tmp_path, {FILE: tiny(2_600_000)})


def error_of(action: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as raised:
        action()
    return raised.value


def stop_when(pull: Pull, stop: Callable[[], None], parts: int) -> threading.Thread:
    """Calls `stop` once so many parts are written; started, to be joined."""

    def watch() -> None:
        while pull.parts_done() < parts:
            threading.Event().wait(0.002)
        stop()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread
