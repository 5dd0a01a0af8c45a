"""Skills: the person's own, copies of those of projects, and what is imported."""

import io
import os
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from agents.guidance.project_skills import project_skills
from app.services.guidance.instructions import Instructions
from app.services.guidance.skill_import import other_programs, skills_at
from app.services.guidance.skills import Skills
from engine.errors import UserError
from tests.agents.guidance.test_skill_folders import made


@pytest.fixture
def skills(tmp_path: Path) -> Skills:
    return Skills(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    skill = made(folder / ".claude" / "skills", "deploy", "Old text.")
    (skill / "run.sh").write_text("#!/bin/sh\n")
    (skill / "run.sh").chmod(0o755)
    return folder


def test_own_skills_are_added_removed_and_restored(skills: Skills, tmp_path: Path) -> None:
    skills.add(made(tmp_path, "mail"))
    assert [skill.name for skill in skills.own()] == ["mail"]
    assert skills.body("mail") == "Do it."
    with pytest.raises(UserError, match=r"skill\.twice"):
        skills.add(tmp_path / "mail")
    skills.remove("mail")
    assert skills.own() == ()
    skills.restore("mail")
    assert [skill.name for skill in skills.own()] == ["mail"]
    with pytest.raises(UserError, match=r"skill\.missing"):
        skills.get("none")


def test_bad_ones_and_doubles_are_left_out_and_named(skills: Skills) -> None:
    made(skills.folder, "a")
    made(skills.folder, "b")
    (skills.folder / "b" / "SKILL.md").write_text("---\nname: a\ndescription: d\n---\nbody")
    made(skills.folder, "c")
    (skills.folder / "c" / "SKILL.md").write_text("nothing")
    assert [skill.name for skill in skills.own()] == ["a"]
    assert [bad.name for bad in skills.refused()] == ["b", "c"]


def test_a_project_s_skill_counts_as_it_was_agreed_to(skills: Skills, project: Path, tmp_path: Path) -> None:
    instructions = Instructions(tmp_path / "home", skills)
    found = instructions.at(str(project))
    assert [each.state for each in found.all] == ["new"] and found.skills == ()
    instructions.agree(found.open)
    found = instructions.at(str(project))
    assert found.follows == () and [file.skill for file in found.skills] == ["deploy"]
    [skill] = skills.for_run(found.skills)
    assert not skill.folder.is_relative_to(project)
    assert os.name == "nt" or stat.S_IMODE((skill.folder / "run.sh").stat().st_mode) == 0o755
    # Whatever becomes of the project's folder, the copy stays.
    (project / ".claude/skills/deploy/run.sh").write_text("#!/bin/sh\nrm -rf ~\n")
    assert (skill.folder / "run.sh").read_text() == "#!/bin/sh\n"
    [changed] = instructions.at(str(project)).all
    assert changed.state == "changed" and "+rm -rf ~" in changed.diff
    assert instructions.at(str(project)).skills == ()


def test_a_skill_that_changes_between_being_shown_and_agreed_to(skills: Skills, project: Path) -> None:
    [shown] = project_skills(project)
    (project / ".claude/skills/deploy/run.sh").write_text("other")
    with pytest.raises(UserError, match=r"skill\.changed"):
        skills.keep_copy(shown)
    assert list(skills.folder.iterdir()) == []


def test_a_copy_that_is_gone_is_asked_about_again(skills: Skills, project: Path, tmp_path: Path) -> None:
    instructions = Instructions(tmp_path / "home", skills)
    instructions.agree(instructions.at(str(project)).open)
    shutil.rmtree(tmp_path / "home" / "agreements" / "skills")
    assert [each.state for each in instructions.at(str(project)).all] == ["new"]
    assert skills.for_run(project_skills(project)) == ()


def test_skills_of_other_programs(tmp_path: Path) -> None:
    made(tmp_path / ".claude" / "skills", "a")
    made(tmp_path / ".codex" / "skills", "a")
    made(tmp_path / ".config" / "opencode" / "skill", "b")
    assert [skill.name for skill in other_programs(tmp_path)] == ["a", "b"]


def test_a_folder_that_is_one_or_holds_several(tmp_path: Path) -> None:
    one = made(tmp_path / "repository" / "skills", "a")
    with skills_at(one) as found:
        assert [skill.name for skill in found] == ["a"]
    made(tmp_path / "repository" / "skills", "b")
    with skills_at(tmp_path / "repository") as found:
        assert [skill.name for skill in found] == ["a", "b"]
    with pytest.raises(UserError, match=r"skill\.none_there"), skills_at(tmp_path / "none"):
        pass


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path


SKILL = b"---\nname: zipped\ndescription: d\n---\nbody"


def test_a_zip_file_is_unpacked_and_nothing_leaves_its_folder(tmp_path: Path, skills: Skills) -> None:
    entries = {
        "repository-main/skills/zipped/SKILL.md": SKILL,
        "repository-main/skills/zipped/../../../../escaped": b"x",
        "/absolute": b"x",
        "C:\\drive": b"x",
    }
    with skills_at(zipped(tmp_path / "s.zip", entries)) as found:
        [skill] = found
        place = skill.folder
        skills.add(skill.folder)
    assert not place.exists() and not (tmp_path / "escaped").exists()
    assert [skill.name for skill in skills.own()] == ["zipped"]


@pytest.mark.parametrize("data", [b"", b"PK\3\4 not really", b"text"])
def test_a_file_that_is_no_zip(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s.zip").write_bytes(data)
    with pytest.raises(UserError, match=r"skill\.bad_zip"), skills_at(tmp_path / "s.zip"):
        pass


def test_a_zip_that_grows_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.guidance.skill_import._MOST_UNPACKED", 1000)
    path = zipped(tmp_path / "s.zip", {"a/SKILL.md": SKILL, "a/big": bytes(5000)})
    with pytest.raises(UserError, match=r"skill\.bad_zip"), skills_at(path):
        pass
