"""What holds for paths where folders cannot be opened relative to each other (Windows): all but the race."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.permissions.path_rules import PathRefused
from agents.workspace import folder
from agents.workspace.workspace import Workspace
from tests.agents.tools import test_paths

SAME = [
    test_paths.test_links_inside_are_followed_and_links_out_are_not,
    test_paths.test_a_link_that_leads_back_to_the_root_is_the_root,
    test_paths.test_pipes_and_devices_are_no_files,
    test_paths.test_korean_names_are_found_composed_or_not,
    test_paths.test_our_own_data_is_closed,
    test_paths.test_a_write_is_whole_or_not_at_all_and_keeps_the_mode,
    test_paths.test_everything_beneath_is_walked_in_order_without_following_links,
]


@pytest.fixture(autouse=True)
def by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "BY_DESCRIPTOR", False)


@pytest.mark.parametrize("test", SAME, ids=lambda test: test.__name__.removeprefix("test_"))
def test_the_same_holds(test: object, tmp_path: Path) -> None:
    test(tmp_path)  # type: ignore[operator]


def test_a_folder_that_became_a_link_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "work/inner").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    workspace = Workspace.at(tmp_path / "work")
    (tmp_path / "work/inner").rename(tmp_path / "work/aside")
    (tmp_path / "work/inner").symlink_to(tmp_path / "outside")
    with pytest.raises((PathRefused, OSError)):
        workspace.locate("inner/new")[0].write("new", b"x")
    with folder.Folder.root(tmp_path / "work") as root, pytest.raises(NotADirectoryError):
        root.folder("inner")
    assert not list((tmp_path / "outside").iterdir())


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        folder.Folder.root(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError):
        folder.Folder.root(tmp_path / "file")
