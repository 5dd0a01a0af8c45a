from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.turns import Turns

ROOT = Path(__file__).resolve().parents[2]
A_MOMENT = 0.2


class Worker:
    """Waits for its turn and keeps it until told to end."""

    def __init__(self, folder: Path, alone: bool) -> None:
        self.entered, self._leave = threading.Event(), threading.Event()
        self._turns = Turns(folder)
        self._thread = threading.Thread(target=self._run, args=(alone,))
        self._thread.start()

    def _run(self, alone: bool) -> None:
        with self._turns.taken(alone=alone):
            self.entered.set()
            self._leave.wait()

    def leave(self) -> None:
        self._leave.set()
        self._thread.join()
        self._turns.close()


@pytest.fixture
def worker(tmp_path: Path) -> Callable[[bool], Worker]:
    return lambda alone: Worker(tmp_path, alone)


def test_tests_run_side_by_side(worker: Callable[[bool], Worker]) -> None:
    first, second = worker(False), worker(False)
    assert first.entered.wait(30) and second.entered.wait(30)
    first.leave()
    second.leave()


def test_one_that_is_to_be_alone_waits_for_the_others_and_keeps_them_out(
    worker: Callable[[bool], Worker],
) -> None:
    first = worker(False)
    assert first.entered.wait(30)
    alone = worker(True)
    assert not alone.entered.wait(A_MOMENT)
    late = worker(False)
    assert not late.entered.wait(A_MOMENT)  # else one that is to be alone might wait for ever
    first.leave()
    assert alone.entered.wait(30)
    assert not late.entered.wait(A_MOMENT)
    alone.leave()
    assert late.entered.wait(30)
    late.leave()


def test_a_worker_that_dies_leaves(worker: Callable[[bool], Worker], tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, tests.support.turns as turns\n"
        "with turns.Turns(pathlib.Path(sys.argv[1])).taken(alone=True):\n"
        "    print('in', flush=True)\n"
        "    sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"in\n"
        mine = worker(False)
        assert not mine.entered.wait(A_MOMENT)
        other.kill()
        assert mine.entered.wait(30)
    mine.leave()
