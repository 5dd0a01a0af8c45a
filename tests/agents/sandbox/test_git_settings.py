"""What the settings of a repository point to: git executes it for whoever uses the folder next."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agents.api import Confinement, Sandbox
from agents.autorun.git_config import pointed_to, settings

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]

EVIL = "#!/bin/sh\ntouch {mark}\ncat\n"


def git(folder: Path, *words: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    named = ("-c", "user.name=n", "-c", "user.email=e@x.example")
    ran = subprocess.run(
        ["git", *named, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ran.stdout


def used(folder: Path) -> None:
    """What a person does there later, all that git may execute something for."""
    (folder / "note.txt").write_text("changed")
    for words in (
        ("status",),
        ("diff", "--ext-diff"),
        ("add", "."),
        ("commit", "-qm", "two"),
        ("look",),
        ("checkout", "-q", "-f", "main"),
    ):
        git(folder, *words)


POINTERS = {
    "a folder of hooks": ({"core.hooksPath": ".hooks"}, ".hooks/pre-commit"),
    "a folder of hooks further down": ({"core.hooksPath": "tools/git/hooks"}, "tools/git/hooks/pre-commit"),
    "an alias": ({"alias.look": "!sh tools/look.sh"}, "tools/look.sh"),
    "a filter": ({"filter.f.clean": "./tools/clean"}, "tools/clean"),
    "a filter named absolutely": ({"filter.f.clean": '"{root}/tools/clean"'}, "tools/clean"),
    "a program that compares": ({"diff.f.command": "tools/compare"}, "tools/compare"),
    "a text converter": ({"diff.f.textconv": "sh tools/compare"}, "tools/compare"),
    "a watcher": ({"core.fsmonitor": ".git/../tools/watch"}, "tools/watch"),
    "an editor": ({"core.editor": "sh ./edit.sh", "commit.verbose": "true"}, "edit.sh"),
    "another configuration": ({"include.path": "../.gitconfig"}, ".gitconfig"),
    "another configuration, for this folder alone": (
        {"includeIf.gitdir:**/work/.path": "../conf/git"},
        "conf/git",
    ),
}


def repository(root: Path, chosen: dict[str, str]) -> None:
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "note.txt").write_text("one")
    (root / ".gitattributes").write_text("*.txt filter=f diff=f\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    for name, value in chosen.items():
        git(root, "config", name, value.format(root=root))


def script(path: str, content: str) -> str:
    text = content.replace("'", "'\\''")
    return f"mkdir -p $(dirname {path}); printf '%s' '{text}' > {path}; chmod 755 {path}; true"


@pytest.mark.parametrize("there", [True, False], ids=["there", "missing"])
@pytest.mark.parametrize("pointer", POINTERS)
def test_git_executes_nothing_that_a_program_wrote_where_its_settings_point(
    sandbox: Sandbox, tmp_path: Path, pointer: str, there: bool
) -> None:
    root, mark = tmp_path / "work", tmp_path / "executed"
    chosen, path = POINTERS[pointer]
    repository(root, chosen)
    if there:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("mine")
    is_configuration = any(name.startswith("include") for name in chosen)
    evil = f'[core]\n\tfsmonitor = "touch {mark}; false"\n' if is_configuration else EVIL.format(mark=mark)
    sandbox.run(["sh", "-c", script(path, evil)], Confinement(root))
    used(root)
    assert not mark.exists()
    assert not there or (root / path).read_text() == "mine"


def test_the_same_would_be_executed_without_the_sandbox(tmp_path: Path) -> None:
    """Or the tests above would show nothing."""
    for number, (chosen, path) in enumerate(POINTERS.values()):
        mark, root = tmp_path / f"executed{number}", tmp_path / str(number) / "work"
        root.parent.mkdir()
        repository(root, chosen)
        includes = any(name.startswith("include") for name in chosen)
        evil = f'[core]\n\tfsmonitor = "touch {mark}; false"\n' if includes else EVIL.format(mark=mark)
        subprocess.run(["sh", "-c", script(path, evil)], cwd=root, check=True)
        used(root)
        assert mark.exists() or "core.editor" in chosen, (
            path
        )  # an editor is started where there is a terminal


WAYS = {
    "another name of the file": "echo evil > other",
    "the folder is swapped": "mv tools away; mkdir tools; echo evil > tools/look.sh",
    "a link in its place": "echo evil > far.sh; rm -f tools/look.sh; ln -s ../far.sh tools/look.sh",
    "a link in place of the folder": "mkdir far; echo evil > far/look.sh; rm -rf tools; ln -s far tools",
    "renamed onto it": "echo evil > far.sh; mv -f far.sh tools/look.sh",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_what_the_settings_point_to(sandbox: Sandbox, tmp_path: Path, way: str) -> None:
    root = tmp_path / "work"
    repository(root, {"alias.look": "!sh tools/look.sh"})
    (root / "tools").mkdir()
    (root / "tools/look.sh").write_text("mine")
    if "other" in WAYS[way]:
        (root / "other").hardlink_to(root / "tools/look.sh")
    sandbox.run(["sh", "-c", f"{WAYS[way]}; true"], Confinement(root))
    assert not (root / "tools/look.sh").exists() or (root / "tools/look.sh").read_text() == "mine"


HIDDEN = {
    "a file named .git": "mkdir -p {far} new; cp -r .git/. {far}/; cp evil {far}/config; "
    "echo 'gitdir: ../{far}' > new/.git",
    "a link named .git": "mkdir -p {far} new; cp -r .git/. {far}/; cp evil {far}/config; ln -s ../{far} new/.git",
}


@pytest.mark.parametrize("far", ["node_modules/p/away", "a/b/c/d/e/f/g/h", "lookalike/objects/away"])
@pytest.mark.parametrize("trick", HIDDEN)
def test_a_repository_is_found_wherever_it_is_hidden(
    sandbox: Sandbox, tmp_path: Path, trick: str, far: str
) -> None:
    root, mark = tmp_path / "work", tmp_path / "executed"
    repository(root, {})
    (root / "evil").write_text(
        f'[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "touch {mark}; false"\n'
    )
    hide = HIDDEN[trick].format(far=far)
    looks = "mkdir -p lookalike/objects lookalike/refs; echo 'ref: refs/heads/main' > lookalike/HEAD"
    sandbox.run(["sh", "-c", f"{looks}; {hide}"], Confinement(root))
    git(root / "new", "status")
    git(root / far.rpartition("/")[0], "status")
    assert not mark.exists()


def test_a_repository_that_was_there_however_deep_keeps_its_hooks(sandbox: Sandbox, tmp_path: Path) -> None:
    deep = tmp_path / "work" / "a/b/c/d/e/f/g/h"
    deep.parent.mkdir(parents=True)
    repository(deep, {})
    before = (deep / ".git/config").read_text()
    sandbox.run(
        ["sh", "-c", f"cd {deep}; echo x > .git/config; echo x > .git/hooks/pre-commit; true"],
        Confinement(tmp_path / "work"),
    )
    assert (deep / ".git/config").read_text() == before
    assert not (deep / ".git/hooks/pre-commit").exists()


def test_the_first_repository_of_a_workspace_is_left_as_git_makes_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    root = tmp_path / "work"
    root.mkdir()
    script = "git init -q . && echo a > a && git add a && git -c user.name=n -c user.email=e@x commit -qm one"
    ran = sandbox.run(["sh", "-c", script], Confinement(root))
    assert ran.code == 0 and not ran.errors.replace("hint:", "").strip().startswith("sandbox")
    assert not list(root.rglob("*.aside*")) and "taken out" not in ran.errors
    assert git(root, "log", "--format=%s") == "one\n"


def test_settings_of_the_user_and_of_other_working_trees_count(tmp_path: Path) -> None:
    root = tmp_path / "work"
    repository(root, {"core.hooksPath": ".hooks"})
    git(root, "worktree", "add", "-q", "inner", "-b", "inner")
    (tmp_path / ".gitconfig").write_text("[core]\n\teditor = ~/work/edit.sh\n\tpager = less\n")
    found = pointed_to(root, [".git", ".git/worktrees/inner"], {"HOME": str(tmp_path)})
    named = {path.relative_to(root).as_posix() for path in found}
    assert {".hooks", "inner/.hooks", "edit.sh"} <= named and "less" not in named
    outer = pointed_to(root / "inner", [], {"HOME": str(tmp_path)})  # a tree whose repository lies elsewhere
    assert root / "inner/.hooks" in outer


def test_git_itself_refuses_a_command_in_gitmodules(tmp_path: Path) -> None:
    """So that this file is left alone."""
    root, mark = tmp_path / "work", tmp_path / "executed"
    repository(root, {})
    repository(tmp_path / "part", {})
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", str(tmp_path / "part"), "part")
    with (root / ".gitmodules").open("a") as file:
        file.write(f"\tupdate = !touch {mark}\n")
    git(root, "submodule", "update", "--init", "--force")
    assert not mark.exists()


@pytest.mark.parametrize(
    "text",
    [
        '[core]\n\thooksPath = "a b" # c\n',
        "[core] hooksPath=x\\\n  y ; z\n",
        '[filter "a.b"]\n\tclean = x \\"y\\" "#z"\n\tsmudge\n',
        "[Alias]\n\tA = !b\n[include]path=~/c\n",
        '\ufeff[core]\r\n\teditor = "a\\tb"\r\n',
        "[a.b]\n\tc = 1 2   \n; comment\n#another\n",
        '[x "]"]\n\ty = z\n',
    ],
)
def test_settings_are_read_as_git_reads_them(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config"
    file.write_text(text, newline="")
    listed = git(tmp_path, "config", "--file", str(file), "--list", "-z")
    pairs = [entry.partition("\n") for entry in listed.split("\0") if entry]
    read = [(f"{name.split('.')[0]}.{name.rpartition('.')[2]}", value) for name, _, value in pairs]
    assert [(each.name, each.value) for each in settings(text)] == read
