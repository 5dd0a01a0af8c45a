"""A run that was given a task changes files in a copy, and what it made of them is taken over or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.events import Mode, RunStarted, SubagentFinished, ToolResult
from agents.permissions.values import ApprovalRequest, Decision
from agents.sandbox.find import find_sandbox
from app.services.runs.delegation import copies
from tests.app.services.runs.delegation.conftest import Opened, by_task, git, gives
from tests.support.agents.house import House
from tests.support.agents.runs import broken_orders
from tests.support.folder_states import folder_state
from tests.support.servers.openai_script import Reply, by_turn, call, say

pytestmark = pytest.mark.long

EDIT = call("edit_file", {"path": "notes.txt", "old_text": "two", "new_text": "TWO"})
MAKE = call("write_file", {"path": "sub/new.txt", "content": "new\n"})
DROP = call("delete_file", {"path": "old.txt"})
WRITES = by_turn(EDIT, MAKE, say("Changed it."))


def applies(number: int) -> tuple[Reply, ...]:
    return call("apply_changes", {"run": number}), say("All done.")


def nothing_left(repository: Path) -> bool:
    return not (repository / ".git" / "worktrees").exists() and "prunable" not in git(
        repository, "worktree", "list"
    )


def only_child(house: House, run: int) -> int:
    return int(house.events(run, SubagentFinished)[0].child)


@pytest.mark.parametrize("mode", ["ask", "workspace"])
def test_changes_are_offered_applied_and_undone(opened: Opened, repository: Path, mode: Mode) -> None:
    asked: list[ApprovalRequest] = []

    def allow(request: ApprovalRequest) -> Decision:
        asked.append(request)
        return Decision(True)

    house = opened(by_task(do=gives("Write", changes=True, then=applies(2)), write=WRITES), allow)
    before = folder_state(repository)
    run = house.run("Do it", repository, mode=mode)
    result, applied = house.events(run, ToolResult)
    assert (result.status, applied.status) == ("ok", "ok")
    assert "apply_changes with run 2" in result.text and "+TWO" in result.text
    assert (repository / "notes.txt").read_text() == "one\nTWO\n"
    assert (repository / "sub/new.txt").read_text() == "new\n"
    # Files in the copy are not asked about, what comes of them is.
    assert [(one.tool, one.child) for one in asked] == ([("apply_changes", "")] if mode == "ask" else [])
    assert all("+TWO" in one.diff and one.files == 3 for one in asked)
    child = only_child(house, run)
    assert house.events(child, RunStarted)[0].copied and broken_orders(house.entries(child)) == []
    assert nothing_left(repository)
    assert not (house.services.runs._parts.workspace(house.runs.get(child)).root / "notes.txt").exists()
    house.runs.undo(run, house.runs.undo_plan(run))
    assert folder_state(repository) == before


def test_what_is_not_applied_changes_nothing(opened: Opened, repository: Path) -> None:
    house = opened(by_task(do=gives("Write", changes=True), write=WRITES))
    before = folder_state(repository)
    run = house.run("Do it", repository)
    assert folder_state(repository) == before
    assert house.events(run, SubagentFinished)[0].files == 2


def test_a_copy_has_what_the_person_has_not_committed(opened: Opened, repository: Path) -> None:
    (repository / "notes.txt").write_text("one\ntwo\nthree\n", encoding="utf-8")
    (repository / "fresh.txt").write_text("fresh\n", encoding="utf-8")
    (repository / "gone.txt").write_text("x", encoding="utf-8")
    git(repository, "add", "gone.txt")
    git(repository, "commit", "-qm", "second")
    (repository / "gone.txt").unlink()
    (repository / "ignored").mkdir()
    (repository / "ignored/big.bin").write_bytes(b"\0" * 1000)
    status = git(repository, "status", "--porcelain", "-z")
    target = repository.parent / "copy"
    assert copies.make_copy(repository, target) == copies.Copied()
    assert git(target, "status", "--porcelain", "-z") == status
    assert (target / "notes.txt").read_text() == "one\ntwo\nthree\n"
    assert not (target / "ignored").exists()
    copies.remove_copy(repository, target)
    assert not target.exists() and nothing_left(repository)
    assert git(repository, "status", "--porcelain", "-z") == status


@pytest.mark.parametrize("kind", ["no git", "no commit", "subfolder"])
def test_other_folders_are_copied_file_by_file(tmp_path: Path, folder: Path, kind: str) -> None:
    (folder / "link").symlink_to("notes.txt")
    (folder / "deep").mkdir()
    (folder / "deep/er.txt").write_text("x", encoding="utf-8")
    if kind != "no git":
        git(tmp_path if kind == "subfolder" else folder, "init", "-q")
    target = tmp_path / "copy"
    copies.make_copy(folder, target)
    names = {path.relative_to(target).as_posix() for path in target.rglob("*")}
    assert names == {"notes.txt", "link", "deep", "deep/er.txt"}
    assert (target / "link").readlink() == Path("notes.txt")


def test_repositories_within_are_empty_in_the_copy_and_named(
    opened: Opened, repository: Path, tmp_path: Path
) -> None:
    inner = tmp_path / "library"
    inner.mkdir()
    (inner / "a.txt").write_text("a", encoding="utf-8")
    git(inner, "init", "-q")
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "inner")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "lib")
    git(repository, "commit", "-qm", "module")
    house = opened(by_task(do=gives("Write", changes=True), write=WRITES))
    run = house.run("Do it", repository)
    (result,) = house.events(run, ToolResult)
    assert result.status == "ok" and "empty in the copy: lib" in result.text
    assert nothing_left(repository)


def test_files_that_changed_since_are_left_as_they_are(opened: Opened, repository: Path) -> None:
    write = call("write_file", {"path": "notes.txt", "content": "mine\n"})
    then = (write, call("apply_changes", {"run": 2}), say("All done."))
    house = opened(by_task(do=gives("Write", changes=True, then=then), write=WRITES))
    run = house.run("Do it", repository)
    refused = house.events(run, ToolResult)[-1]
    assert refused.status == "error" and "notes.txt" in refused.text
    assert (repository / "notes.txt").read_text() == "mine\n"
    assert not (repository / "sub").exists()
    assert house.finished(run).status == "completed"


def test_what_two_changed_in_one_file_comes_together(opened: Opened, repository: Path) -> None:
    (repository / "notes.txt").write_text("".join(f"line {n}\n" for n in range(20)), encoding="utf-8")
    top = call("edit_file", {"path": "notes.txt", "old_text": "line 2\n", "new_text": "line two\n"})
    low = call("edit_file", {"path": "notes.txt", "old_text": "line 15\n", "new_text": "line fifteen\n"})
    then = (*(call("apply_changes", {"run": number}) for number in (2, 3)), say("All done."))
    script = gives("Top", "Low", changes=True, then=then)
    house = opened(by_task(do=script, top=by_turn(top, say("Top.")), low=by_turn(low, say("Low."))))
    run = house.run("Do it", repository)
    assert [one.status for one in house.events(run, ToolResult)] == ["ok"] * 4
    text = (repository / "notes.txt").read_text()
    assert "line two\n" in text and "line fifteen\n" in text and text.count("\n") == 20


def test_a_run_that_only_reads_gives_away_nothing_that_changes(opened: Opened, repository: Path) -> None:
    house = opened(by_task(do=gives("Write", changes=True), write=WRITES))
    run = house.run("Do it", repository, mode="read")
    (result,) = house.events(run, ToolResult)
    assert result.status == "error" and "only" in result.text
    assert house.events(run, SubagentFinished) == []


@pytest.mark.parametrize("code", ["large", "room", "disk"])
def test_a_copy_that_cannot_be_made_is_told_and_the_run_goes_on(
    opened: Opened, repository: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    if code == "large":
        monkeypatch.setattr(copies, "MOST_FILES", 1)
    elif code == "room":
        monkeypatch.setattr(copies, "SPARE", 2**60)
    else:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(copies, "_mirror", full)
    house = opened(by_task(do=gives("Write", changes=True), write=WRITES))
    run = house.run("Do it", repository)
    (result,) = house.events(run, ToolResult)
    assert result.status == "error" and result.text.startswith("No copy of the folder could be made (")
    assert house.finished(run).status == "completed" and nothing_left(repository)


@pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
def test_questions_name_the_task_and_are_allowed_for_the_run_that_gave_it(
    opened: Opened, repository: Path
) -> None:
    asked: list[ApprovalRequest] = []

    def allow(request: ApprovalRequest) -> Decision:
        asked.append(request)
        return Decision(True, "run")

    shell = by_turn(call("shell", {"command": "touch sorted.txt"}), say("Sorted."))
    house = opened(by_task(do=gives("Sort a", "Sort b", changes=True), sort=shell), allow)
    run = house.run("Do it", repository, mode="ask")
    ended = house.events(run, SubagentFinished)
    assert [one.answer for one in ended] == ["Sorted."] * 2 and all(one.files == 1 for one in ended)
    assert {one.run for one in asked} == {run} and {one.child for one in asked} <= {"Sort a", "Sort b"}
    assert all(one.scopes == ("run",) for one in asked)
    assert {grant.run for grant in house.runs.grants.all()} == {run}
    # The second one asks no more once the first was answered, but both may have asked before that.
    assert 1 <= len(asked) <= 2
    assert house.runs.get(run).state == "completed"
