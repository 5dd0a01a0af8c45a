"""What undoing would do, shown before it is done."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from agents.events import FileChange
from agents.snapshots.values import Step, UndoPlan
from app.desktop.run_view.undo_dialog import UndoDialog
from tests.support.window.finding import find
from tests.support.window.reading import labels
from tests.support.window.runs import list_of, paths, tick_boxes

pytestmark = pytest.mark.usefixtures("looks")

STEPS = (
    Step("new.txt", "remove", FileChange("new.txt", "new")),
    Step("문서/계획.md", "restore", FileChange("문서/계획.md", "changed")),
    Step("mine.txt", "conflict", FileChange("mine.txt", "changed")),
    Step("huge.bin", "lost", FileChange("huge.bin", "changed", kept=False)),
)


@pytest.fixture
def window(qtbot: Any) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def dialog(window: QWidget, *steps: Step, redo: bool = False) -> UndoDialog:
    made = UndoDialog(UndoPlan(("c1",), steps, redo=redo), window)
    made.open()
    return made


def test_conflicts_stand_first_and_are_left_alone_unless_ticked(window: QWidget) -> None:
    made = dialog(window, *STEPS)
    shown = [path.toPlainText() for path in paths(made)]
    assert shown == ["mine.txt", "huge.bin", "new.txt", "문서/계획.md"]
    assert made.force == () and made.do.text() == "Undo 2 files"
    boxes = tick_boxes(made)
    assert len(boxes) == 1 and not boxes[0].isChecked()
    boxes[0].setChecked(True)
    assert made.force == ("mine.txt",) and made.do.text() == "Undo 3 files"


def test_nothing_to_do_cannot_be_done(window: QWidget) -> None:
    made = dialog(window, STEPS[2])
    assert not made.do.isEnabled() and made.cancel.hasFocus() and made.do.text() == "Undo"


def test_enter_does_it_and_escape_does_not(qtbot: Any, window: QWidget) -> None:
    made = dialog(window, *STEPS)
    with qtbot.waitSignal(made.accepted):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert made.isHidden()
    again = dialog(window, *STEPS)
    with qtbot.waitSignal(again.rejected), qtbot.assertNotEmitted(again.accepted):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)


def test_tab_stays_on_the_card(qtbot: Any, window: QWidget) -> None:
    made = dialog(window, *STEPS)
    for _ in range(6):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert made.card.isAncestorOf(QApplication.focusWidget())


def test_taking_an_undoing_back_says_so(window: QWidget) -> None:
    made = dialog(window, STEPS[1], redo=True)
    assert made.do.text() == "Restore 1 file" and "Redo this?" in labels(made)


def test_a_plan_of_very_many_files_is_counted_to_its_end(window: QWidget) -> None:
    steps = [Step(f"{n}.txt", "restore", FileChange(f"{n}.txt", "changed")) for n in range(1000)]
    made = dialog(window, *steps)
    assert made.do.text() == "Undo 1,000 files" and find(made, "and 900 more files").isVisible()


@pytest.mark.parametrize("width", [360, 900])
def test_every_path_is_shown_whole(window: QWidget, width: int) -> None:
    window.resize(width, 700)
    long = "아주/깊은/" + "긴이름" * 40 + ".txt"
    made = dialog(window, Step(long, "restore", FileChange(long, "changed")), *STEPS)
    assert window.rect().contains(made.card.geometry())
    shown = paths(made)
    assert len(shown) == 1 + len(STEPS)
    for path in shown:
        assert path.parentWidget().width() <= list_of(made).viewport().width()
        assert path.horizontalScrollBar().maximum() == 0 and path.verticalScrollBar().maximum() == 0
