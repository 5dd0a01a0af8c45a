"""Skills as folders, those of projects, and the tool that reads them."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from agents.api import ToolContext
from agents.context.skill_list import skill_list
from agents.guidance.project_skills import project_skills
from agents.guidance.read_skill import ReadSkill
from agents.guidance.shown_skill import shown_skill
from agents.guidance.skill_folder import BadSkill, skill_files, skill_folders, skill_in
from agents.workspace.workspace import Workspace


def made(place: Path, name: str, body: str = "Do it.") -> Path:
    folder = place / name
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(f"---\nname: {name}\ndescription: About {name}.\n---\n{body}\n")
    return folder


@pytest.fixture
def context(tmp_path: Path) -> ToolContext:
    return ToolContext(Workspace(tmp_path), None, tmp_path, tmp_path, lambda: False, lambda handle: "")


def read(tool: ReadSkill, context: ToolContext, **arguments: Any) -> tuple[str, str]:
    outcome = tool.run(arguments, context)
    return outcome.status, outcome.text


def test_folders_without_a_skill_are_passed_over(tmp_path: Path) -> None:
    made(tmp_path, "b")
    made(tmp_path, "a")
    made(tmp_path, ".hidden")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    assert [folder.name for folder in skill_folders(tmp_path)] == ["a", "b"]
    assert skill_folders(tmp_path / "none") == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_links_out_of_a_skill_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("---\ndescription: d\n---\nsecret")
    folder = made(tmp_path / "skills", "a")
    (folder / "link").symlink_to(secret)
    assert [file.path for file in skill_files(folder)] == ["SKILL.md"]
    (folder / "SKILL.md").unlink()
    (folder / "SKILL.md").symlink_to(secret)
    with pytest.raises(BadSkill):
        skill_in(folder)


def test_too_many_files_are_no_skill(tmp_path: Path) -> None:
    folder = made(tmp_path, "a")
    for number in range(400):
        (folder / f"{number}").touch()
    with pytest.raises(BadSkill, match="more than"):
        skill_files(folder)


def test_what_is_shown_changes_with_anything_in_the_folder(tmp_path: Path) -> None:
    folder = made(tmp_path, "a")
    (folder / "data.bin").write_bytes(b"\0\1")
    before = shown_skill(folder)
    (folder / "data.bin").write_bytes(b"\0\2")
    changed = shown_skill(folder)
    assert before != changed
    (folder / "data.bin").chmod(0o755)
    assert os.name == "nt" or shown_skill(folder) != changed


def test_the_skills_of_a_project_are_those_of_its_root_and_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    made(tmp_path / ".claude" / "skills", "both", "of the root")
    made(tmp_path / ".agents" / "skills", "one")
    made(tmp_path / "sub" / ".claude" / "skills", "both", "of the folder")
    (tmp_path / ".agents" / "skills" / "bad").mkdir()
    (tmp_path / ".agents" / "skills" / "bad" / "SKILL.md").write_text("no head")
    found = {file.skill: file for file in project_skills(tmp_path / "sub")}
    assert set(found) == {"both", "one", "bad"}
    assert "of the folder" in found["both"].text
    assert found["one"].name == "../.agents/skills/one"
    assert (found["bad"].trouble, found["bad"].text) == ("bad_skill", "")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_skills_that_lie_outside_of_the_project_are_not_read(tmp_path: Path) -> None:
    outside = made(tmp_path / "outside", "a")
    project = tmp_path / "project"
    (project / ".claude" / "skills").mkdir(parents=True)
    (project / ".claude" / "skills" / "a").symlink_to(outside)
    (project / ".agents").symlink_to(tmp_path / "outside")
    [file] = project_skills(project)
    assert (file.trouble, file.text) == ("outside", "")


def test_the_tool_reads_lists_and_helps_with_names(tmp_path: Path, context: ToolContext) -> None:
    folder = made(tmp_path / "skills", "pdf-forms", "Fill them.")
    (folder / "scripts").mkdir()
    (folder / "scripts" / "fill.py").write_text("print(1)")
    (folder / "blob").write_bytes(bytes(range(256)))
    tool = ReadSkill([skill_in(folder), skill_in(made(tmp_path / "skills", "mail"))])
    status, text = read(tool, context, name="pdf-forms")
    assert status == "ok" and "Fill them." in text and "scripts/fill.py" in text
    assert read(tool, context, name="pdf-forms", path="scripts/fill.py") == ("ok", "print(1)")
    assert read(tool, context)[1].splitlines() == ["pdf-forms: About pdf-forms.", "mail: About mail."]
    status, text = read(tool, context, name="pdf")
    assert status == "error" and "pdf-forms" in text
    for path in ("../../secret", "/etc/passwd", "none", "blob", "scripts"):
        assert read(tool, context, name="mail" if path == "none" else "pdf-forms", path=path)[0] == "error"


def test_a_skill_that_is_gone_is_told(tmp_path: Path, context: ToolContext) -> None:
    folder = made(tmp_path, "a")
    tool = ReadSkill([skill_in(folder)])
    (folder / "SKILL.md").unlink()
    assert read(tool, context, name="a")[0] == "error"


def test_of_thousands_as_many_are_listed_as_there_is_room_for() -> None:
    skills = [(f"skill-{number}", "Does a thing. " * 40) for number in range(3000)]
    text = skill_list(skills, 8192)
    assert len(text.encode()) < 8192 * 3 // 24 + 300
    assert text.splitlines()[-1].endswith("more, which read_skill lists")
    assert skill_list((), 8192) == ""
    assert skill_list(skills[:1], 0).count("\n") == 1
