"""What sandboxed programs leave for git, which executes what it finds in a repository: for whoever runs it next."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.api import Confinement, Ran, Sandbox
from agents.sandbox.inside.autorun_files import AutorunFiles
from agents.sandbox.inside.repositories import Watched, harmless, repositories, walked
from agents.sandbox.protected import protected

git_is_here = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
EVIL = '[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "touch {mark}; false"\n'


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    named = ("-c", "user.name=n", "-c", "user.email=e@x.example")
    return subprocess.run(
        ["git", *named, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    assert not git(folder, "init", "-q", "-b", "main").returncode
    assert not git(folder, "commit", "-q", "--allow-empty", "-m", "one").returncode
    return folder / ".git"


def shell(sandbox: Sandbox, workspace: Path, script: str) -> Ran:
    ran = sandbox.run(["sh", "-c", script], Confinement(workspace))
    assert ran.code == 0, ran.errors
    return ran


NEW = "mkdir -p new && cp -r .git new/.git"
TRICKS = {
    "a repository that leads to another configuration": "cp -r .git .git/evil; cp evil .git/evil/config; "
    "echo evil > .git/commondir",
    "a new repository": f"{NEW}; cp evil new/.git/config",
    "a new repository that is closed": f"{NEW}; cp evil new/.git/config; chmod 444 new/.git/config; "
    "chmod 555 new/.git new",
    "a new repository with a second configuration": f"{NEW}; "
    'printf "[extensions]\\n worktreeConfig = true\\n" >> new/.git/config; cp evil new/.git/config.worktree',
    "a new repository that includes a configuration": f"{NEW}; cp evil new/other; "
    'printf "[include]\\n path = ../other\\n" >> new/.git/config',
    "a folder that looks like a repository": "cp -r .git new; cp evil new/config; "
    'printf "[core]\\n worktree = .\\n bare = false\\n" >> new/config',
    "a file that leads to a repository": "mkdir far; cp -r .git far/away; cp evil far/away/config; mkdir new; "
    "echo 'gitdir: ../far/away' > new/.git",
}


@git_is_here
@pytest.mark.parametrize("trick", TRICKS)
def test_git_executes_nothing_that_a_program_left(
    sandbox: Sandbox, workspace: Path, tmp_path: Path, trick: str
) -> None:
    mark = tmp_path / "executed"
    repository(workspace)
    (workspace / "evil").write_text(EVIL.format(mark=mark))
    ran = shell(sandbox, workspace, TRICKS[trick])
    assert "sandbox: what git would execute was taken out" in ran.errors
    for folder in (workspace, *(path for path in workspace.rglob("*") if path.is_dir())):
        if folder == workspace or folder.name in ("new", "away"):
            git(folder, "status")
    assert not mark.exists()
    assert "nothing to commit" not in git(workspace, "log", "--oneline").stderr
    assert git(workspace, "log", "--oneline").stdout.endswith("one\n")


@git_is_here
def test_a_trick_would_work_without_the_sandbox(workspace: Path, tmp_path: Path) -> None:
    """Or the tests above would show nothing."""
    mark = tmp_path / "executed"
    repository(workspace)
    (workspace / "evil").write_text(EVIL.format(mark=mark))
    subprocess.run(["sh", "-c", TRICKS["a new repository"]], cwd=workspace, check=True)
    git(workspace / "new", "status")
    assert mark.exists()


@git_is_here
def test_hooks_of_a_new_repository_are_taken_out_and_the_repository_works(
    sandbox: Sandbox, workspace: Path
) -> None:
    hook = "new/.git/hooks/pre-commit"
    script = (
        "git init -q -b main new && cd new && git config user.name n && git config user.email e@x.example && "
        "echo a > a && git add a && git commit -qm one && git remote add origin https://x.example/r.git && cd .. && "
        f"echo 'touch ../hooked' > {hook} && chmod 755 {hook}; exit 0"
    )
    shell(sandbox, workspace, script)
    assert not (workspace / hook).exists()
    assert git(workspace / "new", "config", "remote.origin.url").stdout == "https://x.example/r.git\n"
    assert git(workspace / "new", "config", "user.name").returncode == 0
    assert git(workspace / "new", "commit", "--allow-empty", "-qm", "two").returncode == 0


@git_is_here
def test_what_the_user_makes_while_a_server_runs_is_left_alone(
    sandbox: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    """A server lives for hours: what is new need not be its own."""
    (repository(workspace) / "evil").mkdir()
    argv, environment = sandbox.command(["cat"], Confinement(workspace))
    with subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin and server.stdout
        server.stdin.write(b"ready\n")
        server.stdin.flush()
        assert server.stdout.readline() == b"ready\n"
        hook = repository(workspace / "mine") / "hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("mine")
        (workspace / ".git/commondir").write_text("evil")
        server.stdin.close()
        assert server.wait(30) == 0
    assert hook.read_text() == "mine"
    assert not (workspace / ".git/commondir").exists()


@git_is_here
def test_an_ordinary_new_repository_is_left_as_it_is(sandbox: Sandbox, workspace: Path) -> None:
    ran = shell(sandbox, workspace, "git init -q new && cd new && git config user.name n && cat .git/config")
    assert "taken out" not in ran.errors
    assert (workspace / "new/.git/config").read_text() == ran.output


@git_is_here
def test_a_new_working_tree_of_a_repository_that_was_there_works(sandbox: Sandbox, workspace: Path) -> None:
    repository(workspace)
    ran = shell(sandbox, workspace, "git worktree add -q inner -b inner")
    assert "taken out" not in ran.errors
    assert git(workspace / "inner", "log", "--format=%s").stdout == "one\n"


@git_is_here
def test_a_repository_that_was_there_can_be_worked_in(sandbox: Sandbox, workspace: Path) -> None:
    folder = repository(workspace / "part").parent
    script = "cd part && echo a > a && git add a && git -c user.name=n -c user.email=e@x commit -qm two"
    ran = shell(sandbox, workspace, script)
    assert "taken out" not in ran.errors
    assert git(folder, "log", "--format=%s").stdout == "two\none\n"


def test_every_folder_that_can_be_written_is_protected(sandbox: Sandbox, tmp_path: Path) -> None:
    home, other, named = tmp_path / "home", tmp_path / "other", tmp_path / "named"
    home.mkdir()
    hook = other / ".git/hooks/pre-commit"
    hook.parent.mkdir(parents=True)
    hook.write_text("mine")
    (other / ".git/config").write_text("mine")
    named.symlink_to(other)
    script = (
        f"for p in {other} {named}; do echo evil > $p/.git/config; echo evil > $p/.git/hooks/new; done; true"
    )
    sandbox.run(["sh", "-c", script], Confinement(home, writable=(named,)))
    assert (other / ".git/config").read_text() == "mine"
    assert [path.name for path in hook.parent.iterdir()] == ["pre-commit"]


def test_repositories_are_found_where_git_keeps_them(tmp_path: Path) -> None:
    for path in (".git", ".git/modules/a", ".git/modules/b/c", "x/y/.git", "bare", "node_modules/p/.git"):
        for name in ("objects", "refs"):
            (tmp_path / path / name).mkdir(parents=True)
        (tmp_path / path / "HEAD").write_text("ref: refs/heads/main")
    (tmp_path / "linked").symlink_to(tmp_path / "x")
    found = repositories(tmp_path)
    inner = ["bare", "node_modules/p/.git", "x/y/.git"]
    assert sorted(found) == [".git", ".git/modules/a", ".git/modules/b/c", *inner]
    locked = protected(Confinement(tmp_path)).locked
    assert tmp_path / "bare/hooks" in locked and tmp_path / ".git/modules/b/c/hooks" in locked


def test_links_are_taken_out_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "hooks").mkdir(parents=True)
    for name in ("hooks/pre-commit", "config"):
        (outside / name).write_text("mine")
    work = tmp_path / "work"
    work.mkdir()
    watched = Watched(work, walked(work))
    new = work / ".git"
    for name in ("objects", "refs"):
        (new / name).mkdir(parents=True)
    (new / "HEAD").write_text("ref: refs/heads/main")
    (new / "hooks").symlink_to(outside / "hooks")
    (new / "config").symlink_to(outside / "config")
    os.mkfifo(new / "config.worktree")
    assert watched.disarm(walked(work)) == [".git"]
    assert sorted(path.name for path in new.iterdir()) == ["HEAD", "objects", "refs"]
    assert (outside / "hooks/pre-commit").read_text() == (outside / "config").read_text() == "mine"


def test_what_was_not_looked_at_before_is_not_taken_for_new(tmp_path: Path) -> None:
    """Where there are too many folders; what is new near the top is told apart nevertheless."""

    def made(folder: str) -> None:
        for name in ("objects", "refs", "hooks"):
            (tmp_path / folder / ".git" / name).mkdir(parents=True)
        (tmp_path / folder / ".git/HEAD").write_text("ref: refs/heads/main")
        (tmp_path / folder / ".git/hooks/pre-commit").write_text("x")
        (tmp_path / folder / ".envrc").write_text("x")

    made("a/b/c/mine")
    before = walked(tmp_path, 3)
    assert not before.whole
    watched, files = Watched(tmp_path, before), AutorunFiles(tmp_path, before, (), ())
    made("new")
    made("a/new")
    after = walked(tmp_path)
    assert sorted(watched.disarm(after)) == ["a/new/.git", "new/.git"]
    assert sorted(path for path, _ in files.set_aside(after)) == ["a/new/.envrc", "new/.envrc"]
    assert (tmp_path / "a/b/c/mine/.git/hooks/pre-commit").exists() and (
        tmp_path / "a/b/c/mine/.envrc"
    ).exists()


@pytest.mark.parametrize(
    "line",
    [
        "[include]\n\tpath = x",
        "[core]\n\tfsmonitor = x",
        "[core] fsmonitor = x",
        "[core]\n\tpager = x\n\thooksPath = y\n\tsshCommand = z\n\tworktree = .",
        '[filter "a"]\n\tclean = x',
        '[includeIf "gitdir:/"]\n\tpath = x',
        "[alias]\n\tst = !x",
        "[core]\n\tautocrlf = a\\\n\tfsmonitor = x",
        "[core.fsmonitor]\n\tname = x",
        '[user "]\n[core"]\n\tfsmonitor = x',
        "[Core]\n\tFSMonitor=x",
        "[core]\r\n\tfsmonitor = x",
        "[user]\n\tname = n ; [core]\n\tfsmonitor = x",
    ],
)
def test_settings_that_execute_or_lead_elsewhere_are_left_out(line: str) -> None:
    kept = harmless(f"[user]\n\tname = n\n{line}\n")
    for word in ("fsmonitor", "path", "pager", "sshcommand", "clean", "worktree", "= !x"):
        assert word not in kept.lower()
    assert "name = n" in kept


@git_is_here
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "[core]",
                    "[user]",
                    '[remote "o"]',
                    "[core",
                    "]",
                    "\tname = a",
                    "\tfsmonitor = touch x",
                    '"',
                ),
                *(
                    "\\",
                    "\n",
                    "\n",
                    " ",
                    "bare = false",
                    "url = u",
                    "#",
                    ";",
                    "=",
                    "[include]",
                    "path = y",
                    "\0",
                ),
            ]
        ),
        max_size=14,
    )
)
def test_what_is_left_sets_nothing_else_as_git_reads_it(words: list[str]) -> None:
    kept = harmless("".join(words))
    read = subprocess.run(
        ["git", "config", "--file", "-", "--list", "--name-only"],
        input=kept,
        capture_output=True,
        text=True,
        check=False,
    )
    names = {name.rpartition(".")[2] for name in read.stdout.split()}
    assert names <= {"name", "bare", "url"}
