"""Commits in a sandbox bear the user's name, and nothing else of git's configuration is handed on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agents.api import Confinement, Sandbox
from agents.sandbox.git_identity import git_identity

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    return folder


def test_only_name_and_address_are_handed_on(home: Path, workspace: Path) -> None:
    (home / ".gitconfig").write_text(
        '[user]\n\tname = "Kim \\"K\\" Minsu \\\\ # ;"\n\temail = minsu@example.org\n\tsigningkey = CANARY\n'
        '[credential]\n\thelper = "!echo CANARY"\n[url "https://CANARY@example.org"]\n\tinsteadOf = x:\n'
    )
    given = git_identity(workspace)
    assert list(given) == [".gitconfig"] and "CANARY" not in given[".gitconfig"]
    (home / ".gitconfig").write_text(given[".gitconfig"])
    assert git_identity(workspace) == given
    read = subprocess.run(
        ["git", "config", "--global", "--list"], capture_output=True, text=True, check=True, cwd=workspace
    )
    assert read.stdout == 'user.name=Kim "K" Minsu \\ # ;\nuser.email=minsu@example.org\n'


def test_what_is_included_for_the_folder_counts(home: Path, workspace: Path) -> None:
    subprocess.run(["git", "init", "-q", str(workspace)], check=True, capture_output=True)
    (home / "work").write_text("[user]\n\temail = at@work.example\n")
    (home / ".gitconfig").write_text(
        f'[user]\n\tname = A\n\temail = at@home.example\n[includeIf "gitdir:{workspace}/"]\n\tpath = work\n'
    )
    assert "at@work.example" in git_identity(workspace)[".gitconfig"]


@pytest.mark.parametrize("text", ["", "[user]\n", "not a configuration [", "[user]\n\tname\n"])
def test_without_an_identity_there_is_no_file(home: Path, workspace: Path, text: str) -> None:
    (home / ".gitconfig").write_text(text)
    assert git_identity(workspace) == {}


def test_the_names_of_a_repository_come_before_it(sandbox: Sandbox, home: Path, workspace: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = The User\n\temail = user@example.org\n")
    script = (
        "git init -q one && cd one && git commit -q --allow-empty -m x && git log -1 --format='%an %ae'; cd ..;"
        "git init -q two && cd two && git config user.name Other && git commit -q --allow-empty -m x;"
        "git log -1 --format='%an %ae'"
    )
    ran = sandbox.run(["sh", "-c", script], Confinement(workspace, home=git_identity(workspace)))
    assert ran.output == "The User user@example.org\nOther user@example.org\n", ran.errors
