"""A workspace and its snapshots, with a journal in memory."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.events import Entry, FileChange, RunEvent, SnapshotTaken, Undone
from agents.permissions.values import Effects, ToolFacts
from agents.snapshots.scan import SnapshotLimits
from agents.snapshots.snapshots import Snapshots
from agents.snapshots.values import UndoPlan
from agents.workspace.workspace import Workspace

SHELL = Effects(kind="shell")
ANYWHERE = ToolFacts(anywhere=True)


class Bench:
    """Calls with snapshots around them, as a run makes them."""

    def __init__(self, folder: Path, limits: SnapshotLimits | None = None) -> None:
        self.root = folder / "workspace"
        self.store = folder / "store"
        self.root.mkdir()
        self.limits = limits or SnapshotLimits()
        self.entries: list[Entry] = []
        self.again()

    def again(self) -> None:
        """As after a restart: nothing is known but the journal and the store."""
        self.snapshots = Snapshots(self.store, Workspace(self.root), self.limits)

    facts = ToolFacts()

    @property
    def last_files(self) -> tuple[FileChange, ...]:
        """What the last call changed."""
        event = self.entries[-1].event
        assert isinstance(event, SnapshotTaken) and event.phase == "after"
        return event.files

    def add(self, event: RunEvent | None) -> None:
        if event is not None:
            self.entries.append(Entry(1, len(self.entries) + 1, float(len(self.entries)), event))

    def call(
        self, name: str, effects: Effects, act: Callable[[], object], facts: ToolFacts | None = None
    ) -> None:
        self.add(self.snapshots.before(name, effects, facts or ToolFacts()))
        act()
        self.add(self.snapshots.after(name))

    def shell(self, name: str, command: str) -> None:
        self.act(name, lambda: subprocess.run(["sh", "-c", command], cwd=self.root, check=True))

    def act(self, name: str, act: Callable[[], object]) -> None:
        """As `shell`, done by `act`."""
        self.call(name, SHELL, act, ANYWHERE)

    def write(self, name: str, path: str, text: str) -> None:
        def act() -> None:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, "utf-8")

        self.call(name, Effects(kind="files", writes=(path,)), act)

    def undo(self, plan: UndoPlan | None = None, force: tuple[str, ...] = ()) -> Undone:
        undone = self.snapshots.undo(plan or self.snapshots.plan(self.entries), force)
        self.add(undone)
        return undone

    def stopped(self, stop: Callable[[], bool]) -> Undone:
        undone = self.snapshots.undo(self.snapshots.plan(self.entries), (), stop)
        self.add(undone)
        return undone


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path.resolve())
