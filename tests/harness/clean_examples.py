"""Tests that use everything the watch looks at and clean up, for test_leaks.py to run."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from hypothesis import given, strategies
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot


def test_threads_that_end() -> None:
    done = threading.Event()
    threading.Thread(target=done.wait).start()
    done.set()  # and not joined: it is on its way out


def test_children_that_end() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)
    child = multiprocessing.get_context("spawn").Process(target=int)
    child.start()
    child.join()


def test_files_in_their_own_places(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    Path(os.environ["COTERIE_HOME"]).mkdir()
    with tempfile.TemporaryDirectory():
        pass


def test_window_under_qtbot(qtbot: QtBot) -> None:
    window = QWidget()
    QPushButton("one", window)
    qtbot.addWidget(window)
    window.show()


def test_window_that_python_drops(qapp: QApplication) -> None:
    window = QWidget()
    box = QComboBox(window)
    box.addItem("one")
    box.view()  # makes the list, a window of its own
    window.show()


def test_window_in_a_cycle_of_references(qapp: QApplication) -> None:
    class Window(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.me = self

    Window().show()


def test_window_that_deletes_itself(qapp: QApplication) -> None:
    dialog = QDialog()
    dialog.show()
    dialog.deleteLater()


def test_timer_that_is_stopped(qtbot: QtBot) -> None:
    timer = QTimer()
    with qtbot.waitSignal(timer.timeout):
        timer.start(1)
    timer.stop()


def test_timer_that_dies_with_its_owner(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    QTimer(window).start(1000)


def test_qt_thread_that_is_stopped(qapp: QApplication) -> None:
    thread = QThread()
    thread.start()
    thread.quit()
    assert thread.wait(2000)


@given(strategies.integers())
def test_hypothesis(number: int) -> None:
    assert number == number
