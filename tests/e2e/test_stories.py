"""Stories of the real program, from its start to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.hub import Hub
from tests.support.hub.shelves import starter_repository

ROOT = Path(__file__).resolve().parents[2]
# Of the offscreen platform, which has no window manager.
NOISE = "This plugin does not support propagateSizeHints()"

pytestmark = [pytest.mark.model, pytest.mark.timeout(900), pytest.mark.long]
Tell = Callable[..., str]


@pytest.fixture
def tell(coterie_home: Path) -> Tell:
    """Carries out a story in a process of its own; what it returns. The program must end by itself, without a word
    on stderr."""

    def tell(story: str, *told: str, **environment: str) -> str:
        env = {**os.environ, "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"} | environment
        command = [sys.executable, "-m", "tests.e2e.program", story, *told]
        ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600)
        assert ran.returncode == 0, ran.stderr
        assert ran.stderr.replace(NOISE, "").strip() == ""
        return str(json.loads(ran.stdout))

    return tell


def test_a_first_answer_is_stopped_continued_and_all_there_on_the_next_day(tell: Tell) -> None:
    told = tell("first_day")
    assert len(told) > 80
    tell("second_day", told)


def test_a_model_of_the_hub_is_downloaded_and_answers(tell: Tell) -> None:
    with Hub([starter_repository()]) as hub:
        assert tell("download", HF_ENDPOINT=hub.address).strip()


def test_a_run_asks_writes_and_is_undone(tell: Tell, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "report.txt").write_text("The budget is 42.\n")
    tell("run_and_undo", str(folder))
    assert [path.name for path in folder.iterdir()] == ["report.txt"]
