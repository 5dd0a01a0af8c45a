"""A run that gives tasks away, over real services: what each model says goes by the task that it has."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.agents.house import Decide, House, no_one
from tests.support.servers.openai_script import Asked, Call, Reply, by_turn, say
from tests.support.servers.openai_server import OpenAiServer

Script = Callable[[Asked], Reply | bytes]
Opened = Callable[..., House]


def task_of(asked: Asked) -> str:
    """The task in a request: its first words."""
    said = next(message["content"] for message in asked.messages if message["role"] == "user")
    return str(said if isinstance(said, str) else said[0]["text"])


def by_task(**scripts: Script) -> Script:
    """What is said goes by the first word of the task."""
    return lambda asked: scripts[task_of(asked).split()[0].lower()](asked)


def gives(*tasks: str, then: tuple[Reply, ...] = (say("All done."),), **arguments: Any) -> Script:
    """Gives these tasks away in one turn."""
    calls = tuple(Call("delegate", {"task": task} | arguments, f"id{n}") for n, task in enumerate(tasks))
    return by_turn(Reply(tool_calls=calls), *then)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir()
    (made / "notes.txt").write_text("one\ntwo\n", encoding="utf-8")
    return made


@pytest.fixture
def repository(folder: Path) -> Path:
    """The folder as a repository with one commit."""
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("ignored/\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """`opened(script, decide)` opens the services with a model that says what the script does."""
    open_now: list[tuple[House, OpenAiServer]] = []

    def open_house(script: Script, decide: Decide = no_one, context: int = 32_000) -> House:
        server = OpenAiServer(script, kind="vllm", context=context).__enter__()
        house = House(tmp_path / "data", server.model, decide)
        open_now.append((house, server))
        return house

    yield open_house
    for house, server in open_now:
        house.close()
        server.__exit__(None, None, None)
