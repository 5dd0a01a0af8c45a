"""A run gets a folder of the user's, never a whole disk, a home or Coterie's own data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.services.runs.place.workspace import checked_workspace
from engine.errors import UserError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def refused(path: str, home: Path) -> str:
    with pytest.raises(UserError) as caught:
        checked_workspace(path, home)
    return caught.value.code


def test_a_folder_is_taken_without_the_links_that_lead_to_it(tmp_path: Path, home: Path) -> None:
    (tmp_path / "작업 폴더").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "작업 폴더")
    assert checked_workspace(str(tmp_path / "link"), home) == (tmp_path / "작업 폴더").resolve()


def test_a_folder_that_is_not_named_whole_is_no_folder_and_never_the_one_that_the_program_is_in(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path / "w")
    for path in ("", "  ", ".", "w", "../w", "\t"):
        assert refused(path, home) == "run.workspace_not_named", path
    assert checked_workspace(str(tmp_path / "w"), home) == (tmp_path / "w").resolve()


def test_what_is_no_folder_is_told(tmp_path: Path, home: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert refused(str(tmp_path / "none"), home) == "run.no_workspace"
    assert refused(str(tmp_path / "file"), home) == "run.workspace_not_a_folder"
    assert refused("/a\0b", home) == "run.workspace_unreadable"
    assert refused(str(tmp_path / "round"), home) in ("run.workspace_unreadable", "run.no_workspace")
    assert refused("~nobody-of-that-name/x", home) in ("run.workspace_unreadable", "run.no_workspace")


def test_a_disk_a_home_and_our_own_data_are_too_wide(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = tmp_path / "users" / "kim"
    (users / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(users))
    for wide in ("/", str(users), str(users.parent), "~", str(home), str(home.parent), str(home / "runs")):
        (home / "runs").mkdir(exist_ok=True)
        assert refused(wide, home) == "run.workspace_too_wide", wide
    assert checked_workspace("~/work", home) == users / "work"


def test_what_other_programs_carry_out_because_of_where_it_lies_is_told(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = tmp_path / "users" / "kim"
    monkeypatch.setenv("HOME", str(users))
    for name in (".ssh", ".config/autostart", "bin", "work/.git/hooks", "work/.vscode"):
        (users / name).mkdir(parents=True)
        assert refused(f"~/{name}", home) == "run.workspace_trusted", name
    (users / "link").symlink_to(".ssh")
    assert refused("~/link", home) == "run.workspace_trusted"
    assert checked_workspace("~/work", home) == users / "work"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, home: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    assert refused(str(tmp_path / "closed"), home) == "run.workspace_unreadable"
