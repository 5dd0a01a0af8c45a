"""What a person lets commands read is checked: it is there, not too wide, and no place of secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.runs.place.readable import checked_readable, usable
from engine.errors import UserError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home/person"
    for name in (".ssh/keys", "data", ".local/share/coterie/tables", "link"):
        (folder / name).mkdir(parents=True)
    (folder / "data/table.csv").touch()
    (folder / "to_ssh").symlink_to(".ssh")
    (folder / "to_data").symlink_to("data")
    (folder / "loop").symlink_to("loop")
    monkeypatch.setenv("HOME", str(folder))
    return folder


def test_files_and_folders_are_taken_without_links(home: Path) -> None:
    ours = home / ".local/share/coterie"
    assert checked_readable("~/data", ours) == home / "data"
    assert checked_readable(f"{home}/to_data/table.csv", ours) == home / "data/table.csv"
    assert checked_readable(f"{home}/.local/share", ours) == home / ".local/share"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "not_named"),
        ("data", "not_named"),
        ("{home}/gone", "missing"),
        ("{home}/\0", "missing"),
        ("{home}/loop/x", "missing"),
        ("~nobody-of-this-name/x", "missing"),
        ("/", "too_wide"),
        ("~", "too_wide"),
        ("{home}/..", "too_wide"),
        ("~/.ssh", "secret"),
        ("~/.ssh/keys", "secret"),
        ("~/to_ssh", "secret"),
        ("~/.local/share/coterie", "secret"),
        ("~/.local/share/coterie/tables", "secret"),
    ],
)
def test_what_is_no_path_to_show_is_refused(home: Path, path: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        checked_readable(path.format(home=home), home / ".local/share/coterie")
    assert caught.value.code == f"run.read_{code}"


def test_of_a_list_the_usable_ones_count(home: Path) -> None:
    paths = ["~/gone", "~/data", "~/.ssh", f"{home}/to_data", "~/link"]
    assert usable(paths, home / "ours") == (home / "data", home / "link")
