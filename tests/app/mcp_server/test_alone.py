"""Several programs that each start `coterie mcp`, and no window: one of the processes works for all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.mcp_server.alone import ElsewhereOrAlone
from app.mcp_server.calls import Call, Done
from app.mcp_server.door import SERVER, WINDOW, Door, carried_out_elsewhere
from app.services.services import Services, open_services
from engine.api import Listener
from tests.app.mcp_server.test_door import Program
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process
ASK = Call("ask_local_model", {"question": "Hi"}, "Program")
HELLO = "Hello from the script."


class Process:
    """A process that a program has started."""

    def __init__(self, home: Path) -> None:
        self.engines: list[ScriptedEngine] = []
        self.carrying = ElsewhereOrAlone(home, self._open)

    def _open(self, home: Path) -> Services:
        def make(listener: Listener) -> ScriptedEngine:
            self.engines.append(ScriptedEngine(listener, beside=True))
            return self.engines[-1]

        return open_services(home, make_engine=make, states=False)

    def ask(self) -> str:
        return self.carrying.carry_out(ASK, Program()).text


@pytest.fixture
def two(coterie_home: Path) -> Iterator[tuple[Process, Process]]:
    made = Process(coterie_home), Process(coterie_home)
    yield made
    for process in made:
        process.carrying.close()


def test_the_first_one_works_for_the_others_and_one_of_them_goes_on_after_it(
    two: tuple[Process, Process], coterie_home: Path
) -> None:
    first, second = two
    assert [first.ask(), second.ask(), first.ask()] == [HELLO] * 3
    assert (len(first.engines), len(second.engines)) == (1, 0)
    first.carrying.close()
    assert not (coterie_home / SERVER).exists()
    assert second.ask() == HELLO and len(second.engines) == 1


def test_a_question_whose_process_ends_is_asked_again(two: tuple[Process, Process]) -> None:
    first, second = two
    assert first.ask() == HELLO
    (engine,) = first.engines
    engine.hold.set()
    asked = len(engine.requests)
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(second.ask()))
    thread.start()
    wait_until(lambda: len(engine.requests) > asked)
    first.carrying.close()
    thread.join()
    assert answers == [HELLO] and len(second.engines) == 1


def test_what_was_opened_is_closed_once_a_window_takes_the_calls(
    two: tuple[Process, Process], coterie_home: Path
) -> None:
    first, _ = two
    assert first.ask() == HELLO
    window = Door(coterie_home / WINDOW, lambda call, caller: Done("by the window"))
    window.open()
    try:
        assert first.ask() == "by the window"
        assert not (coterie_home / SERVER).exists()
    finally:
        window.close()
    assert first.ask() == HELLO and len(first.engines) == 2


def test_who_comes_after_another_keeps_its_address(tmp_path: Path) -> None:
    doors = [Door(tmp_path / SERVER, lambda call, caller: Done("")) for _ in range(2)]
    for door in doors:
        door.open()
    doors[0].close()
    assert (tmp_path / SERVER).exists()
    doors[1].close()
    assert not (tmp_path / SERVER).exists()


@pytest.mark.parametrize("depth", [0, 4])
def test_a_process_that_died_leaves_nothing_behind_the_next_one(system_temp: Path, depth: int) -> None:
    """`system_temp` has a short path, as data folders do; one with a long path works all the same."""
    home = system_temp / "data" / Path(*["a folder with a long name"] * depth)
    home.mkdir(parents=True)
    program = (
        "import os, sys; from pathlib import Path; from app.mcp_server.door import Door;"
        f"Door(Path(sys.argv[1]) / '{SERVER}', lambda call, caller: None).open(); os._exit(0)"
    )
    environment = {**os.environ, "TMPDIR": str(system_temp / "data")}
    subprocess.run([sys.executable, "-c", program, str(home)], check=True, env=environment)
    assert carried_out_elsewhere(home, ASK, Program()) is None
    door = Door(home / SERVER, lambda call, caller: Done("here"))
    door.open()
    answer = carried_out_elsewhere(home, ASK, Program())
    door.close()
    assert answer == Done("here")
    assert list(home.iterdir()) == [] and not list((system_temp / "data").glob("coterie-*"))
    shutil.rmtree(system_temp / "data")
