"""The live middle of a run's page."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from agents.events import FileChange, RunFinished, Undone
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.markdown.prose import PlainBlock
from app.desktop.run_view.approval_card import GUARD_S
from app.desktop.run_view.call_writing import SHOWN_LINES, CallWriting
from app.desktop.run_view.steps.step_row import StepRow
from app.desktop.run_view.waiting import WaitingLine
from app.desktop.runs import steps_view
from app.desktop.runs.steps_view import RunStepsView
from app.services.models.events import ArgumentsDelta, GenerationQueued, Owner, TextDelta
from tests.app.desktop.run_view import invoices
from tests.app.desktop.test_accessibility import without_name
from tests.support.counting import calls_in
from tests.support.window import chat
from tests.support.window import runs as run_page
from tests.support.window.finding import found
from tests.support.window.pressing import button, buttons, press
from tests.support.window.timing import put_forward, ticking

pytestmark = pytest.mark.usefixtures("looks")


@pytest.fixture
def page(qtbot: Any) -> RunStepsView:
    page = RunStepsView()
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


def show(page: RunStepsView, events: list, state: Any = "completed", **more: Any) -> None:  # type: ignore[type-arg]
    page.show_run(invoices.view(events, state, **more), invoices.entries(events))


def flushed(qtbot: Any, page: RunStepsView) -> None:
    qtbot.waitUntil(lambda: not ticking(page))


def rows(page: RunStepsView) -> list[StepRow]:
    return run_page.steps(page)


def test_a_run_is_shown_from_its_journal(page: RunStepsView) -> None:
    show(page, invoices.finished(), plan=invoices.PLAN)
    names = [row.head.accessibleName() for row in rows(page)]
    assert names[0].startswith("Step 1: Looked at the folder, 14 entries")
    assert "reasoned for 6.2 s" in names[2] and len(names) == 6
    parts = [part for part in run_page.parts(page) if part.isVisible()]
    tops = [part.y() for part in parts]
    plan, follow_up = run_page.plan_text(page), run_page.follow_up(page)
    assert plan is not None and follow_up is not None
    assert tops == sorted(tops) and plan.parent() in parts and follow_up.parent() in parts
    assert "Rename the files (in progress)" in plan.accessibleName()


def test_the_answer_loads_nothing_and_a_link_asks_first(
    page: RunStepsView, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(steps_view, "open_link", opened.append)
    show(page, invoices.finished())
    body = chat.body(run_page.given_answer(page))
    assert body is not None
    html = chat.shown_html(body)
    assert "<img" not in html and "https://example.org/tax" in html
    body.link_asked.emit("https://example.org/tax")
    question = chat.link_question(page)
    assert question is not None and "https://example.org/tax" in question.accessibleName() and opened == []
    press(question, "Open")
    assert opened == ["https://example.org/tax"] and chat.link_question(page) is None


def test_a_call_is_seen_while_it_is_written(qtbot: Any, page: RunStepsView) -> None:
    show(page, invoices.finished()[:3], "running")
    owner = Owner(0, 1, 2)
    for text in ('{"path": "notes.md", "content": "', "one\\ntwo", "\\nthree 한글"):
        page.delta(ArgumentsDelta(owner, "c7", "write_file", text))
    flushed(qtbot, page)
    card = found(page, kind=CallWriting)
    assert card is not None
    assert card.accessibleName() == "Preparing write_file"
    assert found(card, kind=PlainBlock).toPlainText() == "notes.md\none\ntwo\nthree 한글"
    page.delta(ArgumentsDelta(owner, "c7", "write_file", "".join(f"\\nline {n}" for n in range(40))))
    flushed(qtbot, page)
    shown = found(card, kind=PlainBlock).toPlainText().splitlines()
    assert shown[-1] == "line 39" and len(shown) == SHOWN_LINES
    page.delta(TextDelta(Owner(0, 1, 3), "", "The next turn."))
    flushed(qtbot, page)
    assert found(page, kind=CallWriting) is None


def test_a_step_opens_and_closes_by_keys(qtbot: Any, page: RunStepsView) -> None:
    show(page, invoices.finished())
    third = rows(page)[2]
    third.head.setFocus()
    qtbot.keyClick(third.head, Qt.Key.Key_Return)
    assert third.is_open
    assert "Daum" in run_page.thoughts(third)
    assert '"scan 0419.pdf"' in run_page.box(third, "Arguments").toPlainText()
    qtbot.keyClick(third.head, Qt.Key.Key_Left)
    assert not third.is_open
    qtbot.keyClick(third.head, Qt.Key.Key_Down)
    assert rows(page)[3].head.hasFocus()
    qtbot.keyClick(rows(page)[3].head, Qt.Key.Key_Up)
    assert third.head.hasFocus()
    assert [row.head.focusPolicy() == Qt.FocusPolicy.StrongFocus for row in rows(page)].count(True) == 1


def test_a_step_can_be_copied(qtbot: Any, page: RunStepsView) -> None:
    show(page, invoices.finished())
    head = rows(page)[1].head
    head.setFocus()
    qtbot.keyClick(head, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "read_document(scan 0412.pdf)"


def test_a_long_result_comes_whole_when_it_is_asked_for(qtbot: Any, page: RunStepsView) -> None:
    show(page, invoices.finished())
    third = rows(page)[2]
    third.set_open(True)
    whole = run_page.show_all(third)
    assert whole is not None
    with qtbot.waitSignal(page.text_wanted) as asked:
        whole.click()
    assert asked.args == ["r1"]
    page.show_text("r1", "line\n" * 5000 + "\u202e")
    qtbot.waitUntil(whole.isHidden)
    result = run_page.box(third, "Result")
    assert result.blockCount() == 5001
    assert result.toPlainText().endswith("\\u{202e}")


def test_undoing_can_be_wanted_of_a_step_of_a_file_and_back_to_here(qtbot: Any, page: RunStepsView) -> None:
    show(page, invoices.finished())
    fifth = rows(page)[4]
    wanted: list[tuple[Any, Any, int]] = []
    page.undo_wanted.connect(lambda calls, paths, after: wanted.append((calls, paths, after)))
    press(fifth, "Undo step 5")
    fifth.set_open(True)
    press(fifth, "Undo this file: 2026-04-12 Hanbit.pdf")
    assert "Back to here" not in buttons(fifth)  # nothing was changed behind it
    fourth = rows(page)[3]
    fourth.set_open(True)
    press(fourth, "Back to here")
    assert wanted[0] == (("c5",), None, 0)
    assert wanted[1] == (("c5",), ("2026-04-12 Hanbit.pdf",), 0)
    calls, paths, after = wanted[2]
    last = max(e.seq for e in invoices.entries(invoices.finished()) if getattr(e.event, "call", "") == "c4")
    assert (calls, paths, after) == (None, None, last)


def test_what_is_undone_has_no_button_any_more(qtbot: Any, page: RunStepsView) -> None:
    events = invoices.finished()
    show(page, events)
    undone = Undone(("c4",), (FileChange("plan.csv", "deleted"),))
    page.append(invoices.entries([undone], len(events) + 1))
    flushed(qtbot, page)
    assert run_page.undo(rows(page)[3]) is None and "undone" in rows(page)[3].head.accessibleName()


def test_the_focus_stays_at_a_step_whose_button_goes(qtbot: Any, page: RunStepsView) -> None:
    events = invoices.finished()
    show(page, events)
    fourth = rows(page)[3]
    fourth.set_open(True)
    button(fourth, "Undo this step").setFocus()
    undone = Undone(("c4",), (FileChange("plan.csv", "deleted"),))
    page.append(invoices.entries([undone], len(events) + 1))
    flushed(qtbot, page)
    assert fourth.head.hasFocus()


def test_a_quiet_sentence_alone_makes_no_card(page: RunStepsView) -> None:
    undone = Undone(("c4",), (FileChange("plan.csv", "deleted"),))
    show(page, [*invoices.finished(), undone])
    # What stands on a card is indented.
    lefts = [line.x() for line in run_page.built_lines(page)]
    assert lefts[-1] == 0 and all(left > 0 for left in lefts[:4])
    show(page, [*invoices.finished(), undone, *invoices.whole(7, "c6", "calculator")])
    lefts = [line.x() for line in run_page.built_lines(page)]
    assert lefts[-1] > 0 and lefts[-2] == 0


def test_what_the_model_saw_can_be_asked_for(qtbot: Any, page: RunStepsView) -> None:
    show(page, invoices.finished())
    rows(page)[1].set_open(True)
    with qtbot.waitSignal(page.seen_wanted) as asked:
        press(rows(page)[1], "What the model saw")
    assert asked.args == [2, 2]


def test_what_the_model_writes_is_shown_until_its_turn_is_in_the_journal(
    qtbot: Any, page: RunStepsView
) -> None:
    events = invoices.begun()[:-3]
    show(page, events, "running")
    live = run_page.live_turn(page)
    assert live is not None and live.is_empty  # the model is waited for
    waiting = found(page, "Waiting for the model…", WaitingLine)
    assert waiting is not None and waiting.height() > 10
    page.delta(TextDelta(Owner(run=7, step=5), "hm ", ""))
    page.delta(TextDelta(Owner(run=7, step=5), "", "Some **words"))
    page.delta(TextDelta(Owner(run=7, step=5), "", "** come"))
    flushed(qtbot, page)
    assert chat.thoughts(live).text == "hm "
    body = chat.body(live)
    assert body is not None and "<strong>words</strong>" in chat.shown_html(body)
    page.append(invoices.entries(invoices.begun()[-3:], len(events) + 1))
    flushed(qtbot, page)
    assert live.is_empty and len(rows(page)) == 5


def test_what_a_turn_waits_for_is_said_though_steps_have_just_come(qtbot: Any, page: RunStepsView) -> None:
    events = invoices.begun()[:-3]
    show(page, events[:-1], "running")
    page.append(invoices.entries(events)[-1:])
    page.waits(GenerationQueued(Owner(run=7, step=5), 3))
    flushed(qtbot, page)
    waiting = found(page, "Waiting for 3 other answers…", WaitingLine)
    assert waiting is not None and waiting.height() > 10


def test_a_question_is_asked_and_answered(
    qtbot: Any, page: RunStepsView, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(page, invoices.begun(), "waiting", pending=invoices.question())
    card = run_page.question(page)
    assert card is not None and card.hasFocus()
    put_forward(monkeypatch, GUARD_S)
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert card.default.hasFocus() and run_page.question(page) is card
    with qtbot.waitSignal(page.decided) as decided:
        qtbot.keyClick(card.default, Qt.Key.Key_Return)
    assert decided.args[0] == "c5" and decided.args[1].allow
    page.ask(None)
    # The focus does not go on to a step, where the next Enter would open it, and the page stays at its end.
    assert run_page.question(page) is None and run_page.scroll_area(page).hasFocus() and page.at_end


@pytest.mark.parametrize("height", [480, 700])
def test_a_long_question_is_seen_from_its_first_word_to_its_answers(page: RunStepsView, height: int) -> None:
    page.resize(700, height)
    diff = "+++ b/a\n" + "+line\n" * 100
    asked = msgspec.structs.replace(invoices.question(), subject="echo x\n" * 100, diff=diff)
    show(page, invoices.begun(), "waiting", pending=asked)
    card = run_page.question(page)
    assert card is not None and card.height() <= run_page.scroll_area(page).viewport().height()
    assert page.rect().contains(card.mapTo(page, card.rect().topLeft()))
    assert page.rect().contains(card.mapTo(page, card.rect().bottomRight()))


def test_the_same_question_stays_as_it_is(page: RunStepsView) -> None:
    show(page, invoices.begun(), "waiting", pending=invoices.question())
    card = run_page.question(page)
    page.ask(invoices.question())
    assert card is not None and run_page.question(page) is card


def test_a_question_takes_no_focus_from_a_reader_further_up(page: RunStepsView) -> None:
    events = invoices.long_run(60)
    show(page, events, "running")
    run_page.scroll_bar(page).setValue(0)
    page.ask(invoices.question())
    card = run_page.question(page)
    assert card is not None and not card.isAncestorOf(QApplication.focusWidget() or page)
    assert run_page.scroll_bar(page).value() == 0
    press(page, "Jump to the latest step")
    assert card.hasFocus()


def test_interrupted_calls_are_run_again_skipped_or_left(qtbot: Any, page: RunStepsView) -> None:
    events = [*invoices.begun(), invoices.allowed("c5", "user", "once")]
    show(page, events, "interrupted")
    card = run_page.interrupted(page)
    assert card is not None and run_page.follow_up(page) is None and card.choices() == {"c5": "skip"}
    press(card, re.compile(": Run again$"))
    with qtbot.waitSignal(page.resume_wanted) as wanted:
        card.resume.click()
    assert wanted.args == ["", {"c5": "again"}]
    card.leave.click()
    assert card.isHidden()


def test_a_run_that_has_ended_can_be_told_to_go_on(qtbot: Any, page: RunStepsView) -> None:
    show(page, invoices.finished())
    field = run_page.follow_up(page)
    assert field is not None
    field.setText("  sort them ")
    with qtbot.waitSignal(page.resume_wanted) as wanted:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert wanted.args == ["sort them", {}]


def test_one_that_cannot_go_on_is_not_told_to(page: RunStepsView) -> None:
    show(page, [invoices.started(), RunFinished("failed", "ended", "", resumable=False)], "failed")
    assert run_page.follow_up(page) is None


def test_another_run_takes_the_place_of_all(page: RunStepsView) -> None:
    show(page, invoices.begun(), "waiting", pending=invoices.question(), plan=invoices.PLAN)
    rows(page)[0].set_open(True)
    show(page, [invoices.started("Something else"), *invoices.whole(1, "c1", "calculator")], "running")
    assert len(rows(page)) == 1 and run_page.question(page) is None and run_page.plan_text(page) is None
    assert run_page.task(page) == "Something else"


def test_more_steps_take_as_much_more_to_show_and_no_more_to_grow(page: RunStepsView) -> None:
    def work(steps: int) -> tuple[int, list[int]]:
        """What it takes to show so many steps, and ten times one more."""
        events, entries = invoices.long_run(steps), invoices.entries(invoices.long_run(steps + 10))
        shown, grown = calls_in(lambda: show(page, events, "running")), []
        for first in range(len(events), len(entries), 4):
            page.append(entries[first : first + 4])
            grown.append(calls_in(lambda: page.ask(None)))  # shows what has come at once
        return shown, sorted(grown)

    few, many = work(500), work(1000)
    assert many[0] < 2.5 * few[0], (few, many)
    assert many[1][len(many[1]) // 2] < 1.5 * few[1][len(few[1]) // 2], (few, many)


def test_of_a_thousand_steps_those_are_built_that_are_seen(page: RunStepsView) -> None:
    events = invoices.long_run(1000)
    show(page, events, "running")
    column = run_page.column(page)
    assert len(column) == 1000 and len(run_page.built_lines(page)) < 130
    entries = invoices.entries(invoices.long_run(1040))
    for first in range(len(events), len(entries), 4):
        page.append(entries[first : first + 4])
        page.ask(None)  # shows what has come at once
    assert len(column) == 1040 and page.at_end
    bar = run_page.scroll_bar(page)
    for value in [*range(bar.maximum(), 0, -4000), 0]:
        bar.setValue(value)
        assert len(run_page.built_lines(page)) <= 130
    assert rows(page)[0].line.step <= 12


def test_opened_steps_stay_open_when_they_are_scrolled_away_and_back(page: RunStepsView) -> None:
    show(page, invoices.long_run(600), "running")
    bar = run_page.scroll_bar(page)
    bar.setValue(0)
    rows(page)[0].set_open(True)
    for value in range(0, bar.maximum(), 1500):
        bar.setValue(value)
    assert not any(row.is_open for row in rows(page))
    bar.setValue(0)
    assert rows(page)[0].is_open


def test_what_the_reader_looks_at_stays_when_steps_come(qtbot: Any, page: RunStepsView) -> None:
    events = invoices.long_run(200)
    show(page, events, "running")
    bar = run_page.scroll_bar(page)
    bar.setValue(1500)
    column = run_page.column(page)
    anchor = column.anchor(1500 - column.y())
    page.append(invoices.entries(invoices.long_run(210))[len(events) :])
    flushed(qtbot, page)
    assert column.anchor(bar.value() - column.y()) == anchor and not page.at_end


def test_a_step_that_opens_stays_where_it_is(page: RunStepsView) -> None:
    page.resize(900, 420)
    show(page, invoices.finished())
    assert page.at_end
    fourth = rows(page)[3]
    before = fourth.mapTo(page, fourth.rect().topLeft()).y()
    fourth.set_open(True)
    assert fourth.mapTo(page, fourth.rect().topLeft()).y() == before and not page.at_end


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_control_has_a_name_in_both_languages(page: RunStepsView, language: str) -> None:
    show(page, invoices.begun(), "waiting", pending=invoices.question(), plan=invoices.PLAN)
    for row in rows(page):
        row.set_open(True)
    languages.choose(language)
    QApplication.processEvents()
    assert without_name(page) == []
    card = run_page.question(page)
    assert card is not None and card.default.text().strip() in ("Allow once", "한 번 허용")
    show(page, [*invoices.begun(), invoices.allowed("c5", "user", "once")], "interrupted")
    assert without_name(page) == []
    show(page, invoices.finished())
    assert without_name(page) == []
    assert rows(page)[0].head.accessibleName().startswith("Step 1" if language == "en" else "1단계")


@pytest.mark.parametrize("width", [340, 700, 1400])
def test_nothing_stands_beyond_the_page(page: RunStepsView, width: int) -> None:
    page.resize(width, 700)
    show(page, invoices.begun(), "waiting", pending=invoices.question(), plan=invoices.PLAN)
    room = run_page.scroll_area(page).viewport().width()
    for part in run_page.parts(page):
        assert part.x() >= 0 and part.x() + part.width() <= room


def test_everything_follows_another_look(page: RunStepsView) -> None:
    show(page, invoices.finished(), plan=invoices.PLAN)
    rows(page)[3].set_open(True)
    inside = run_page.scroll_area(page).widget()
    height = inside.height()
    themes.choose("dark", 1.5)
    assert inside.height() > height
