"""Timers of the system: their texts mean the schedule's times, and only files of ours are written and removed."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.services.schedules.timers.command import timed_command
from app.services.schedules.timers.installing import Timers
from app.services.schedules.timers.systemd import calendar, service_text
from app.services.schedules.times import next_time
from app.store.schedules.records import Cron, Daily, Every, FolderChange, Once, Schedule, When
from engine.errors import UserError
from tests.app.services.schedules.conftest import NOW, Plan

TIMES: list[When] = [
    Daily("08:00"),
    Daily("17:30", (0, 1, 2, 3, 4)),
    Cron("*/15 * * * *"),
    Cron("0 8-10 * * 1-5"),
    Cron("30 6 1,15 * *"),
    Cron("0 12 13 * fri"),
    Cron("0 0 29 2 *"),
    Once(4_000_000_000.0),
]
EVERYTHING: list[When] = [*TIMES, Every(90), FolderChange("*.pdf")]


def schedule(when: When, name: str = "Morning & 100 %") -> Schedule:
    return Schedule(3, name, "Tidy up.", "/work", when, 0.0, 0.0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[tuple[str, ...]]]:
    """What the service manager was asked; it is there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(Timers, "are_here", True)
    yield []


@pytest.mark.process
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
@pytest.mark.parametrize("when", TIMES, ids=str)
def test_systemd_reads_the_times_as_they_are_meant(when: When) -> None:
    dues = []
    for line in calendar(when):
        ran = subprocess.run(
            ["systemd-analyze", "calendar", "--base-time", f"{datetime.fromtimestamp(NOW):%Y-%m-%d %H:%M:%S}", line],
            capture_output=True, text=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"},
        )  # fmt: skip
        (shown,) = [row for row in ran.stdout.splitlines() if "Next elapse:" in row]
        dues.append(" ".join(shown.split(":", 1)[1].split()[1:3]))
    due = next_time(when, NOW, NOW)
    assert due is not None
    assert min(dues) == f"{datetime.fromtimestamp(due):%Y-%m-%d %H:%M:%S}"


def test_the_unit_has_the_command_with_nothing_left_to_expand(tmp_path: Path) -> None:
    command = timed_command(3, "100 %\nUser=root", tmp_path / 'a "b" $c %d')
    text = service_text(command)
    assert 'Environment="COTERIE_HOME=' in text and '\\"b\\" $$c %%d"' in text
    assert '"run" "--schedule" "3" "--due"' in text
    assert "Description=Coterie: 100 %% User=root\n" in text and "\nUser=" not in text


@pytest.mark.parametrize("when", EVERYTHING, ids=str)
def test_texts_of_other_systems_are_well_formed(tmp_path: Path, when: When) -> None:
    timers = Timers(tmp_path)
    (macos,) = timers.texts(schedule(when), "macos")
    (windows,) = timers.texts(schedule(when), "windows")
    job = plistlib.loads(macos.encode())
    assert job["ProgramArguments"][-3:] == ["--schedule", "3", "--due"]
    assert ("StartCalendarInterval" in job) != ("StartInterval" in job)
    root = ElementTree.fromstring(windows.partition("\n")[2])
    assert any("Trigger" in part.tag for part in root.iter())


def test_set_up_shown_and_removed(tmp_path: Path, asked: list[tuple[str, ...]]) -> None:
    timers = Timers(tmp_path, lambda *wish: asked.append(wish))
    service, timer = timers.install(schedule(Daily("08:00")))
    assert (service.read_text(), timer.read_text()) == timers.texts(schedule(Daily("08:00")), "linux")
    assert ("enable", "--now", timer.name) in asked
    timers.remove(3)
    assert not service.exists() and not timer.exists() and ("disable", "--now", timer.name) in asked
    asked.clear()
    timers.remove(3)
    assert asked == []


def test_a_file_of_somebody_else_is_left(tmp_path: Path, asked: list[tuple[str, ...]]) -> None:
    timers = Timers(tmp_path, lambda *wish: asked.append(wish))
    _, timer = timers.files(3)
    timer.parent.mkdir(parents=True)
    timer.write_text("[Timer]\n")
    with pytest.raises(UserError) as caught:
        timers.install(schedule(Daily("08:00")))
    assert caught.value.code == "schedule.foreign_timer"
    timers.remove(3)
    assert timer.read_text() == "[Timer]\n"


def test_what_systemd_refuses_is_told(tmp_path: Path, asked: list[tuple[str, ...]]) -> None:
    def refuse(*wish: str) -> None:
        raise subprocess.CalledProcessError(1, wish, stderr="Failed to connect to bus\n")

    with pytest.raises(UserError) as caught:
        Timers(tmp_path, refuse).install(schedule(Daily("08:00")))
    assert caught.value.params == {"detail": "Failed to connect to bus"}


def test_a_folder_for_units_that_cannot_be_made_is_told(tmp_path: Path, asked: list[tuple[str, ...]]) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(UserError) as caught:
        Timers(tmp_path, lambda *wish: asked.append(wish)).install(schedule(Daily("08:00")))
    assert caught.value.code == "schedule.timer_not_written"


def test_without_systemd_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with pytest.raises(UserError) as caught:
        Timers(tmp_path).install(schedule(Daily("08:00")))
    assert caught.value.code == "schedule.no_systemd"


def test_a_timer_follows_its_schedule(plan: Plan, asked: list[tuple[str, ...]]) -> None:
    planned = plan()
    planned.schedules.timers = timers = Timers(planned.home, lambda *wish: asked.append(wish))
    daily = planned.add()
    assert planned.schedules.set_timer(daily.id, True).timer
    saved = planned.store.schedules.get(daily.id)
    assert saved.timer and "08:00" in timers.files(daily.id)[1].read_text()
    planned.schedules.save(
        Schedule(daily.id, "Later", "Do it.", daily.workspace, Daily("09:00"), 1.0, 1.0, timer=True)
    )
    assert "09:00" in timers.files(daily.id)[1].read_text()
    planned.schedules.remove(daily.id)
    assert not timers.files(daily.id)[1].exists()
