"""How the shown run is read and kept up to date."""

from __future__ import annotations

import threading

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from agents.events import Entry, RunFinished, RunStarted
from agents.permissions.values import ApprovalRequest
from app.desktop.run_view.run_loader import SHOWN_PIECE
from app.desktop.runs.runs_page import OTHERS_MS
from app.services.models.events import ArgumentsDelta, Owner, TextDelta
from app.services.runs import view as run_view
from app.services.runs.events import RunAsks, RunChanged, RunEntries
from app.services.runs.values import RunRecord, RunView
from tests.app.desktop.runs.conftest import RunsBench
from tests.support.agents.made_runs import started, steps
from tests.support.agents.scripted_brain import ScriptedBrain, says
from tests.support.window.timing import ticking


def kept_run(runs: RunsBench, count: int, state: str = "completed", title: str = "Long") -> RunRecord:
    """A run of `count` steps that lies in the store, as if it had run long ago."""
    store = runs.services.store.runs
    run = store.add(
        RunRecord(0, title, "Tidy", str(runs.folder), "m", "ask", "running", 1.0, 1.0, writer="gone")
    )
    events = [msgspec.structs.replace(started(), workspace=str(runs.folder)), *steps(count)]
    for event in (*events, RunFinished("completed", "answered", "All tidy.")):
        store.append(run.id, event)
    changed = store.change(run.id, state=state, writer="", step=count)
    assert changed is not None
    runs.shelf.begin()
    return changed


def test_a_long_run_is_read_in_another_thread_and_shown_in_pieces(
    runs: RunsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = kept_run(runs, 150)
    threads: list[threading.Thread] = []
    folded = run_view.view_of

    def watched(*arguments: object) -> RunView:
        threads.append(threading.current_thread())
        return folded(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(run_view, "view_of", watched)
    pieces: list[tuple[Entry, ...]] = []
    runs.page.reading.opened.connect(lambda _, entries: pieces.append(entries))
    runs.page.reading.came.connect(pieces.append)
    runs.opened(run.id)
    runs.until(lambda: sum(map(len, pieces)) == 452)
    assert [entry.seq for piece in pieces for entry in piece] == list(range(1, 453))
    assert max(map(len, pieces)) <= SHOWN_PIECE
    assert threads
    assert threading.main_thread() not in threads


def test_what_is_told_while_the_journal_is_read_counts(runs: RunsBench) -> None:
    run = kept_run(runs, 2, state="running")
    runs.until(lambda: runs.shelf.get(run.id) is not None)
    reading = runs.page.reading
    reading.show(run.id)
    assert reading.view is None
    request = ApprovalRequest(run.id, "c9", "shell", "shell", "ls")
    entry = Entry(run.id, 9, 2.0, RunFinished("stopped", "user", ""))
    reading.take_events([RunAsks(run.id, request), RunEntries(run.id, (entry,))])
    reading.take_events([RunChanged(msgspec.structs.replace(run, state="stopped", updated=9.0))])
    runs.until(lambda: reading.view is not None)
    view = reading.view
    assert view is not None
    assert view.record.state == "stopped"
    assert view.pending == request
    assert [e.seq for e in reading.entries()] == list(range(1, 10))


def test_what_was_written_of_a_turn_that_the_journal_has_is_not_told_again(runs: RunsBench) -> None:
    run = kept_run(runs, 2, state="running")
    runs.until(lambda: runs.shelf.get(run.id) is not None)
    reading = runs.page.reading
    told: list[TextDelta | ArgumentsDelta] = []
    reading.wrote.connect(told.append)
    reading.show(run.id)
    late = [ArgumentsDelta(Owner(0, run.id, step), f"c{step}", "write_file", "{") for step in (1, 2, 3)]
    words = [TextDelta(Owner(0, run.id, step), "", "so") for step in (2, 3)]
    reading.take_events([*late, *words])
    assert told == []
    runs.until(lambda: reading.view is not None)
    reading.take_events([*late, *words])
    assert told == 2 * [late[2], words[1]]


def test_what_is_known_already_is_not_shown_twice(runs: RunsBench) -> None:
    run = kept_run(runs, 2)
    runs.opened(run.id)
    reading = runs.page.reading
    known = reading.entries()
    came: list[tuple[Entry, ...]] = []
    reading.came.connect(came.append)
    reading.take_events([RunEntries(run.id, known[-2:])])
    assert came == []
    assert reading.entries() == known


def test_going_from_run_to_run_shows_the_last_one_and_nothing_of_the_others(runs: RunsBench) -> None:
    first, second = kept_run(runs, 60, title="First"), kept_run(runs, 3, title="Second")
    runs.until(lambda: len(runs.shelf.all()) == 2)
    shown: list[RunView] = []
    runs.page.reading.opened.connect(lambda view, _: shown.append(view))
    for run in (first.id, second.id, first.id, second.id):
        runs.page.show_run(run)
    runs.until(lambda: runs.page.reading.view is not None)
    runs.qtbot.wait(50)
    assert {view.record.id for view in shown} == {second.id}
    assert runs.page.run.header.title.whole() == "Second"
    entries = runs.page.reading.entries()
    assert {entry.run for entry in entries} == {second.id}
    assert isinstance(entries[0].event, RunStarted)


def test_the_view_follows_a_run_that_goes_on(runs: RunsBench) -> None:
    plan = ("update_plan", {"items": [{"text": "Look", "state": "doing"}]})
    from tests.support.agents.scripted_brain import calls

    run = runs.start(ScriptedBrain(calls(plan), says("Done."), slow=0.15))
    runs.opened(run.id)
    runs.until(lambda: bool(runs.page.reading.view and runs.page.reading.view.plan))
    runs.until(lambda: bool(runs.page.reading.view and runs.page.reading.view.record.state == "completed"))
    runs.until(lambda: bool(runs.page.reading.view and runs.page.reading.view.parts))
    cards = runs.page.run.cards
    runs.until(lambda: "System and tools" in dict(cards.seen.lines()))


def test_a_run_whose_process_died_says_so_until_it_goes_on(runs: RunsBench) -> None:
    run = kept_run(runs, 1, state="interrupted")
    runs.opened(run.id)
    assert runs.page.run.note.text() == (
        "The run was interrupted because Coterie quit. Nothing is lost. Resume it to continue."
    )
    runs.chat_model(ScriptedBrain(says("All tidy now.")))
    runs.page.run.header.resume.click()
    runs.until(lambda: bool(runs.page.reading.view and runs.page.reading.view.record.state == "completed"))
    assert not runs.page.run.note.isVisible()


def test_the_focus_stays_on_the_page_where_cards_and_steps_take_turns(runs: RunsBench) -> None:
    run = kept_run(runs, 1)
    runs.window.resize(760, 700)
    runs.opened(run.id)
    page = runs.page.run
    runs.until(page.header.cards.isVisible)
    page.steps.setFocus()
    for _ in range(2):
        page.header.cards.click()
        assert page.isAncestorOf(QApplication.focusWidget())


def test_a_run_of_another_process_is_followed_and_cannot_be_ended_here(runs: RunsBench) -> None:
    run = kept_run(runs, 1, state="running")
    store = runs.services.store.runs
    store.change(run.id, writer="another")
    runs.shelf.begin()
    runs.until(lambda: bool((known := runs.shelf.get(run.id)) and known.writer == "another"))
    runs.opened(run.id)
    assert runs.page.run.note.text().startswith("Another Coterie process")
    assert not runs.page.run.header.pause.isVisible()
    count = len(runs.page.reading.entries())
    for event in steps(2)[3:]:
        store.append(run.id, event)
    store.change(run.id, state="completed", writer="")
    (others,) = (timer for timer in ticking(runs.page) if timer.interval() == OTHERS_MS)
    others.timeout.connect(lambda: others.start(OTHERS_MS))
    others.start(0)  # sooner than it would look by itself
    runs.until(lambda: len(runs.page.reading.entries()) == count + 3)
    runs.until(lambda: runs.notes() == [("Finished", ""), ("Long", "done")])
    assert not runs.page.run.note.isVisible()
