"""Coding tasks end well with the tools that a person has in the home, and ask for nothing (make test-agents)."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.sandbox.find import find_sandbox
from tests.agents.coding.tasks import TASKS, Task
from tests.support.agents.toolchain_home import make_home, variables
from tests.support.command import Command
from tests.support.servers.openai_script import by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = [
    pytest.mark.agents,
    pytest.mark.timeout(600),
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("person") / "home" / "kim"
    yield make_home(folder)
    shutil.rmtree(folder)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_task_is_done_and_nothing_is_asked(
    task: Task, home: Path, coterie_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = variables(home)
    if shutil.which(task.needs, path=own["PATH"]) is None:
        pytest.skip(f"{task.needs} is not installed")
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PYENV_ROOT")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))  # nobody is at the terminal
    workspace = home / "work" / task.name.replace(" ", "-")
    for path, content in task.files.items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_text(content)

    replies = [call(step.name, step.arguments) for step in task.steps]
    with OpenAiServer(by_turn(*replies, say("It is done."))) as server:
        arguments = [
            "--workspace",
            str(workspace),
            "--model",
            server.model,
            "--approve",
            "workspace",
            "--json",
        ]
        ran = Command(coterie_home, "http://127.0.0.1:9").here("run", task.words, *arguments)

    kinds = [shown["kind"] for shown in ran.objects]
    results = [shown for shown in ran.objects if shown["kind"] == "tool_result"]
    asked = [shown for shown in ran.objects if shown["kind"] == "approval" and shown["by"] != "mode"]
    assert asked == [], "everybody who is asked about this answers without reading"
    for step, shown in zip(task.steps, results, strict=True):
        assert step.shows in shown["text"], shown["text"]
    assert (ran.code, kinds[-1], ran.last["status"]) == (0, "run_finished", "completed")
