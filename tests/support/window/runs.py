"""The page of a run: its steps, its question, and how it goes on."""

from __future__ import annotations

import re

from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QTextBrowser,
    QWidget,
)

from app.desktop.run_view.approval_card import ApprovalCard
from app.desktop.run_view.live_turn import LiveTurn
from app.desktop.run_view.steps.interrupted_card import InterruptedCard
from app.desktop.run_view.steps.line_widget import LineWidget
from app.desktop.run_view.steps.said_rows import AnswerRow, SaidRow
from app.desktop.run_view.steps.step_column import StepColumn
from app.desktop.run_view.steps.step_row import StepRow
from app.desktop.runs.steps_scroll import Part, StepsScroll
from tests.support.window.finding import find, find_all, found, part


def scroll_area(page: QWidget) -> StepsScroll:
    """What the steps are scrolled in."""
    return find(page, "Steps of the run", StepsScroll)


def scroll_bar(page: QWidget) -> QScrollBar:
    return scroll_area(page).verticalScrollBar()


def parts(page: QWidget) -> list[Part]:
    """What stands on the page, from top to bottom."""
    return list(scroll_area(page).parts())


def column(page: QWidget) -> StepColumn:
    """The lines of the run; its length counts those that are not built too."""
    return part(page, StepColumn)


def built_lines(page: QWidget) -> list[LineWidget]:
    """The lines that are built, near what is seen, from top to bottom."""
    return sorted(find_all(column(page), kind=LineWidget, directly=True), key=lambda line: line.y())


def steps(page: QWidget) -> list[StepRow]:
    """The steps that are built, from top to bottom."""
    return [line for line in built_lines(page) if isinstance(line, StepRow)]


def task(page: QWidget) -> str:
    """What was asked for first."""
    first = min(find_all(page, kind=SaidRow), key=lambda row: row.mapTo(page, row.rect().topLeft()).y())
    return find(first, "Your request", QTextBrowser).toPlainText()


def given_answer(page: QWidget) -> AnswerRow:
    """The model's word at the end."""
    return find(page, "Answer", AnswerRow)


def plan_text(page: QWidget) -> QTextBrowser | None:
    """The plan that the model keeps."""
    return found(page, re.compile("^Plan: "), QTextBrowser)


def follow_up(page: QWidget) -> QLineEdit | None:
    """Where a person says how the run goes on."""
    return found(page, "What the run should do next", QLineEdit)


def question(page: QWidget) -> ApprovalCard | None:
    """What the run asks."""
    return found(page, kind=ApprovalCard)


def interrupted(page: QWidget) -> InterruptedCard | None:
    """The calls that nobody knows the end of."""
    return found(page, kind=InterruptedCard)


def live_turn(page: QWidget) -> LiveTurn | None:
    """What the model writes at this moment."""
    return found(page, kind=LiveTurn)


# What is asked


def boxes(card: QWidget) -> list[QPlainTextEdit]:
    """The texts that a card or an opened step shows whole, from top to bottom."""
    return sorted(
        find_all(card, kind=QPlainTextEdit), key=lambda each: each.mapTo(card, each.rect().topLeft()).y()
    )


# A step that is opened


def thoughts(step: StepRow) -> str:
    """What the model thought before the step."""
    return find(step, "Reasoning", QTextBrowser).toPlainText()


def box(step: StepRow, head: str) -> QPlainTextEdit:
    """The text under "Arguments", "Result", "Command", "Program" or "What changed"."""
    return find(step, re.compile(f"^{head}(, |$)"), QPlainTextEdit)


def show_all(step: StepRow) -> QAbstractButton | None:
    """The button that asks for the whole of a long result."""
    return found(step, re.compile(r"^Show all \("), QAbstractButton)


def undo(step: StepRow) -> QAbstractButton | None:
    """The button of the step's line that takes it back."""
    return found(step, f"Undo step {step.line.step}", QAbstractButton)


def paths(dialog: QWidget) -> list[QTextBrowser]:
    """The files of an undoing, from top to bottom."""
    return sorted(
        find_all(dialog, kind=QTextBrowser), key=lambda each: each.mapTo(dialog, each.rect().topLeft()).y()
    )


def tick_boxes(dialog: QWidget) -> list[QCheckBox]:
    """The boxes beside files that were changed since."""
    return find_all(dialog, re.compile("^Restore "), QCheckBox)


def list_of(dialog: QWidget) -> QScrollArea:
    """What those files are scrolled in."""
    return find(dialog, kind=QScrollArea)
