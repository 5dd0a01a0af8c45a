"""Instruction files: which are found, how they are read, and that nothing leads out."""

import os
import sys
from pathlib import Path

import pytest

from agents.guidance.instruction_files import MOST_BYTES, instruction_files, repository_root


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    return folder


def names(folder: Path) -> list[str]:
    return [file.name for file in instruction_files(folder)]


def test_from_the_root_of_the_repository_down_to_the_folder(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("above the repository")
    (repository / "AGENTS.md").write_text("of all")
    (repository / "sub" / "deep").mkdir(parents=True)
    (repository / "sub" / "CLAUDE.md").write_text("of sub")
    (repository / "sub" / "deep" / "GEMINI.md").write_text("of deep")
    (repository / "other").mkdir()
    (repository / "other" / "AGENTS.md").write_text("of another")
    assert names(repository / "sub" / "deep") == ["../../AGENTS.md", "../CLAUDE.md", "GEMINI.md"]


def test_without_a_repository_only_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "AGENTS.md").write_text("above")
    (folder / "AGENTS.md").write_text("here")
    assert repository_root(folder) == folder
    assert [file.text for file in instruction_files(folder)] == ["here"]


def test_a_home_that_is_a_repository_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / "work").mkdir()
    assert repository_root(tmp_path / "work") == tmp_path / "work"


def test_all_the_names_and_their_folders_of_rules(repository: Path) -> None:
    for path in (
        ".cursorrules",
        ".cursor/rules/style.mdc",
        ".github/copilot-instructions.md",
        ".github/instructions/a.instructions.md",
        ".windsurf/rules/r.md",
        ".clinerules/c.md",
        ".junie/guidelines.md",
    ):
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(f"text of {path}")
    assert set(names(repository)) == {
        ".cursorrules",
        ".cursor/rules/style.mdc",
        ".github/copilot-instructions.md",
        ".github/instructions/a.instructions.md",
        ".windsurf/rules/r.md",
        ".clinerules/c.md",
        ".junie/guidelines.md",
    }


def test_the_same_text_counts_once(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("one text")
    (repository / "CLAUDE.md").symlink_to("AGENTS.md")
    (repository / "GEMINI.md").write_text("one text")
    assert names(repository) == ["AGENTS.md"]


def test_imports_come_along_and_circles_end(repository: Path) -> None:
    (repository / "docs").mkdir()
    (repository / "CLAUDE.md").write_text("Read @docs/style.md and @somebody and @../outside.md")
    (repository / "docs" / "style.md").write_text("Style. @more.md")
    (repository / "docs" / "more.md").write_text("More. @../CLAUDE.md @style.md")
    (repository.parent / "outside.md").write_text("secret")
    found = instruction_files(repository)
    assert [(file.name, file.by) for file in found] == [
        ("CLAUDE.md", ""),
        ("docs/style.md", "CLAUDE.md"),
        ("docs/more.md", "docs/style.md"),
    ]


def test_agents_md_imports_nothing(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("See @notes.md")
    (repository / "notes.md").write_text("notes")
    assert names(repository) == ["AGENTS.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_out_of_the_repository_is_not_read(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (repository / "AGENTS.md").symlink_to(tmp_path / "secret")
    (repository / "CLAUDE.md").symlink_to(repository / "gone.md")
    [file] = instruction_files(repository)
    assert (file.name, file.trouble, file.text) == ("AGENTS.md", "outside", "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_a_pipe_does_not_block(repository: Path) -> None:
    os.mkfifo(repository / "AGENTS.md")
    [file] = instruction_files(repository)
    assert file.trouble == "unreadable"


def test_what_is_invisible_is_written_out(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("be\u200b good\u202e now\U000e0041", encoding="utf-8")
    [file] = instruction_files(repository)
    assert file.text == "be\\u{200b} good\\u{202e} now\\u{e0041}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_other_encodings(repository: Path, encoding: str) -> None:
    (repository / "AGENTS.md").write_bytes("한국어로 답한다\r\n".encode(encoding))
    [file] = instruction_files(repository)
    assert file.text == "한국어로 답한다\n"


def test_what_is_no_text(repository: Path) -> None:
    (repository / "AGENTS.md").write_bytes(bytes(range(256)) * 4)
    [file] = instruction_files(repository)
    assert (file.trouble, file.text) == ("not_text", "")


def test_of_ten_megabytes_the_beginning_counts(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("규칙을 지킨다\n" * 500_000, encoding="utf-8")
    [file] = instruction_files(repository)
    assert file.cut and file.bytes == 10_000_000
    assert len(file.text.encode()) < MOST_BYTES + 200
    assert file.text.endswith("bytes.]\n")
    assert "\ufffd" not in file.text


def test_one_long_line_is_cut_between_letters(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("글" * 100_000, encoding="utf-8")
    [file] = instruction_files(repository)
    assert set(file.text.split("\n")[0]) == {"글"}


def test_a_folder_that_is_gone_has_none(tmp_path: Path) -> None:
    assert instruction_files(tmp_path / "gone") == ()


def test_those_of_deeper_folders_count_there(repository: Path) -> None:
    for path in (
        "AGENTS.md",
        "web/CLAUDE.md",
        "web/node_modules/x/AGENTS.md",
        ".hidden/AGENTS.md",
        "lib/AGENTS.md",
    ):
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(f"text of {path}")
    (repository / "lib" / ".git").mkdir()
    (repository / "web" / "sub").mkdir()
    (repository / "web" / "sub" / "AGENTS.md").write_text("deeper")
    (repository / "out").symlink_to("/", target_is_directory=True)
    found = instruction_files(repository)
    assert [(file.name, file.below) for file in found] == [
        ("AGENTS.md", ""),
        ("web/CLAUDE.md", "web"),
        ("web/sub/AGENTS.md", "web/sub"),
    ]


def test_of_thousands_of_folders_only_so_many_are_looked_at(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.guidance.instruction_files._MOST_BELOW", 3)
    for number in range(6):
        (repository / f"f{number}").mkdir()
        (repository / f"f{number}" / "AGENTS.md").write_text(f"text {number}")
    assert len(instruction_files(repository)) == 3
