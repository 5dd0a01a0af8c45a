"""Programs as people have them, with what the Server page gives them: a conversation, and a tool that is used."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.servers.loopback import why_not_alone
from tests.support.servers.program_talk import Talk, Told, talk

pytestmark = [pytest.mark.process, pytest.mark.long]
# A folder with the programs; those that are not there are looked for where programs are.
FOLDER = "COTERIE_TEST_CLIENTS"
SECRET = "the secret is walrus"


def program_of(name: str) -> Path:
    """The program, or the test is skipped."""
    places = os.pathsep.join([os.environ.get(FOLDER, ""), os.environ.get("PATH", "")])
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} isn't installed: `make test-clients` gets it")
    if reason := why_not_alone():
        pytest.skip(reason)
    return Path(found).absolute()


def judge(told: Told) -> None:
    """The tool was used, what it said came back, and the second question came with the whole conversation."""
    first, second = told.said
    assert SECRET in first and "Very well." in second
    called = next(asked for asked in told.asked if asked[-1]["role"] == "tool")
    assert SECRET in called[-1]["content"] and called[-2]["tool_calls"]
    last = told.asked[-1]
    assert last[-1]["role"] == "user" and "And now?" in last[-1]["content"]
    said = [message["content"] for message in last if message["role"] == "assistant"]
    assert any(SECRET in content for content in said)
    assert [message for message in last if message["role"] == "tool"]
    assert [message["role"] for message in last].count("system") == 1 and last[0]["role"] == "system"


def notes(folder: Path) -> Path:
    (folder / "work").mkdir()
    file = folder / "work" / "notes.txt"
    file.write_text(SECRET + "\n", encoding="utf-8")
    return file


def test_claude_code_holds_a_conversation_and_uses_a_tool(tmp_path: Path) -> None:
    program = program_of("claude")
    turns = [
        "sh -c \"$(cat $SNIPPET) -p 'Read notes.txt.'\"",
        "sh -c \"$(cat $SNIPPET) -c -p 'And now?'\"",
    ]
    read = {"file_path": str(notes(tmp_path))}
    judge(talk(tmp_path, program, Talk("Claude Code", turns, "Read", read)))


def test_codex_cli_holds_a_conversation_and_uses_a_tool(tmp_path: Path) -> None:
    program = program_of("codex")
    notes(tmp_path)
    ask = "COTERIE_API_KEY=$KEY codex exec --skip-git-repo-check"
    turns = [
        f"mkdir -p ~/.codex && cp $SNIPPET ~/.codex/config.toml && {ask} 'Read notes.txt.'",
        f"{ask} resume --last 'And now?'",
    ]
    judge(talk(tmp_path, program, Talk("Codex CLI", turns, "exec_command", {"cmd": "cat notes.txt"})))
