"""The card of a plan: steps are changed and moved, and what is approved is what stands there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from agents.permissions.values import ApprovalRequest, Decision
from app.desktop.run_view.plan_review.plan_review import PlanReview
from app.desktop.run_view.question_card import question_card
from tests.support.window.finding import find_all

pytestmark = pytest.mark.usefixtures("looks")

STEPS = ("Read the invoices", "Rename the files", "Write a summary")


class Shown:
    """A card in a window, and what it decided."""

    def __init__(self, qtbot: Any, *steps: str, guard: float = 0.0) -> None:
        self.window = QWidget()
        self.card = PlanReview(
            ApprovalRequest(7, "plan", "update_plan", "plan", "", steps=steps or STEPS),
            self.window,
            guard=guard,
        )
        self.other = QLineEdit(self.window)
        column = QVBoxLayout(self.window)
        column.addWidget(self.card)
        column.addWidget(self.other)
        qtbot.addWidget(self.window)
        self.window.resize(640, 700)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.decided: list[tuple[str, Decision]] = []
        self.card.decided.connect(lambda call, decision: self.decided.append((call, decision)))

    @property
    def text(self) -> str:
        return self.card.entry.toPlainText()

    def problem(self) -> str:
        """The sentence in sight that says why it cannot be approved, or ""."""
        return " ".join(
            label.text() for label in find_all(self.card, re.compile("at least one step|at most"), QLabel)
        )

    def place(self, line: int) -> None:
        cursor = self.card.entry.textCursor()
        cursor.setPosition(self.card.entry.document().findBlockByNumber(line).position())
        self.card.entry.setTextCursor(cursor)


def test_a_plan_as_it_is_is_approved_without_steps_of_its_own(qtbot: Any) -> None:
    shown = Shown(qtbot)
    assert shown.text == "\n".join(STEPS)
    shown.card.bar.default.click()
    shown.card.bar.default.click()
    assert shown.decided == [("plan", Decision(True))]
    assert shown.card.entry.isReadOnly()


def test_steps_are_moved_changed_added_and_removed(qtbot: Any) -> None:
    shown = Shown(qtbot)
    shown.place(0)
    QTest.keyClick(shown.card.entry, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    shown.card.down.click()
    assert shown.text.split("\n") == [STEPS[1], STEPS[2], STEPS[0]]
    shown.card.down.click()
    QTest.keyClick(shown.card.entry, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    shown.card.up.click()
    shown.card.up.click()
    assert shown.text.split("\n") == list(STEPS)
    shown.card.entry.undo()
    shown.card.entry.moveCursor(QTextCursor.MoveOperation.End)
    shown.card.entry.insertPlainText("\n\n  Tell me  \n")
    QTest.keyClick(shown.card.entry, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _, decision = shown.decided[0]
    assert decision.allow and decision.steps == (STEPS[1], STEPS[0], STEPS[2], "Tell me")


def test_no_steps_and_too_many_are_told_and_not_approved(qtbot: Any) -> None:
    shown = Shown(qtbot)
    for text, words in (("  \n", "at least one step"), ("a\n" * 31, "at most 30")):
        shown.card.entry.setPlainText(text)
        assert words in shown.problem() and not shown.card.bar.default.isEnabled()
        QTest.keyClick(shown.card.entry, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not shown.decided
    shown.card.entry.setPlainText("a")
    assert not shown.problem() and shown.card.bar.default.isEnabled()


@pytest.mark.parametrize("words", ["Delete nothing.", ""])
def test_a_no_carries_words_or_none(qtbot: Any, words: str) -> None:
    shown = Shown(qtbot)
    shown.card.bar.no.click()
    shown.card.bar.reason.setText(words)
    shown.card.bar.deny.click()
    assert shown.decided == [("plan", Decision(False, message=words))]


def test_a_card_that_has_just_come_takes_no_answer(qtbot: Any) -> None:
    shown = Shown(qtbot, guard=60.0)
    shown.card.bar.default.click()
    shown.card.bar.no.click()
    assert not shown.decided and not shown.card.bar.denying


def test_long_steps_are_shown_whole_and_many_scroll(qtbot: Any) -> None:
    shown = Shown(qtbot, *(f"Step {number} " + "word " * 50 for number in range(30)))
    shown.card.set_room(500)
    entry = shown.card.entry
    assert entry.verticalScrollBar().maximum() > 0 and entry.horizontalScrollBar().maximum() == 0
    assert shown.card.fit(640) < 700 and len(entry.steps()) == 30


def test_what_cannot_be_seen_is_written_out(qtbot: Any) -> None:
    shown = Shown(qtbot, "Read \u202egnp.a")
    assert "\\u{202e}" in shown.text
    shown.card.bar.default.click()
    assert shown.decided == [("plan", Decision(True))]


def test_the_focus_is_not_taken_from_who_writes(qtbot: Any) -> None:
    shown = Shown(qtbot)
    shown.other.setFocus()
    assert not shown.card.offer_focus()
    shown.card.setFocus()
    assert shown.card.offer_focus()
    QTest.keyClick(shown.card, Qt.Key.Key_Return)
    assert shown.card.bar.default.hasFocus() and not shown.decided


def test_the_question_says_which_card_it_has(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    asked = ApprovalRequest(7, "plan", "update_plan", "plan", "", steps=STEPS)
    assert isinstance(question_card(asked, window), PlanReview)
    assert not isinstance(question_card(ApprovalRequest(7, "c1", "shell", "shell", "ls"), window), PlanReview)
