"""Folders whose content other programs carry out or trust because of where they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.api import Confinement, Sandbox
from agents.autorun.places import trusted_place
from agents.workspace.carried_out import carried_out


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = (tmp_path / "kim").resolve()
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


@pytest.mark.parametrize(
    "name",
    [
        ".ssh",
        ".config",
        ".config/autostart",
        ".config/systemd/user",
        ".config/nvim/lua",
        "bin",
        ".local",
        ".local/bin",
        ".local/share/applications",
        "Library/LaunchAgents",
        "Library/Application Support/x",
        "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup",
        "work/.git",
        "work/.git/hooks",
        "work/.vscode",
        "work/.github/workflows",
        ".claude/commands",
    ],
)
def test_such_a_folder_is_no_place_to_work_in(home: Path, name: str) -> None:
    (home / ".local/bin").mkdir(parents=True)
    assert trusted_place(home / name, {})


@pytest.mark.parametrize(
    "name",
    ["work", "Documents", ".dotfiles", "work/bin", "projects/.hidden/x", ".local/share/notes", "go/src/x"],
)
def test_an_ordinary_folder_is_one(home: Path, name: str) -> None:
    assert not trusted_place(home / name, {"PATH": "/usr/bin:relative"})


def test_folders_of_the_system_the_search_path_and_the_hooks_of_the_user_are_none(home: Path) -> None:
    (home / ".gitconfig").write_text("[core]\n\thooksPath = ~/hooks\n")
    environment = {"HOME": str(home), "PATH": f"/usr/bin:{home}/tools"}
    for path in ("/etc/cron.d", "/usr/local/bin", str(home / "tools"), str(home / "hooks/more")):
        assert trusted_place(Path(path), environment), path
    for path in ("/usr/local/src/x", "/srv/www", "/opt/x", str(home / "tools/x"), str(home / "other")):
        assert not trusted_place(Path(path), environment), path


def test_the_working_tree_that_an_agent_keeps_is_a_place_to_work_in(home: Path) -> None:
    tree = home / "work/.claude/worktrees/one"
    tree.mkdir(parents=True)
    assert trusted_place(tree, {})
    (tree / ".git").write_text("gitdir: ../../../.git/worktrees/one")
    assert not trusted_place(tree, {})


@pytest.mark.process
def test_dot_files_that_the_home_links_to_are_held(sandbox: Sandbox, home: Path) -> None:
    files = home / "dotfiles"
    (files / "fish").mkdir(parents=True)
    (files / "bashrc").write_text("mine")
    (files / "fish/config.fish").write_text("mine")
    (files / "README").write_text("mine")
    (home / ".config").mkdir()
    (home / ".bashrc").symlink_to("dotfiles/bashrc")
    (home / ".config/fish").symlink_to("../dotfiles/fish")
    script = "echo new > README; echo evil > bashrc; echo evil > fish/config.fish; echo evil > fish/more.fish; true"
    sandbox.run(["sh", "-c", script], Confinement(files))
    assert (files / "README").read_text() == "new\n"
    assert (files / "bashrc").read_text() == (files / "fish/config.fish").read_text() == "mine"
    assert not (files / "fish/more.fish").exists()
    assert carried_out(files, ("README", "bashrc", "fish/new.fish")) == ("bashrc", "fish/new.fish")
