"""Weights settle while the engine rests and beside answers, and answers stay as they are."""

from pathlib import Path

import psutil
import pytest

from engine.api import Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.local.free_memory import free_memory
from engine.local.model.settling import REST_S, Settling
from engine.local.native.layouts.huge_pages import page_size
from engine.placement.plan import PlacementOptions
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.starter import starter_model
from tests.support.waiting import wait_until

STORY = "Tell me a very long story about the sea."


class Slices:
    """A session that has so many slices to move."""

    def __init__(self, left: int) -> None:
        self.left = left

    @property
    def settles(self) -> bool:
        return self.left > 0

    def settle(self) -> None:
        self.left -= 1


def test_weights_settle_after_some_rest_until_a_command_comes() -> None:
    session = Slices(2)
    settling = Settling(session)
    assert settling.patience == REST_S
    settling.at_rest()
    assert settling.patience == 0.0, "it goes on at once"
    settling.woken()
    assert settling.patience == REST_S
    settling.at_rest()
    assert session.left == 0
    assert Settling(session).patience is None


def test_beside_answers_they_settle_for_a_small_share_of_the_time() -> None:
    session = Slices(1000)
    settling = Settling(session)
    for _ in range(10):
        settling.beside(0.01)
    assert session.left == 1000
    settling.beside(1.0)
    assert session.left == 999


def from_file(pid: int, file: Path) -> int:
    """Bytes of a file that a process has mapped."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    ranges = (line.split()[0].split("-") for line in lines if line.endswith(str(file)))
    return sum(int(end, 16) - int(start, 16) for start, end in ranges)


def can_settle() -> bool:
    return bool(page_size()) and free_memory() > psutil.virtual_memory().total // 2


@pytest.mark.model
@pytest.mark.skipif(not can_settle(), reason="weights stay where they are on such a machine")
def test_a_host_at_rest_has_its_weights_in_memory_of_its_own_and_writes_the_same(
    engine: LocalEngine, told: Recorder
) -> None:
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(1024).without_repack()))
    told.next(Loaded)
    pid = engine.host_pid
    assert pid is not None
    text = told.answer(engine, ask(1, STORY, max_tokens=24))[0]
    ends = 2 * page_size()  # are no whole huge pages
    wait_until(lambda: 0 < from_file(pid, starter_model().resolve()) < ends)
    assert told.answer(engine, ask(2, STORY, max_tokens=24, conversation="another"))[0] == text
