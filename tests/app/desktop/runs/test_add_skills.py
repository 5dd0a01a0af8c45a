"""Skills in the window: taken over from elsewhere, shown first, and in the list of the runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.desktop.runs import add_skills
from app.desktop.runs.add_skills import AddSkills
from tests.agents.guidance.test_skill_folders import made
from tests.app.desktop.runs.conftest import RunsBench
from tests.support.window.late import Late


@pytest.fixture
def sheet(runs: RunsBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddSkills:
    home = tmp_path / "person"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    made(home / ".claude" / "skills", "mail", "Write mails.")
    made(home / ".codex" / "skills", "notes", "Write notes.")
    runs.page.side.add_skills.click()
    runs.until(lambda: runs.page.recipes.skills is not None and runs.page.recipes.skills.isVisible())
    assert runs.page.recipes.skills is not None
    return runs.page.recipes.skills


def titles(runs: RunsBench) -> list[str]:
    return [row.recipe.title for row in runs.page.side.model.rows() if row.recipe and row.recipe.skill]


def test_what_other_programs_have_is_read_and_added(runs: RunsBench, sheet: AddSkills) -> None:
    assert [row.skill.name for row in sheet.rows] == ["mail", "notes"]
    assert not sheet.yes.isEnabled(), "nothing is taken over unasked"
    sheet.rows[1].read.click()
    assert "Write notes." in sheet.text.toPlainText()
    sheet.rows[1].box.click()
    sheet.yes.click()
    runs.until(lambda: titles(runs) == ["notes"])
    assert sheet.isHidden()


def test_a_folder_that_is_named_is_shown_ticked_and_a_bad_one_is_told(
    runs: RunsBench, sheet: AddSkills, tmp_path: Path
) -> None:
    sheet.look_at(str(tmp_path / "none"))
    runs.until(sheet.complaint.isVisible)
    sheet.look_at(str(made(tmp_path, "one", "Do one.")))
    runs.until(lambda: [row.skill.name for row in sheet.rows] == ["one"])
    assert sheet.rows[0].box.isChecked() and "Do one." in sheet.text.toPlainText()


def test_one_that_changed_since_it_was_shown_is_not_added(
    runs: RunsBench, sheet: AddSkills, tmp_path: Path
) -> None:
    sheet.rows[0].box.click()
    (tmp_path / "person/.claude/skills/mail/SKILL.md").write_text("---\ndescription: d\n---\nOther.")
    sheet.yes.click()
    runs.until(sheet.complaint.isVisible)
    assert titles(runs) == []


def test_a_skill_of_the_list_is_a_task_and_can_be_deleted_and_brought_back(
    runs: RunsBench, sheet: AddSkills
) -> None:
    sheet.rows[0].box.click()
    sheet.yes.click()
    runs.until(lambda: titles(runs) == ["mail"])
    recipe = next(row.recipe for row in runs.page.side.model.rows() if row.recipe and row.recipe.skill)
    runs.page.show_recipe(recipe)
    assert "mail" in runs.page.form.task.toPlainText()
    runs.page.form.delete.click()
    runs.until(lambda: titles(runs) == [])
    act = runs.said[-1].act
    assert act is not None
    act()
    runs.until(lambda: titles(runs) == ["mail"])


def test_the_folder_that_was_named_last_is_shown_however_long_the_one_before_takes(
    runs: RunsBench, sheet: AddSkills, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late(monkeypatch, add_skills, "offered")
    sheet.look_at(str(made(tmp_path / "a", "one", "Do one.")))
    runs.until(lambda: late.is_asked)
    sheet.look_at(str(made(tmp_path / "b", "two", "Do two.")))
    runs.until(lambda: [row.skill.name for row in sheet.rows] == ["two"])
    late.let_go(runs.until)
    assert [row.skill.name for row in sheet.rows] == ["two"]
