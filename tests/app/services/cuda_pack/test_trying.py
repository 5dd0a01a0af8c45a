"""The process that lets a backend answer: what it says counts, and it can be ended at any time."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from app.services.cuda_pack import trying
from app.services.cuda_pack.trying import Trial, TrialError, run_trial
from engine.hub.transfer import Stopped, StopToken

TOLD = {"device": "RTX 3060", "integrated": False, "prefill": 1000.0, "decode": 100.0}
SLEEPS = "import time; time.sleep(600)"
pytestmark = pytest.mark.process


def ran(folder: Path, program: str, stop: StopToken | None = None) -> Trial:
    """What comes of a program in the place of the trial."""
    python = (sys.executable, "-c", program)
    return run_trial(python, folder, "gpu", "none", folder / "logs" / "cuda.log", os.environ, stop)


def test_what_the_device_said_is_told(tmp_path: Path) -> None:
    assert ran(tmp_path, f"print({json.dumps(TOLD)!r})") == Trial("RTX 3060", False, 1000.0, 100.0)


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "import os; os.abort()",
        "print('hello')",
        f"print({json.dumps(TOLD | {'decode': 0})!r})",
    ],
)
def test_anything_else_is_no_answer(tmp_path: Path, program: str) -> None:
    with pytest.raises(TrialError, match=r"cuda\.log"):
        ran(tmp_path, program)


def test_one_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "TIMEOUT_S", 0.01)
    with pytest.raises(TrialError):
        ran(tmp_path, SLEEPS)


def test_a_person_can_end_it(tmp_path: Path) -> None:
    stop = StopToken()
    stop.pause()
    with pytest.raises(Stopped):
        ran(tmp_path, SLEEPS, stop)
