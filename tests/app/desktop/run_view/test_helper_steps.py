"""The steps of a helper on the page of the run that gave it its task."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from agents.budget import Budget
from agents.events import (
    Approval,
    Entry,
    ModelTurn,
    RunEvent,
    RunFinished,
    RunStarted,
    SubagentFinished,
    SubagentStarted,
    ToolCalled,
    ToolResult,
)
from app.desktop.run_view.steps.step_row import StepRow, badge_of, beside_text
from app.desktop.runs.steps_view import RunStepsView
from engine.values import Timings, ToolCall, Usage
from tests.app.desktop.run_view import invoices

pytestmark = pytest.mark.usefixtures("looks")

TASK = "Count the lines of notes.txt"
GAVE = ToolCall("c1", "delegate", {"task": TASK})
READ = ToolCall("c1", "read_file", {"path": "notes.txt"})


def entries(run: int, *events: RunEvent) -> tuple[Entry, ...]:
    return tuple(Entry(run, number, 100.0 + number, event) for number, event in enumerate(events, 1))


def turn(step: int, *calls: ToolCall, content: str = "") -> ModelTurn:
    return ModelTurn(step, content, "", calls, "stop", Usage(), Timings())


def started(task: str, parent: int = 0) -> RunStarted:
    return RunStarted(task, "/w", "m", "workspace", Budget(), ("read_file",), "", 16_000, parent=parent)


PARENT = entries(
    1,
    started("Count"),
    turn(1, GAVE),
    ToolCalled(1, "c1", "delegate", {"task": TASK}),
    Approval("c1", "allowed", "mode"),
    SubagentStarted("c1", 2, TASK),
)
CHILD = entries(
    2,
    started(TASK, 1),
    turn(1, READ),
    ToolCalled(1, "c1", "read_file", {"path": "notes.txt"}),
    Approval("c1", "allowed", "mode"),
    ToolResult("c1", "ok", "one\ntwo", summary="1–2 / 2"),
    turn(2, content="Two."),
    RunFinished("completed", "answered", "Two.", tokens=9, seconds=1.5, calls=1),
)


@pytest.fixture
def page(qtbot: Any) -> RunStepsView:
    page = RunStepsView()
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    qtbot.waitExposed(page)
    page.show_run(invoices.view([], "running"), PARENT)
    return page


def outer(page: QWidget) -> StepRow:
    return next(row for row in page.findChildren(StepRow) if not row.is_inner)


def test_a_helper_at_work_shows_its_last_step(qtbot: Any, page: RunStepsView) -> None:
    page.append_helper(2, CHILD[:4])
    qtbot.waitUntil(lambda: beside_text(outer(page).line) == "Read the file notes.txt")
    page.append_helper(2, CHILD[4:5])
    qtbot.waitUntil(lambda: beside_text(outer(page).line) == "Read notes.txt")


def test_its_line_opens_into_its_steps(qtbot: Any, page: RunStepsView) -> None:
    page.append_helper(2, CHILD[:4])
    qtbot.waitUntil(lambda: bool(beside_text(outer(page).line)))
    outer(page).set_open(True)
    inner = outer(page).inner
    assert inner is not None and [type(row) for row in inner.rows] == [StepRow]
    row = inner.rows[0]
    qtbot.waitUntil(lambda: row.isVisible() and row.height() > 20)
    page.append_helper(2, CHILD[4:])
    qtbot.waitUntil(lambda: len(inner.rows) == 2)
    assert inner.rows[0] is row  # the widget of a line stays
    assert isinstance(row, StepRow) and not row.head.undo.isVisible()
    row.set_open(True)
    qtbot.waitUntil(lambda: row.height() > 60 and inner.height() > row.height())
    ended = SubagentFinished("c1", 2, TASK, "completed", "answered", "Two.", 9, 1.5, 1)
    page.append((Entry(1, 6, 110.0, ended), Entry(1, 7, 110.0, ToolResult("c1", "ok", "Two."))))
    qtbot.waitUntil(lambda: outer(page).line.status == "ok")  # type: ignore[union-attr]
    assert inner.rows[0] is row and row.is_open
    outer(page).set_open(False)
    assert outer(page).inner is None


def test_what_is_with_a_helper_is_said_before_its_result_is_there(qtbot: Any, page: RunStepsView) -> None:
    def badge() -> str:
        return badge_of(outer(page).line)[0]

    assert badge() == "in progress"
    asked = Approval("c1", "asked", request={})
    page.append_helper(2, (*CHILD[:3], Entry(2, 4, 104.0, asked)))
    qtbot.waitUntil(lambda: badge() == "needs you")
    page.set_view(invoices.view([], "paused"))
    qtbot.waitUntil(lambda: badge() == "paused")
    ended = SubagentFinished("c1", 2, TASK, "stopped", "steps", "", 9, 1.5, 1)
    page.append((Entry(1, 6, 110.0, ended),))
    qtbot.waitUntil(lambda: badge() == "stopped")
