"""A rebase that waits executes what its list says once somebody goes on with it. What a program adds is held."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agents.api import Confinement, Ran, Sandbox
from agents.sandbox.inside.repositories import commands_of

pytestmark = pytest.mark.process
TODO = ".git/rebase-merge/git-rebase-todo"


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main")
    ran = subprocess.run(
        ["git", *named, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    return ran.stdout + ran.stderr


@pytest.fixture
def repository(workspace: Path) -> Path:
    git(workspace, "init")
    for name in ("one", "two", "three"):
        (workspace / name).write_text(name)
        git(workspace, "add", ".")
        git(workspace, "commit", "-m", name)
    return workspace


def run(sandbox: Sandbox, workspace: Path, script: str) -> Ran:
    return sandbox.run(["/bin/sh", "-c", script], Confinement(workspace))


@pytest.mark.parametrize("line", ["exec touch evil", "  x\ttouch evil", "exec  touch evil"])
def test_a_command_that_a_program_adds_is_not_executed_and_is_told(
    sandbox: Sandbox, repository: Path, line: str
) -> None:
    wait = "GIT_SEQUENCE_EDITOR='sed -i 1ibreak' git rebase -i HEAD~1"
    ran = run(sandbox, repository, f"{wait}; printf '%s\\n' '{line}' >> {TODO}; cat {TODO}")
    assert line in ran.output and "what git would execute was taken out" in ran.errors
    todo = (repository / TODO).read_text()
    assert commands_of(todo) == frozenset() and f"# {line}" in todo and "pick" in todo
    assert "Successfully rebased" in git(repository, "rebase", "--continue")
    assert not (repository / "evil").exists()


def test_what_a_person_has_put_there_stays_and_so_does_a_rebase_that_a_program_ends(
    sandbox: Sandbox, repository: Path
) -> None:
    run(sandbox, repository, "git rebase -i HEAD~1 --exec 'touch checked'")
    (repository / ".git/rebase-merge").mkdir(exist_ok=True)
    (repository / TODO).write_text("exec make test\n")
    ran = run(sandbox, repository, "echo hello")
    assert (repository / TODO).read_text() == "exec make test\n" and "taken out" not in ran.errors


def test_a_link_in_the_place_of_the_list_leads_nowhere(
    sandbox: Sandbox, repository: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "git-rebase-todo").write_text("exec touch mine\n")
    run(sandbox, repository, f"ln -s {outside} .git/rebase-merge")
    assert (outside / "git-rebase-todo").read_text() == "exec touch mine\n"
    assert not (repository / ".git/rebase-merge").exists()
