from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from installer.commands import SetupError, build_share, failure_text, reason_in, run_logged
from installer.console import Console, Progress, duration

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(io.StringIO()), "Step")


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("... [Errno -3] Temporary failure in name resolution", "network"),
        ("Failed to establish a new connection: [Errno 101] Network is unreachable", "network"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "space"),
    ],
)
def test_a_reason_that_every_step_can_meet_is_told_plainly(log: str, reason: str) -> None:
    assert reason_in(log) == reason
    assert len(failure_text(log, "It failed.", Path("log")).splitlines()) == 1


def test_any_other_failure_shows_the_last_lines_and_the_log() -> None:
    text = failure_text("\n".join(str(n) for n in range(100)), "It failed.", Path("/x/build.log"))
    lines = text.splitlines()
    assert [line.strip() for line in lines[:40]] == [str(n) for n in range(60, 100)]
    assert lines[-1] == "It failed. The whole log: /x/build.log"


@pytest.mark.parametrize(
    ("log", "share"),
    [
        (b"nothing yet", None),
        (b"[1/4] Building\n[2/4] Building\n", 0.5),
        (b"[ 25%] Building CXX object", 0.25),
        (b"[3/0] odd", None),
    ],
)
def test_how_far_a_build_is_stands_in_its_log(log: bytes, share: float | None) -> None:
    assert build_share(log) == share


def test_output_goes_to_the_log(
    tmp_path: Path, progress: Progress, capfd: pytest.CaptureFixture[str]
) -> None:
    run_logged(["sh", "-c", "echo out; echo err >&2"], tmp_path / "new" / "log", progress, failure="no")
    assert (tmp_path / "new" / "log").read_text() == "out\nerr\n"
    assert capfd.readouterr().out == ""


def test_a_failing_command_raises(tmp_path: Path, progress: Progress) -> None:
    with pytest.raises(SetupError, match=r"broken\n\nIt failed\."):
        run_logged(["sh", "-c", "echo broken; exit 3"], tmp_path / "log", progress, failure="It failed.")


def test_an_interrupt_stops_everything_that_the_command_started(tmp_path: Path) -> None:
    script = f"""
import pathlib
from installer.commands import run_logged
from installer.console import Console, Progress
command = ["sh", "-c", "sleep 600 & echo $! > {tmp_path}/pid; wait"]
run_logged(command, pathlib.Path("{tmp_path}/log"), Progress(Console(), "x"), failure="no")
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE) as parent:
        pid_file = tmp_path / "pid"
        wait_for(lambda: pid_file.is_file() and pid_file.read_text().strip() != "")
        grandchild = int(pid_file.read_text())
        parent.send_signal(signal.SIGINT)
        parent.wait(timeout=300)
    try:
        wait_for(lambda: not is_running(grandchild))
        assert parent.returncode == -signal.SIGINT or parent.returncode == 130
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(grandchild, signal.SIGKILL)


def test_an_interrupt_while_a_command_is_being_started_stops_it_too(
    tmp_path: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, start = [], subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(start(*arguments, **options))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run_logged(["sleep", "600"], tmp_path / "log", progress, failure="no")
    assert started[0].returncode == -signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is before


def wait_for(condition: object) -> None:
    end = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # A process that ended and that nobody has waited for still has a number.
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (9.96, "10.0 s"), (12.4, "12 s"), (59.6, "1 min 0 s"), (245, "4 min 5 s")],
)
def test_durations_are_said_plainly(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_without_a_terminal_a_step_is_one_line_and_a_long_one_says_so_sparsely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with Console(stream).step("Engine") as progress:
        for second in range(130):
            now[0] = float(second)
            progress.tick(second / 260)
    lines = stream.getvalue().splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        "1 min 0 s, 23% ...",
        "2 min 0 s, 46% ...",
        "2 min 9 s",
    ]


def test_a_step_that_breaks_off_says_so() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="x"), Console(stream).step("Engine"):
        raise ValueError("x")
    assert "stopped after" in stream.getvalue()
