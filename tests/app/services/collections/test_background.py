"""Collections are kept up to date beside what a person does, and make way for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.collections import background
from app.services.collections.background import BackgroundIndexing, Pause
from app.services.collections.collections import Collections
from tests.app.services.collections.test_meaning import Dictionary
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process


class Machine:
    """A data folder with one collection, and what keeps its files from being read."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "docs"
        self.folder.mkdir()
        (self.folder / "a.txt").write_text("A dog is fed twice.")
        (self.folder / "b.txt").write_text("The ship leaves at noon.")
        self.told = threading.Event()
        self.embedder = Dictionary()
        self.collections = Collections(tmp_path / "home", lambda: self.embedder, changed=self.told.set)
        self.collections.add("docs", [self.folder])
        self.is_answering = self.is_on_battery = False
        self.indexing = BackgroundIndexing(
            self.collections, lambda: self.is_answering, lambda: self.is_on_battery
        )

    def counts(self) -> tuple[int, int]:
        """How many documents are found by words, and by meaning."""
        counts = self.collections.status("docs").counts
        return counts.words, counts.meaning


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(background, "_BATTERY_S", 0.0)
    monkeypatch.setattr(background, "_TURN_S", 0.02)
    made = Machine(tmp_path)
    yield made
    made.indexing.close()
    made.collections.close()


@pytest.mark.parametrize(("name", "pause"), [("is_answering", "answer"), ("is_on_battery", "battery")])
def test_nothing_is_read_on_the_battery_and_while_an_answer_is_written_which_is_told(
    machine: Machine, name: str, pause: Pause
) -> None:
    setattr(machine, name, True)
    machine.told.clear()
    machine.indexing.begin()
    assert machine.told.wait(60)
    assert machine.indexing.pause == pause and machine.counts() == (0, 0)
    setattr(machine, name, False)
    wait_until(lambda: machine.counts() == (2, 2))
    assert machine.indexing.pause == ""


def test_vectors_wait_too(machine: Machine) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def before() -> None:
        machine.is_answering = True  # from the first step on
        reached.set()
        go_on.wait(60)

    machine.embedder.before = before
    machine.indexing.begin()
    assert reached.wait(60)
    machine.told.clear()
    go_on.set()
    assert machine.told.wait(60)
    wait_until(lambda: machine.indexing.pause == "answer")
    assert machine.counts() == (2, 1) or machine.counts() == (2, 0)
    machine.embedder.before = lambda: None
    machine.is_answering = False
    wait_until(lambda: machine.counts() == (2, 2))


def test_who_comes_back_to_the_window_has_new_files_read(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.indexing.begin()
    wait_until(lambda: machine.counts() == (2, 2) and machine.indexing._rests_since is not None)
    rests_since = machine.indexing._rests_since
    (machine.folder / "c.txt").write_text("A hound barks.")
    machine.indexing.look_soon()  # so soon that nothing is done
    assert machine.indexing._rests_since == rests_since and not machine.indexing._again.is_set()
    monkeypatch.setattr(background, "RETURN_S", 0.0)
    machine.indexing.look_soon()
    wait_until(lambda: machine.counts() == (3, 3))


def test_it_ends_whatever_it_waits_for(machine: Machine) -> None:
    machine.is_on_battery = True
    machine.told.clear()
    machine.indexing.begin()
    assert machine.told.wait(60)
    machine.indexing.close()
    assert machine.counts() == (0, 0)
