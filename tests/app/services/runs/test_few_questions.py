"""What stays in the folder and can be undone is done without a question, in the real sandbox, and undone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agents.events import ToolResult
from agents.sandbox.find import find_sandbox
from tests.support.agents.astray import shell
from tests.support.agents.house import House, deny
from tests.support.folder_states import folder_state
from tests.support.servers.openai_script import Call, Reply, in_order, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = [
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]

COMMANDS = (
    "git init -q . && git add -A && git -c user.name=M -c user.email=m@x.test commit -qm 'First'"
    " && rm -rf build && find . -name '*.pyc' -delete",
    'for f in *.txt; do mv "$f" "${f%.txt}.md"; done; ls *.md | xargs sed -i \'s/one/two/\'',
    "PYTHONPATH=src python3 -c 'import subprocess as s; print(s.run([\"ls\"]))'"
    " && git reset -q --hard && git clean -qfd",
)


def test_a_folders_own_work_is_done_without_a_question_and_undone(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "build").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "build/out.bin", "x.pyc"):
        (folder / name).write_text("one\n")
    before = folder_state(folder)
    script = in_order(
        Reply(tool_calls=(Call("list_files"), Call("read_file", {"path": "a.txt"}))),
        *(Reply(tool_calls=(shell(command),)) for command in COMMANDS),
        say("Done."),
    )
    with OpenAiServer(script, kind="vllm", context=100_000) as server:
        house = House(tmp_path / "data", server.model, deny)
        try:
            run = house.run("Tidy up.", folder)
            results = house.events(run, ToolResult)
            house.runs.undo(run, house.runs.undo_plan(run))
        finally:
            house.close()
    assert house.asked == []
    assert [result.status for result in results] == ["ok"] * 5
    assert all(result.summary == "exit code 0" for result in results[2:]), results
    assert folder_state(folder) == before
