"""A region of the screen that is attached: by a key, in our own chooser or by the portal of the desktop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.chat.attaching.region_chooser import RegionChooser
from tests.app.desktop.conftest import Running
from tests.support.window import screenshot_portal

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


def choosers() -> list[RegionChooser]:
    return [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, RegionChooser) and each.isVisible()
    ]


def drag(qtbot: QtBot, chooser: RegionChooser, region: QRect) -> None:
    qtbot.mousePress(chooser, LEFT, pos=region.topLeft())
    qtbot.mouseMove(chooser, region.center())
    qtbot.mouseMove(chooser, region.topLeft() + QPoint(region.width(), region.height()))
    qtbot.mouseRelease(chooser, LEFT, pos=region.topLeft() + QPoint(region.width(), region.height()))


@pytest.mark.process
def test_a_region_is_attached_by_a_key_and_esc_takes_nothing(running: Running, qtbot: QtBot) -> None:
    window, attaching = running.window, running.window.chat.attaching
    qtbot.keyClick(window, Qt.Key.Key_S, CTRL_ALT)
    running.until(lambda: len(choosers()) == len(QGuiApplication.screens()) and not window.isVisible())
    qtbot.keyClick(choosers()[0], Qt.Key.Key_Escape)
    running.until(lambda: window.isActiveWindow() and not choosers())
    assert not attaching.chips.chips
    qtbot.keyClick(window, Qt.Key.Key_S, CTRL_ALT)
    running.until(lambda: bool(choosers()))
    drag(qtbot, choosers()[0], QRect(10, 20, 60, 40))
    running.until(lambda: window.isVisible() and not choosers())
    running.until(lambda: [chip.entry.name for chip in attaching.chips.chips] == ["Screenshot.png"])
    running.until(lambda: attaching.chips.chips[0].entry.attachment is not None)
    taken = attaching.chips.chips[0].entry.attachment
    assert taken is not None and taken.kind == "picture"
    by = window.screen().devicePixelRatio()
    assert (taken.width, taken.height) == (round(60 * by), round(40 * by))


def test_a_region_has_the_pixels_of_a_screen_at_200_percent(qtbot: QtBot) -> None:
    screen = QGuiApplication.primaryScreen()
    size = screen.geometry().size()
    picture = QPixmap(2 * size)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    painter.fillRect(QRect(20, 40, 120, 80), QColor("red"))
    painter.end()
    picture.setDevicePixelRatio(2)
    chooser = RegionChooser(screen, picture)
    qtbot.addWidget(chooser, before_close_func=lambda each: each.hide())
    chooser.showFullScreen()
    qtbot.waitUntil(lambda: chooser.size() == size)
    taken: list[QImage] = []
    chooser.taken.connect(taken.append)
    qtbot.mouseClick(chooser, LEFT, pos=QPoint(5, 5))
    assert not taken  # a click is no region
    drag(qtbot, chooser, QRect(10, 20, 60, 40))
    assert (taken[0].width(), taken[0].height()) == (120, 80)
    corners = [(0, 0), (119, 0), (0, 79), (119, 79)]
    assert {taken[0].pixelColor(*corner).name() for corner in corners} == {"#ff0000"}
    qtbot.keyClick(chooser, Qt.Key.Key_Return)
    assert taken[1].size() == 2 * size


@pytest.mark.process
@pytest.mark.skipif(not shutil.which("dbus-run-session"), reason="no bus can be started here")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (("0", "file:///tmp/a%20b.png"), "ended /tmp/a b.png"),
        (("1", ""), "ended "),
        (("2", ""), "refused"),
        ((), "refused"),
    ],
)
def test_the_portal_of_the_desktop_is_asked(answer: tuple[str, ...], told: str, tmp_path: Path) -> None:
    """Over a real bus; without an answer there is no portal on it."""
    command = ["dbus-run-session", "--", sys.executable, "-m", screenshot_portal.__name__, *answer]
    root = Path(__file__).parents[5]
    environment = {**os.environ, "PYTHONPATH": str(root), "XDG_RUNTIME_DIR": str(tmp_path)}
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == told.strip() or ran.stdout.splitlines()[-1] == told
