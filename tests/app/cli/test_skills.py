"""Skills on the command line, and in a run with a real sandbox."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from agents.guidance.project_skills import project_skills
from agents.sandbox.find import find_sandbox
from app.services.guidance.skills import Skills
from tests.agents.guidance.test_skill_folders import made
from tests.support.command import Command
from tests.support.servers.openai_script import by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = pytest.mark.long

sandboxed = pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")


def test_skills_are_shown_imported_listed_and_removed(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "theirs", "mail", "Write mails.")
    assert command.here("skills", "list").out.startswith("You have no skills")
    asked = command.here("skills", "import", str(tmp_path / "theirs"))
    assert "Write mails." in asked.err, "it is shown before it is copied"
    assert command.here("skills", "list", "--json").last == {"skills": []}, "nobody agreed"
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert command.here("skills", "import", str(tmp_path / "theirs")).code == 0
    [skill] = command.here("skills", "list", "--json").last["skills"]
    assert (skill["name"], skill["files"]) == ("mail", ["SKILL.md"])
    assert "Write mails." in command.here("skills", "show", "mail").out
    assert command.here("skills", "import", str(tmp_path / "theirs"), "--yes").code == 1
    listed = command.here("run", "--recipes", "--json").last["recipes"]
    assert listed[0]["id"] == "mail" and listed[0]["skill"] == "mail"
    assert command.here("skills", "remove", "mail").code == 0
    assert command.here("skills", "show", "mail").sentence.startswith("There’s no skill “mail”.")
    assert command.here("skills", "import", str(tmp_path / "none")).sentence


@sandboxed
def test_a_run_reads_a_skill_and_runs_its_script_which_it_cannot_change(
    command: Command, folder: Path, tmp_path: Path
) -> None:
    skill = made(tmp_path / "theirs", "count", "Run scripts/count.sh.")
    (skill / "scripts").mkdir()
    (skill / "scripts" / "count.sh").write_text("echo counted $((1 + 2)) > result.txt\n")
    command.here("skills", "import", str(skill), "--yes")
    place = command.home / "skills" / "count"
    run = f"sh {place}/scripts/count.sh; echo x >> {place}/SKILL.md; ls {command.home}"
    script = by_turn(call("read_skill", {"name": "count"}), call("shell", {"command": run}), say("Done."))
    with OpenAiServer(script) as server:
        ran = command.here(
            *("run", "Count", "--workspace", str(folder), "--model", server.model),
            *("--approve", "all-in-sandbox", "--json"),
        )
    read, shell = [shown for shown in ran.objects if shown["kind"] == "tool_result"]
    assert "Run scripts/count.sh." in read["text"] and str(place) in read["text"]
    assert not read["untrusted"], "it is the person's own word"
    assert (folder / "result.txt").read_text() == "counted 3\n", shell["text"]
    assert (place / "SKILL.md").read_text() == (skill / "SKILL.md").read_text()
    assert "coterie.db" not in shell["text"]
    assert "- count: About count." in ran.objects[0]["system"]


def test_a_project_s_skills_are_read_once_agreed_to_and_never_with_no(command: Command, folder: Path) -> None:
    made(folder / ".claude" / "skills", "deploy")

    def run(*more: str) -> tuple[dict[str, Any], str]:
        with OpenAiServer(by_turn(call("read_skill", {"name": "deploy"}), say("Done."))) as server:
            ran = command.here(
                "run", "Go", "--workspace", str(folder), "--model", server.model, "--json", *more
            )
        [result] = [shown for shown in ran.objects if shown["kind"] == "tool_result"]
        return ran.objects[0], result["status"]

    started, status = run()
    assert (started["unfollowed"], started["skills"], status) == ([".claude/skills/deploy"], [], "error")
    started, status = run("--instructions", "yes")
    assert (started["skills"], status) == (["deploy"], "ok")
    assert "- deploy: About deploy." in started["system"]
    started, status = run("--instructions", "no")
    assert (started["skills"], status) == ([], "error")


def test_a_task_can_name_a_skill(command: Command, folder: Path, tmp_path: Path) -> None:
    command.here("skills", "import", str(made(tmp_path / "theirs", "mail")), "--yes")
    with OpenAiServer(by_turn(say("Done."))) as server:
        ran = command.here(
            *(
                "run",
                "To Ann",
                "--skill",
                "mail",
                "--workspace",
                str(folder),
                "--model",
                server.model,
                "--json",
            )
        )
    assert ran.objects[0]["task"] == "Use the skill “mail”.\n\nTo Ann"
    assert "read_skill" in ran.objects[0]["tools"]


def test_a_task_that_begins_with_a_slash_names_a_skill(
    command: Command, folder: Path, tmp_path: Path
) -> None:
    command.here("skills", "import", str(made(tmp_path / "theirs", "mail")), "--yes")

    def task(said: str) -> str:
        with OpenAiServer(by_turn(say("Done."))) as server:
            ran = command.here("run", said, "--workspace", str(folder), "--model", server.model, "--json")
        return str(ran.objects[0]["task"])

    assert task("/mail to Ann") == "Use the skill “mail”.\n\nto Ann"
    assert "sort by year" in task('/tidy-folder by="by year"')
    assert task("/etc/hosts has what?") == "/etc/hosts has what?"


@sandboxed
def test_the_script_of_a_project_s_skill_is_the_one_that_was_agreed_to(
    command: Command, folder: Path
) -> None:
    skill = made(folder / ".claude" / "skills", "count")
    (skill / "count.sh").write_text("echo agreed >> result.txt\n")
    [file] = project_skills(folder)
    place = Skills(command.home).place(file)
    script = call("shell", {"command": f"sh {place}/count.sh"})
    with OpenAiServer(by_turn(script, say("Done."))) as server:
        arguments = ("run", "Go", "--workspace", str(folder), "--model", server.model, "--json")
        command.here(*arguments, "--approve", "all-in-sandbox", "--instructions", "yes")
        assert (folder / "result.txt").read_text() == "agreed\n"
        (skill / "notes.txt").write_text("something else")
        ran = command.here(*arguments, "--approve", "all-in-sandbox")
    assert ran.objects[0]["skills"] == []
    assert (folder / "result.txt").read_text() == "agreed\n", (
        "what is not agreed to any more cannot be reached"
    )
