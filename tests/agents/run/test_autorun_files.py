"""Files that other programs carry out without being asked: a run writes one only when a person allows it by name."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agents.permissions.values import Decision
from agents.sandbox.find import find_sandbox
from agents.tools.executing import shell
from agents.tools.files.apply_patch import apply_patch
from agents.tools.files.edit_file import edit_file
from agents.tools.files.move_file import move_file
from agents.tools.files.write_file import write_file
from agents.workspace.carried_out import carried_out
from tests.support.agents.runs import Bench, ScriptedApprover, started
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

TOOLS = (write_file, edit_file, apply_patch, move_file, shell)


def bench(folder: Path, approver: ScriptedApprover, *orders: tuple[str, dict[str, object]]) -> Bench:
    script = ScriptedBrain(*(calls(order) for order in orders), says("Done."))
    made = Bench(folder, script, TOOLS, approver=approver)
    made.here = msgspec.structs.replace(made.here, sandbox=find_sandbox())
    return made


def test_each_way_to_write_one_is_asked_and_nothing_else(tmp_path: Path) -> None:
    approver = ScriptedApprover(*[Decision(False)] * 6)
    patch = "*** Begin Patch\n*** Add File: plain\n+x\n*** Add File: sub/.envrc\n+x\n*** End Patch"
    made = bench(
        tmp_path,
        approver,
        ("write_file", {"path": "notes.txt", "content": "x"}),
        ("write_file", {"path": ".vscode/tasks.json", "content": "x"}),
        ("move_file", {"path": "notes.txt", "to": ".envrc"}),
        ("edit_file", {"path": "CLAUDE.md", "old_text": "mine", "new_text": "evil"}),
        ("write_file", {"path": "docs/agents.md", "content": "x"}),
        ("write_file", {"path": ".githooks/pre-commit", "content": "x"}),
        ("apply_patch", {"patch": patch}),
    )
    root = made.workspace
    (root / "CLAUDE.md").write_text("mine")
    (root / "docs").mkdir()
    (root / "AGENTS.md").symlink_to("docs/agents.md")
    (root / ".git").mkdir()
    (root / ".git/config").write_text("[core]\n\thooksPath = .githooks\n")
    made.run().go(started(mode="workspace"))
    named = (
        ".vscode/tasks.json",
        ".envrc",
        "CLAUDE.md",
        "docs/agents.md",
        ".githooks/pre-commit",
        "sub/.envrc",
    )
    assert [request.autorun for request in approver.asked] == [(name,) for name in named]
    assert all("autorun" in request.reasons for request in approver.asked)
    assert (root / "notes.txt").read_text() == "x" and (root / "CLAUDE.md").read_text() == "mine"
    assert not any((root / name).exists() for name in named if name != "CLAUDE.md")


@pytest.mark.skipif(find_sandbox() is None, reason="there is no sandbox here")
@pytest.mark.process
def test_a_shell_may_write_what_was_allowed_by_name_and_nothing_else(tmp_path: Path) -> None:
    approver = ScriptedApprover(Decision(True, "workspace"))
    order = {"command": "echo more >> .envrc; echo evil > .npmrc"}
    made = bench(tmp_path, approver, ("write_file", {"path": ".envrc", "content": "one\n"}), ("shell", order))
    made.run().go(started(mode="workspace"))
    assert (made.workspace / ".envrc").read_text() == "one\nmore\n"
    assert not (made.workspace / ".npmrc").exists() and (made.workspace / ".npmrc.aside").exists()


def test_a_folder_is_named_by_its_files_and_an_ordinary_path_is_not(tmp_path: Path) -> None:
    paths = (".claude", ".claude/settings.json", "src", "src/main.py", "Makefile", "package.json")
    assert carried_out(tmp_path, paths) == (".claude/settings.json",)
    assert carried_out(tmp_path, ()) == ()
