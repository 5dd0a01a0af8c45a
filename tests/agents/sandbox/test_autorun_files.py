"""Files that other programs carry out without being asked: no program in the sandbox leaves one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.api import Confinement, Ran, Sandbox
from agents.autorun.names import _TABLE, autorun

NAMES = sorted(
    {name for programs in _TABLE.values() for names in programs.values() for name in names.split()}
)
FILES = [name.replace("*", "x") for name in NAMES]


def shell(sandbox: Sandbox, workspace: Path, script: str, released: Sequence[str] = ()) -> Ran:
    return sandbox.run(["sh", "-c", script], Confinement(workspace, released=tuple(released)))


def test_every_one_that_a_program_makes_is_set_aside(sandbox: Sandbox, workspace: Path) -> None:
    script = "\n".join(f"mkdir -p $(dirname {name}); echo evil > {name}" for name in FILES)
    ran = shell(sandbox, workspace, script)
    assert ran.code == 0, ran.errors
    assert "sandbox: a person can allow such a file" in ran.errors
    for name in FILES:
        assert not (workspace / name).exists(), name
        assert (workspace / f"{name}.aside").read_text() == "evil\n", name


def test_every_one_that_was_there_is_as_it_was(sandbox: Sandbox, workspace: Path) -> None:
    for name in FILES:
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text("mine")
    shell(sandbox, workspace, "\n".join(f"echo evil > {name}; chmod 755 {name}" for name in FILES))
    for name in FILES:
        assert (workspace / name).read_text() == "mine", name
        assert not os.access(workspace / name, os.X_OK) or os.geteuid() == 0, name
        assert not (workspace / name).stat().st_mode & 0o111, name


WAYS = {
    "a folder that is renamed": "mkdir a; echo evil > a/tasks.json; mv a .vscode",
    "a file that is renamed": "echo evil > a; mkdir .vscode; mv a .vscode/tasks.json",
    "a hard link": "echo evil > a; mkdir .vscode; ln a .vscode/tasks.json",
    "a link to a file": "echo evil > a; mkdir .vscode; ln -s ../a .vscode/tasks.json",
    "a link to a folder": "mkdir a; echo evil > a/tasks.json; ln -s a .vscode",
    "other letters": "mkdir .VSCode; echo evil > .VSCode/Tasks.json",
    "letters that nobody sees": "d=$(printf '.vs\\342\\200\\215code'); mkdir $d; echo evil > $d/tasks.json",
    "another width": "d=$(printf '.\\357\\275\\226scode'); mkdir $d; echo evil > $d/tasks.json",
    "far down": "mkdir -p a/b/c/d/e/f/g/h/.vscode; echo evil > a/b/c/d/e/f/g/h/.vscode/tasks.json",
    "out of an installed package": "cp -r node_modules/p/.vscode .",
    "moved out of an installed package": "mv node_modules/p/.vscode .",
    "what was set aside": "mkdir .vscode; mv old.aside .vscode/tasks.json",
    "in a folder that is closed": "mkdir .vscode; echo evil > .vscode/tasks.json; chmod 555 .vscode",
    "a file that is closed": "mkdir .vscode; echo evil > .vscode/tasks.json; chmod 000 .vscode/tasks.json",
    "in a workspace that is closed": "mkdir .vscode; echo evil > .vscode/tasks.json; chmod 555 .",
    "a very long name": "n=$(printf 'b%.0s' $(seq 1 240)); echo evil > $n.code-workspace",
    "made by a process that is left": "(sleep 0.2; mkdir .vscode; echo evil > .vscode/tasks.json) & wait",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_such_a_file(sandbox: Sandbox, workspace: Path, way: str) -> None:
    package = workspace / "node_modules/p/.vscode/tasks.json"
    package.parent.mkdir(parents=True)
    package.write_text("evil\n")
    (workspace / "old.aside").write_text("evil\n")
    ran = shell(sandbox, workspace, WAYS[way])
    assert ran.code == 0, ran.errors
    for path in workspace.rglob("*"):
        name = path.relative_to(workspace).as_posix()
        if path.is_file() and not name.startswith("node_modules/") and autorun(name):
            assert path.name.endswith(".aside"), name
    assert "VS Code would carry out" in ran.errors


CHANGES = {
    "written": "echo evil > .vscode/tasks.json",
    "replaced": "echo evil > a; mv -f a .vscode/tasks.json",
    "its folder is swapped": "mv .vscode away; mkdir .vscode; echo evil > .vscode/tasks.json",
    "added to its folder": "echo evil > .vscode/launch.json",
    "by another name": "echo evil > other",
    "what a link leads to": "echo evil > docs/agents.md",
    "the link": "rm -f AGENTS.md; echo evil > AGENTS.md",
    "the folder of what a link leads to": "mv docs d; mkdir docs; echo evil > docs/agents.md",
    "deeper": "echo evil > part/.envrc",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_there_is_not_changed(sandbox: Sandbox, workspace: Path, change: str) -> None:
    for name in (".vscode/tasks.json", "docs/agents.md", "part/.envrc"):
        (workspace / name).parent.mkdir(exist_ok=True)
        (workspace / name).write_text("mine")
    (workspace / "AGENTS.md").symlink_to("docs/agents.md")
    (workspace / "other").hardlink_to(workspace / ".vscode/tasks.json")
    shell(sandbox, workspace, f"{CHANGES[change]}; true")
    for name in (".vscode/tasks.json", "AGENTS.md", "part/.envrc"):
        assert not (workspace / name).exists() or (workspace / name).read_text() == "mine", name
    assert not (workspace / ".vscode/launch.json").exists()


def test_a_command_that_is_stopped_leaves_none_either(sandbox: Sandbox, workspace: Path) -> None:
    (workspace / "AGENTS.md").write_text("mine")
    script = "echo evil > .envrc; echo evil > AGENTS.md; mkdir -p .git/hooks .git/objects .git/refs; "
    script += "echo ref: refs/heads/main > .git/HEAD; echo evil > .git/hooks/pre-commit; touch done; sleep 60"

    def made() -> bool:
        return (workspace / "done").exists()

    ran = sandbox.run(["sh", "-c", script], Confinement(workspace), cancelled=made)
    assert ran.cancelled and "'.envrc.aside'" in ran.errors
    assert not (workspace / ".envrc").exists() and not (workspace / ".git/hooks/pre-commit").exists()
    assert (workspace / "AGENTS.md").read_text() == "mine"


def test_one_that_was_allowed_by_name_may_be_written(sandbox: Sandbox, workspace: Path) -> None:
    (workspace / ".vscode").mkdir()
    (workspace / ".vscode/tasks.json").write_text("mine")
    script = "echo new > .envrc; echo new > .vscode/tasks.json; echo new > .vscode/launch.json"
    ran = shell(sandbox, workspace, script, (".envrc", ".vscode/tasks.json"))
    assert ran.code == 0, ran.errors
    assert (workspace / ".envrc").read_text() == (workspace / ".vscode/tasks.json").read_text() == "new\n"
    assert not (workspace / ".vscode/launch.json").exists()


def test_a_folder_of_the_programs_own_may_hold_such_files(
    sandbox: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    (own / ".gemini").mkdir(parents=True)
    (own / ".gemini/settings.json").write_text("old")
    script = f"echo new > {own}/.gemini/settings.json; echo new > {own}/.npmrc"
    ran = sandbox.run(["sh", "-c", script], Confinement(workspace, released=(str(own),), writable=(own,)))
    assert ran.code == 0 and not ran.errors
    assert (own / ".npmrc").read_text() == (own / ".gemini/settings.json").read_text() == "new\n"


def test_ordinary_work_is_left_alone(sandbox: Sandbox, workspace: Path) -> None:
    (workspace / "part").mkdir()
    (workspace / "part/AGENTS.md").write_text("mine")
    (workspace / "CLAUDE.md").write_text("mine")
    script = """
    mv part renamed
    rm CLAUDE.md
    mkdir -p src node_modules/p/.vscode .venv/lib/site-packages
    echo x > Makefile; echo x > package.json; echo x > model.pth; echo x > .python-version; echo x > .gitignore
    echo x > node_modules/p/.vscode/settings.json; echo x > .venv/lib/site-packages/a.pth; echo x > src/agents.py
    """
    ran = shell(sandbox, workspace, script)
    assert ran.code == 0 and not ran.errors
    assert (workspace / "renamed/AGENTS.md").read_text() == "mine"
    assert not (workspace / "CLAUDE.md").exists()
    assert not list(workspace.rglob("*.aside*"))


def test_what_a_server_runs_beside_is_the_users_own(sandbox: Sandbox, workspace: Path) -> None:
    """A server lives for hours: a new file need not be its own. What was there is locked where the system can."""
    (workspace / ".envrc").write_text("mine")
    argv, environment = sandbox.command(["cat"], Confinement(workspace))
    with subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin and server.stdout
        server.stdin.write(b"ready\n")
        server.stdin.flush()
        assert server.stdout.readline() == b"ready\n"
        (workspace / "AGENTS.md").write_text("mine")
        server.stdin.close()
        assert server.wait(30) == 0
    assert (workspace / "AGENTS.md").read_text() == "mine"


@pytest.mark.parametrize(
    "path", ["Makefile", "package.json", "a.pth", ".python-version", ".git/x", "src/vscode", "x.desktop.txt"]
)
def test_ordinary_files_are_in_no_table(path: str) -> None:
    assert autorun(path) is None


@given(st.sampled_from(FILES), st.lists(st.sampled_from(["a", "b c", "한"]), max_size=3))
def test_names_count_in_every_folder_and_spelling(name: str, folders: list[str]) -> None:
    path = "/".join([*folders, name])
    assert autorun(path) == autorun(path.upper()) == autorun(f"{path}/inner") == autorun(name)
    assert autorun(path.replace(".", ".\u200c")) is not None
