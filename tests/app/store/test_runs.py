"""Runs in the store: journals grow at their end, a dead process's runs are found, and the trash keeps them whole."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import update

from agents.budget import Budget
from agents.events import ModelTurn, RunFinished, RunStarted
from agents.permissions.values import Grant
from app.store.records import RunRecord, ToolCheck
from app.store.store import Store
from app.store.tables import RUN_EVENT
from engine.errors import UserError
from engine.values import Timings, Usage

STARTED = RunStarted("Say hi", "/w", "starter", "ask", Budget(), ("list_files",), "You help.", 8192)
TURN = ModelTurn(1, "hi \x00\ud800", "", (), "stop", Usage(), Timings())


def new_run(store: Store, **fields: object) -> RunRecord:
    record = RunRecord(0, "Say hi", "Say hi", "/w", "starter", "ask", "running", 1.0, 1.0, **fields)  # type: ignore[arg-type]
    return store.runs.add(record)


def test_events_are_numbered_from_one_without_a_gap_however_many_threads_write(store: Store) -> None:
    one, other = new_run(store).id, new_run(store).id
    threads = [
        threading.Thread(target=lambda run=run: [store.runs.append(run, STARTED) for _ in range(20)])
        for run in (one, other, one)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.seq for entry in store.runs.entries(one)] == list(range(1, 41))
    assert [entry.seq for entry in store.runs.entries(other)] == list(range(1, 21))
    assert [entry.seq for entry in store.runs.entries(one, after=5, limit=3)] == [6, 7, 8]


def test_what_was_appended_is_what_is_read_though_a_model_wrote_what_no_file_can_hold(store: Store) -> None:
    run = new_run(store).id
    written = [store.runs.append(run, STARTED), store.runs.append(run, TURN)]
    assert store.runs.entries(run) == written
    assert isinstance(written[1].event, ModelTurn)
    assert written[1].as_object()["kind"] == "model_turn"
    assert "\x00" not in written[1].event.content


def test_a_long_text_is_kept_under_a_short_handle(store: Store) -> None:
    run = new_run(store).id
    assert [store.runs.keep(run, text) for text in ("one", "두번째" * 100_000)] == ["r1", "r2"]
    assert store.runs.kept(run, "r2") == "두번째" * 100_000
    with pytest.raises(UserError) as caught:
        store.runs.kept(run, "r3")
    assert caught.value.code == "run.no_text"


def test_the_name_of_a_session_is_no_text_of_the_run(store: Store) -> None:
    record = RunRecord(0, "Say hi", "Say hi", "/w", "starter", "ask", "running", 1.0, 1.0)
    run = store.runs.add(record, start="{}", session="of an editor").id
    new_run(store)
    assert store.runs.sessions() == {run: "of an editor"}
    assert (store.runs.keep(run, "one"), store.runs.keep_once(run, "of an editor")) == ("r1", "r2")
    for handle in ("start", "session"):
        with pytest.raises(UserError, match="no_text"):
            store.runs.kept(run, handle)


def test_a_change_expects_a_state_and_a_writer(store: Store) -> None:
    run = new_run(store, writer="me").id
    assert store.runs.change(run, ("paused",), step=3) is None
    assert store.runs.change(run, ("running",), ("you",), step=3) is None
    changed = store.runs.change(run, ("running",), ("me",), step=3)
    assert changed is not None
    assert changed.step == 3


def test_runs_of_dead_processes_are_interrupted_and_those_of_living_ones_left_alone(
    opened: Callable[..., Store],
) -> None:
    store = opened()
    mine = new_run(store, writer=store.runs.writer)
    dead = new_run(store, writer="99999999:0.50:abcdabcd")
    nobodys = new_run(store)
    assert [run.id for run in store.runs.recover()] == [dead.id, nobodys.id]
    assert store.runs.get(dead.id).state == "interrupted"
    assert store.runs.get(mine.id).state == "running"
    assert opened().runs.recover()  # another store of this process: what an earlier one left is abandoned


def test_a_dead_process_s_run_that_had_come_to_its_end_is_what_its_journal_says(store: Store) -> None:
    ends = (("completed", "answered", "completed"), ("stopped", "paused", "paused"))
    for status, reason, state in ends:
        run = new_run(store, writer="99999999:0.50:abcdabcd").id
        store.runs.append(run, STARTED)
        store.runs.append(run, RunFinished(status, reason, ""))  # type: ignore[arg-type]
        (recovered,) = store.runs.recover()
        assert (recovered.id, recovered.state, recovered.reason) == (run, state, reason)


@pytest.mark.parametrize("body", ["{broken", '{"kind":"telepathy"}', "[]", '{"kind":"model_turn"}'])
def test_a_damaged_journal_is_told_in_a_sentence_and_keeps_nobody_from_the_other_runs(
    store: Store, body: str
) -> None:
    damaged, whole = new_run(store).id, new_run(store).id
    for run in (damaged, whole):
        store.runs.append(run, STARTED)
    spoiled = update(RUN_EVENT).where(RUN_EVENT.c.run_id == damaged).values(body=body)
    store.database.write(lambda connection: connection.execute(spoiled).close())
    assert {run.id: run.state for run in store.runs.recover()} == dict.fromkeys(
        (damaged, whole), "interrupted"
    )
    with pytest.raises(UserError, match=r"run\.damaged"):
        store.runs.entries(damaged)
    assert [entry.event for entry in store.runs.entries(whole)] == [STARTED]


def test_a_run_in_the_trash_stays_whole_until_its_time_is_over(store: Store) -> None:
    run = new_run(store).id
    store.runs.append(run, STARTED)
    store.runs.append(run, RunFinished("completed", "answered", "hi"))
    store.runs.keep(run, "text")
    store.runs.change(run, trashed=100.0)
    assert store.runs.all() == []
    assert [found.id for found in store.runs.all(trashed=True)] == [run]
    assert store.runs.empty_trash(50.0) == []
    assert len(store.runs.entries(run)) == 2
    assert store.runs.empty_trash(200.0) == [run]
    assert store.runs.entries(run) == []
    with pytest.raises(UserError) as caught:
        store.runs.get(run)
    assert caught.value.code == "run.missing"


def test_runs_of_chats_are_not_in_the_list(store: Store) -> None:
    new_run(store, conversation=7)
    shown = new_run(store)
    assert [run.id for run in store.runs.all()] == [shown.id]


def test_grants_and_checks_are_kept(store: Store) -> None:
    grant = Grant("g1", "workspace", "shell", 1.0, "git log", "/w")
    store.grants.put(grant)
    store.grants.change("g1", used=2.0)
    (kept,) = store.grants.all()
    assert kept.used > 0
    assert store.grants.remove("g1")
    assert not store.grants.remove("g1")
    store.tool_checks.put(ToolCheck("starter", 1.0, "poor", 1, 10))
    store.tool_checks.put(ToolCheck("starter", 2.0, "good", 9, 10))
    assert store.tool_checks.all() == [ToolCheck("starter", 2.0, "good", 9, 10)]
