"""What is said where the window cannot be opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import start_failure

WITHOUT_QT = """
import sys
sys.modules["PySide6"] = None
sys.argv = ["coterie"]
from app.__main__ import start
sys.exit(start())
"""


def test_a_system_that_lacks_what_qt_wants_is_told_so_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_QT],
        capture_output=True,
        text=True,
        env={"QT_QPA_PLATFORM": "offscreen", "COTERIE_HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"},
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.startswith("Part of Coterie is missing (")
    assert list(tmp_path.iterdir()) == [], "no lock is left"


def test_a_screen_that_does_not_answer_is_told_so_and_leaves_no_lock(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app"],
        capture_output=True,
        text=True,
        env={"QT_QPA_PLATFORM": "none-such", "DISPLAY": ":no", "COTERIE_HOME": str(tmp_path), "PATH": ""},
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "Coterie’s window can’t be shown on the screen :no. Log in to a desktop, or use `coterie chat` in a terminal."
    )
    assert not (tmp_path / "desktop.lock").exists()


def test_where_nobody_reads_the_terminal_the_desktop_shows_the_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = tmp_path / "shown"
    program = tmp_path / "notify-send"
    program.write_text(f'#!/bin/sh\nshift 2; printf %s "$1" >"{shown}.part"; mv "{shown}.part" "{shown}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **more: started.append(real(*words, **more)))
    monkeypatch.setattr("app.start_failure._SHOWING", (("notify-send", "--app-name=Coterie", "Coterie"),))
    assert start_failure.tell_missing(ImportError("libEGL.so.1"), "ko") == 1
    assert started[0].wait() == 0
    assert shown.read_text() == capsys.readouterr().err.strip() and "libEGL.so.1" in shown.read_text()
