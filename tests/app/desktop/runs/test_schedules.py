"""Schedules on the Runs page: made from the form, shown with their past, changed, switched off and deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from agents.events import Mode
from app.desktop.run_view.rows import rows_of
from app.desktop.runs.run_list import note_text
from app.desktop.runs.schedules.when_fields import WhenFields
from app.services.schedules.timers.installing import Timers
from app.services.schedules.values import ScheduleLine
from app.store.schedules.records import Cron, Daily, Every, Firing, FolderChange, Once, Schedule, When
from engine.errors import UserError
from tests.app.desktop.runs.conftest import WRITE, RunsBench
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

AT = 4_000_000_000.0


def line(name: str = "Morning", when: When | None = None, **fields: object) -> ScheduleLine:
    schedule = Schedule(1, name, "Tidy up.", "/work", when or Daily("08:00"), 0.0, 0.0)
    return ScheduleLine(schedule, **({"next": AT} | fields))  # type: ignore[arg-type]


def made(runs: RunsBench, task: str = "Tidy up.", mode: Mode = "read") -> Schedule:
    """A schedule, made from the form as a person does it."""
    page = runs.page
    page.new_run()
    page.form.task.setPlainText(task)
    page.form.folder.show_folder(str(runs.folder))
    page.form.mode.set_mode(mode)
    page.form.foot.later.click()
    sheet = page.planning.sheet
    assert sheet is not None and sheet.isVisible()
    sheet.name.setText("Morning")
    sheet.save.click()
    runs.until(lambda: page.schedule.isVisible())
    assert not sheet.isVisible()
    (found,) = runs.services.schedules.lines()
    return found.schedule


@pytest.mark.parametrize(
    "when",
    [
        Daily("08:05"),
        Daily("17:30", (0, 2)),
        Every(90),
        Every(120),
        Every(2880),
        Once(AT),
        FolderChange("*.pdf", 5),
        FolderChange("**", 30),
        Cron("0 8 * * 1-5"),
    ],
)
def test_each_time_is_shown_as_it_was_set(qtbot: QtBot, looks: None, when: When) -> None:
    fields = WhenFields()
    qtbot.addWidget(fields)
    fields.show_when(when)
    shown = fields.when()
    if isinstance(shown, Daily):
        shown = Daily(shown.at.zfill(5), shown.days)
    if isinstance(when, Once):
        assert isinstance(shown, Once) and abs(shown.at - AT) < 60
    else:
        assert shown == when


def test_a_time_that_is_none_is_told(qtbot: QtBot, looks: None) -> None:
    fields = WhenFields()
    qtbot.addWidget(fields)
    fields.show_when(Once(AT))
    fields.once.setText("soon")
    with pytest.raises(UserError, match=r"schedule\.bad_once"):
        fields.when()
    fields.show_when(Daily("08:00", (1,)))
    fields.days[1].setChecked(False)
    with pytest.raises(UserError, match=r"schedule\.no_days"):
        fields.when()


def test_made_from_the_form_it_is_shown_with_its_time(runs: RunsBench) -> None:
    schedule = made(runs)
    assert (schedule.name, schedule.task, schedule.mode) == ("Morning", "Tidy up.", "read")
    assert schedule.workspace == str(runs.folder) and schedule.when == Daily("08:00")
    page = runs.page.schedule
    assert page.name.text() == "Morning" and page.when.text() == "Every day at 8:00 AM"
    assert page.state.text().startswith("Next: ")
    rows = [row for row in runs.page.side.model.rows() if row.schedule is not None]
    assert len(rows) == 1 and rows[0].key() == ("schedule", str(schedule.id))


def test_what_cannot_be_is_told_in_the_sheet_and_can_be_mended(runs: RunsBench) -> None:
    made(runs)
    page = runs.page
    page.schedule.edit.click()
    sheet = page.planning.sheet
    assert sheet is not None
    runs.until(sheet.isVisible)
    sheet.when.time.setText("25:00")
    sheet.save.click()
    runs.until(sheet.of_when.isVisible)
    assert "25:00" in sheet.of_when.text() and sheet.save.isEnabled()
    sheet.when.time.setText("9:15")
    sheet.folder.show_folder("/no/such/folder")
    sheet.save.click()
    runs.until(lambda: sheet.folder.complaint.isVisible())
    sheet.folder.show_folder(str(runs.folder))
    sheet.save.click()
    runs.until(lambda: page.schedule.when.text() == "Every day at 9:15 AM")


def test_a_timer_that_cannot_be_set_up_is_told_and_the_schedule_is_there(
    runs: RunsBench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config").write_text("a file where the folder should be")
    monkeypatch.setattr(Timers, "are_here", True)
    schedule = made(runs)
    page = runs.page
    page.schedule.edit.click()
    sheet = page.planning.sheet
    assert sheet is not None
    runs.until(sheet.timer.isVisible)
    sheet.timer.click()
    sheet.save.click()
    runs.until(lambda: len(runs.failures) == 1)
    assert runs.failures[0].code == "schedule.timer_not_written" and not sheet.isVisible()
    assert [line.schedule.id for line in runs.services.schedules.lines()] == [schedule.id]
    assert not runs.services.schedules.lines()[0].schedule.timer


def test_its_buttons_break_into_lines_where_it_is_narrow(runs: RunsBench) -> None:
    made(runs)
    page = runs.page.schedule
    page.setMaximumWidth(280)
    runs.until(lambda: page.delete.y() > page.start.y() + page.start.height())
    assert page.on.mapTo(page, page.on.rect().topRight()).x() <= 280
    page.setMaximumWidth(900)
    runs.until(lambda: page.delete.x() > page.edit.x() + 2 * page.edit.width())


def test_it_is_switched_off_and_on(runs: RunsBench) -> None:
    made(runs)
    page = runs.page.schedule
    page.on.click()
    runs.until(lambda: page.state.text() == "Off")
    assert runs.services.schedules.lines()[0].schedule.paused
    page.on.click()
    runs.until(lambda: page.state.text().startswith("Next"))


def test_started_by_hand_its_run_is_shown_and_then_its_past(runs: RunsBench) -> None:
    runs.chat_model(ScriptedBrain(says("All is tidy.")))
    schedule = made(runs)
    runs.services.schedules.begin()
    runs.page.schedule.start.click()
    runs.until(lambda: runs.page.run.isVisible())
    run = runs.page.reading.shown
    runs.ended(run)
    runs.until(lambda: runs.services.schedules.history(schedule.id)[0].state == "completed")
    # Whoever looks at it has seen it.
    runs.until(lambda: runs.services.schedules.history(schedule.id)[0].seen)
    runs.page.show_schedule(schedule.id)
    runs.until(lambda: len(runs.page.schedule.past.lines) == 1)
    assert runs.page.schedule.past.lines[0].name.text().startswith("Done, today at ")
    runs.page.schedule.past.lines[0].button.click()
    runs.until(lambda: runs.page.run.isVisible())
    assert runs.page.reading.shown == run


def test_one_that_asks_leads_to_its_question(runs: RunsBench) -> None:
    runs.chat_model(ScriptedBrain(calls(WRITE), says("All is tidy.")))
    schedule = made(runs, mode="ask")
    runs.services.schedules.begin()
    page = runs.page.schedule
    assert page.start.text() == "Run now"
    page.start.click()
    runs.until(lambda: runs.page.run.isVisible())
    run = runs.page.reading.shown
    runs.page.show_schedule(schedule.id)
    runs.until(lambda: page.start.text() == "Answer")
    assert page.state.text() == "Needs your answer"
    page.start.click()
    runs.until(lambda: runs.page.run.isVisible())
    assert runs.page.reading.shown == run


def test_deleted_it_can_be_brought_back(runs: RunsBench) -> None:
    made(runs)
    runs.page.schedule.delete.click()
    runs.until(lambda: len(runs.said) == 1)
    assert runs.services.schedules.lines() == []
    runs.until(lambda: not runs.page.schedule.isVisible())
    note = runs.said[0]
    assert note.act is not None
    note.act()
    runs.until(lambda: len(runs.shelf.schedules.lines) == 1)
    assert runs.shelf.schedules.lines[0].schedule.name == "Morning"


def test_a_skill_keeps_its_words_and_follows_the_skill(runs: RunsBench) -> None:
    recipe = next(each for each in runs.services.runs.recipes.all() if each.id == "tidy-folder")
    page = runs.page
    page.show_recipe(recipe)
    page.form.folder.show_folder(str(runs.folder))
    page.form.foot.later.click()
    sheet = page.planning.sheet
    assert sheet is not None and sheet.skill.isVisible() and not sheet.task.isVisible()
    sheet.save.click()
    runs.until(lambda: page.schedule.isVisible())
    (found,) = runs.services.schedules.lines()
    assert (found.schedule.recipe, found.schedule.task) == ("tidy-folder", "")
    assert found.schedule.name == recipe.title


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"last": Firing(1, 1, 0.0, 0.0, "queued")}, "needs you"),
        ({"last": Firing(1, 1, 0.0, 0.0, "running")}, "running"),
        ({"last": Firing(1, 1, 0.0, 0.0, "failed")}, "failed"),
        ({"hold": "battery"}, "waits"),
        ({"next": None}, "done"),
        ({"when": FolderChange()}, "watching"),
    ],
)
def test_the_list_says_how_each_stands(looks: None, fields: dict[str, object], note: str) -> None:
    (_, row) = rows_of((), (), "", (line(**fields),))  # type: ignore[arg-type]
    assert note_text(row) == note
