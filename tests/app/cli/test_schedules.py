"""`coterie schedules` and `coterie run --schedule`, as people, scripts and the system's timers run them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.settings.file_lock import locked
from app.store.store import Store
from tests.support.command import Command, Ran
from tests.support.servers.openai_script import call, in_order, say
from tests.support.servers.openai_server import OpenAiServer

WRITE = in_order(call("write_file", {"path": "a.txt", "content": "a"}), say("It is written."))


@pytest.fixture
def model() -> Iterator[str]:
    with OpenAiServer(WRITE) as server:
        yield server.model


def add(command: Command, folder: Path, *more: str, name: str = "Morning") -> Ran:
    return command.here(
        "schedules", "add", "Write a.txt.", "--workspace", str(folder), "--name", name, "--json", *more
    )


def make_due(home: Path) -> None:
    with Store.open(home / "coterie.db", home / "backups") as store:
        for schedule in store.schedules.all():
            store.schedules.change(schedule.id, checked=time.time() - 2 * 86_400, created=1.0)


def history(command: Command, name: str) -> list[dict[str, Any]]:
    return list(command.here("schedules", "show", name, "--json").last["history"])


def test_added_listed_paused_and_removed(command: Command, folder: Path) -> None:
    added = add(command, folder, "--daily", "8:00", "--days", "weekdays", "--approve", "read").last
    assert (added["name"], added["mode"]) == ("Morning", "read")
    assert added["when"] == {"type": "daily", "at": "08:00", "days": [0, 1, 2, 3, 4]}
    assert added["next"] > time.time() and added["last"] is None
    add(command, folder, "--every", "30", name="Often")
    listed = command.here("schedules", "list", "--json").last["schedules"]
    assert [each["name"] for each in listed] == ["Morning", "Often"]
    shown = command.here("schedules", "list").out
    assert "On weekdays at 8:00 AM" in shown and "Every 30 minutes" in shown
    assert command.here("schedules", "pause", "morning", "--json").last["paused"] is True
    assert "Off" in command.here("schedules", "list").out
    assert command.here("schedules", "resume", str(added["id"]), "--json").last["paused"] is False
    assert command.here("schedules", "remove", "Morning").code == 0
    assert command.here("schedules", "remove", "Morning").code == 1
    assert "no schedule “Morning”" in command.here("schedules", "show", "Morning").sentence


def test_without_any_it_says_how_to_add_one(command: Command) -> None:
    assert "coterie schedules add" in command.here("schedules", "list").out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "schedule.no_time"),
        (("--every", "5", "--daily", "8:00"), "schedule.several_times"),
        (("--daily", "8:00", "--days", "someday"), "schedule.bad_days"),
        (("--once", "tomorrow"), "schedule.bad_once"),
    ],
)
def test_times_that_are_none_are_wrong_usage(
    command: Command, folder: Path, options: tuple[str, ...], code: str
) -> None:
    ran = add(command, folder, *options)
    assert (ran.code, ran.last["error"]["code"]) == (2, code)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--daily", "25:00"), "schedule.bad_time"),
        (("--every", "0"), "schedule.bad_interval"),
        (("--cron", "* * *"), "schedule.bad_cron"),
        (("--once", "2001-01-01T00:00"), "schedule.past"),
        (("--on-change", "*", "--quiet", "0"), "schedule.bad_quiet"),
    ],
)
def test_times_that_never_come_are_told(
    command: Command, folder: Path, options: tuple[str, ...], code: str
) -> None:
    ran = add(command, folder, *options)
    assert (ran.code, ran.last["error"]["code"]) == (1, code)


def test_it_runs_by_hand(command: Command, folder: Path, model: str) -> None:
    add(command, folder, "--daily", "8:00", "--approve", "workspace", "--model", model)
    ran = command.here("run", "--schedule", "Morning", "--json")
    assert ran.code == 0 and ran.last["kind"] == "run_finished"
    assert (folder / "a.txt").read_text() == "a"
    (firing,) = history(command, "Morning")
    assert (firing["state"], firing["run"], firing["seen"]) == ("completed", ran.last["run"], False)


def test_when_it_is_due_the_timer_starts_it_once(
    command: Command, folder: Path, model: str, coterie_home: Path
) -> None:
    add(command, folder, "--daily", "8:00", "--approve", "workspace", "--model", model)
    assert command.here("run", "--schedule", "Morning", "--due").code == 0
    assert history(command, "Morning") == []
    make_due(coterie_home)
    assert command.here("run", "--schedule", "Morning", "--due").code == 0
    assert command.here("run", "--schedule", "Morning", "--due").code == 0
    assert [firing["state"] for firing in history(command, "Morning")] == ["completed"]


def test_an_open_coterie_does_it_itself(
    command: Command, folder: Path, model: str, coterie_home: Path
) -> None:
    add(command, folder, "--daily", "8:00", "--model", model)
    make_due(coterie_home)
    with locked(coterie_home / "schedules.lock", 0.0):
        ran = command.here("run", "--schedule", "Morning", "--due")
    assert ran.code == 0 and "open" in ran.sentence
    assert history(command, "Morning") == []


def test_what_it_asks_waits_for_a_person(command: Command, folder: Path, model: str) -> None:
    add(command, folder, "--daily", "8:00", "--approve", "ask", "--model", model)
    ran = command.here("schedules", "run", "Morning")
    assert ran.code == 1 and "Open Coterie to answer" in ran.err
    assert [firing["state"] for firing in history(command, "Morning")] == ["queued"]
    assert not (folder / "a.txt").exists()
    assert command.here("schedules", "show", "Morning").out.count("Needs your answer") == 1
    assert command.here("schedules", "list").out.count("Needs your answer") == 1
    again = command.here("schedules", "run", "Morning", "--json")
    assert again.last["error"]["code"] == "schedule.under_way"


def test_a_schedule_stands_alone(command: Command) -> None:
    assert command.here("run", "Do it", "--schedule", "Morning").code == 2
