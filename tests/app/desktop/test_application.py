"""Starting and ending: one desktop per folder, a window before the data, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desktop.crash_log import CrashLog
from app.log import WINDOW, written_to
from app.mcp_server.door import WINDOW as WINDOW_DOOR
from engine.errors import UserError
from tests.app.desktop.conftest import Running

ROOT = Path(__file__).resolve().parents[3]
Make = Callable[..., Running]
Process = subprocess.Popen[str]


@pytest.fixture
def start(coterie_home: Path) -> Iterator[Callable[[float], Process]]:
    """Starts desktops as processes that close after the given seconds, or when `communicate` ends their input."""
    processes: list[Process] = []

    def make(seconds: float, *opened: str) -> Process:
        command = [sys.executable, "-m", "tests.app.desktop.desktop_process", str(seconds), *opened]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield make
    for process in processes:
        process.kill()
        process.communicate()


def line(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.long
def test_the_window_is_painted_before_anything_heavy_is_imported(start: Callable[[float], Process]) -> None:
    process = start(30)
    assert line(process) == "shown"
    assert line(process) == "open"
    output, errors = process.communicate(timeout=300)  # which ends its input
    assert process.returncode == 0
    assert errors.replace("This plugin does not support propagateSizeHints()", "").strip() == ""
    assert "asked" in output


@pytest.mark.long
def test_a_second_desktop_asks_the_first_one_and_ends(
    start: Callable[[float], Process], coterie_home: Path
) -> None:
    first = start(30)
    assert line(first) == "shown"
    assert line(first) == "open"
    second = start(30)
    _, errors = second.communicate(timeout=300)
    assert second.returncode == 1
    first.communicate(timeout=300)
    assert first.returncode == 0
    assert "already open" in errors and str(coterie_home) in errors


@pytest.mark.long
def test_a_second_desktop_hands_over_what_it_was_to_open(start: Callable[..., Process]) -> None:
    first = start(30)
    assert line(first) == "shown"
    link = "coterie://open_from_hf?model=a/b&file=c%20d.gguf"
    for opened in (link, "/모델/a b.gguf"):
        second = start(30, opened)
        output, errors = second.communicate(timeout=300)
        assert (second.returncode, output) == (0, "") and "already open" not in errors
    output, _ = first.communicate(timeout=300)
    assert [said for said in output.splitlines() if said.startswith("took")] == [
        f"took {link}",
        "took /모델/a b.gguf",
    ]


@pytest.mark.long
def test_a_window_that_is_closed_while_the_data_opens_leaves_nothing_open(
    start: Callable[..., Process],
) -> None:
    process = start(30)
    assert line(process) == "shown"
    process.communicate(timeout=300)
    assert process.returncode == 0


@pytest.mark.long
def test_a_desktop_in_the_background_is_shown_by_a_second_one_and_ends_when_the_system_says_so(
    start: Callable[..., Process],
) -> None:
    first = start(30, "--background")
    assert line(first) == "shown"
    assert line(first) == "open"
    unheard = start(30, "--background")
    unheard.communicate(timeout=300)
    assert unheard.returncode == 0
    second = start(30)
    second.communicate(timeout=300)
    assert second.returncode == 1
    output, _ = first.communicate(timeout=300)
    assert output.strip() == "asked 1"
    assert first.returncode == 0


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_desktop_as_closing_its_window_does(
    start: Callable[..., Process], coterie_home: Path, number: signal.Signals
) -> None:
    process = start(300, "--background")
    assert line(process) == "shown"
    assert line(process) == "open"
    process.send_signal(number)
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert "Window closed" in (coterie_home / "logs" / WINDOW).read_text()


@pytest.mark.long
@pytest.mark.usefixtures("short_home")
def test_the_lock_of_a_dead_desktop_is_taken_over(start: Callable[[float], Process]) -> None:
    first = start(30)
    assert line(first) == "shown"
    assert line(first) == "open"
    first.kill()
    first.communicate()
    second = start(30)
    assert line(second) == "shown"
    assert line(second) == "open"
    second.communicate(timeout=300)
    assert second.returncode == 0


OPENED_BY_THE_SYSTEM = """
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from app.desktop.application import Application
application = Application([])
application.asked.connect(lambda request: print(ascii(request.link or request.file)))
for opened in (QUrl("coterie://open_from_hf?model=a/b&file=c%20d%26.gguf"), QUrl.fromLocalFile("/모델/a b#.gguf")):
    QCoreApplication.sendEvent(application, QFileOpenEvent(opened))
"""


def test_what_macos_gives_to_the_running_program_is_asked_for_as_it_was_given() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENED_BY_THE_SYSTEM], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines() == [
        ascii("coterie://open_from_hf?model=a/b&file=c%20d%26.gguf"),
        ascii("/모델/a b#.gguf"),
    ]


@pytest.mark.parametrize(
    "error",
    [
        UserError("store.locked", path="/data/coterie.db"),
        UserError("store.read_only", folder="/data"),
        UserError("store.disk_full", folder="/data"),
        UserError("store.newer_version", path="/data/coterie.db"),
        UserError("store.damaged_without_backup", path="/data/coterie.db"),
    ],
    ids=lambda error: error.code,
)
def test_data_that_cannot_be_opened_is_told_on_a_page_and_tried_again(
    make_desktop: Make, qtbot: QtBot, error: UserError
) -> None:
    running = make_desktop()
    running.trouble = error
    running.desktop.start()
    running.until(lambda: hasattr(running.window, "failure"))
    page = running.window.failure
    running.until(page.isVisible)
    assert "/data" in page.text()
    assert page.retry.hasFocus()
    running.trouble = None
    qtbot.keyClick(page.retry, Qt.Key.Key_Space)
    running.until(lambda: running.window.chat.isVisible())


def test_a_damaged_file_is_told_and_left_as_it_is(make_desktop: Make, coterie_home: Path) -> None:
    coterie_home.mkdir(parents=True)
    file = coterie_home / "coterie.db"
    file.write_bytes(b"this is no database" * 100)
    running = make_desktop()
    running.desktop.start()
    running.until(lambda: hasattr(running.window, "failure") and running.window.failure.isVisible())
    assert file.read_bytes() == b"this is no database" * 100


def test_an_error_that_nobody_foresaw_is_logged_and_told(
    make_desktop: Make,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The test runner's own hook would fail the test for the exception.
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    running = make_desktop().start()
    with written_to(tmp_path / "logs" / WINDOW):
        crash_log = CrashLog(tmp_path / "logs", running.desktop.tell)
        try:
            raise ValueError("a surprise")
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)
        finally:
            crash_log.close()
    logged = (tmp_path / "logs" / WINDOW).read_text("utf-8")
    assert "Traceback" in logged and "ValueError: (message left out)" in logged
    assert "ValueError: a surprise" in running.window.strip.text()
    assert "a surprise" in capsys.readouterr().err


def test_a_program_that_lacks_a_part_says_so_and_ends(
    make_desktop: Make, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ImportError("no module of that name")

    monkeypatch.setattr("app.desktop.application.import_rest", broken)
    monkeypatch.setattr("app.start_failure.shutil.which", lambda _: None)
    ended: list[int] = []
    monkeypatch.setattr("app.desktop.application.QApplication.exit", ended.append)
    running = make_desktop()
    running.desktop.start()
    running.until(lambda: bool(ended))
    assert ended == [1]
    assert "make setup" in capsys.readouterr().err


def test_programs_reach_the_open_window_and_no_more_once_it_is_closed(
    make_desktop: Make, coterie_home: Path
) -> None:
    running = make_desktop().start()
    running.until((coterie_home / WINDOW_DOOR).is_file)
    running.desktop.close()
    assert not (coterie_home / WINDOW_DOOR).exists()
