"""Tests that each leave one thing behind, for test_leaks.py to run. Not collected otherwise."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget

kept: list[object] = []


def test_python_thread() -> None:
    threading.Thread(target=time.sleep, args=(4,), name="forgotten", daemon=True).start()


def test_child_process() -> None:
    kept.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))


def test_file_in_the_working_folder() -> None:
    Path("forgotten.txt").write_text("x")


def test_file_in_the_system_temp_folder() -> None:
    tempfile.mkstemp()


def test_window(qapp: QApplication) -> None:
    window = QWidget()
    window.show()
    kept.append(window)


def test_timer(qapp: QApplication) -> None:
    timer = QTimer()
    timer.setInterval(1000)
    timer.start()
    kept.append(timer)


def test_qt_thread(qapp: QApplication) -> None:
    thread = QThread()
    thread.start()
