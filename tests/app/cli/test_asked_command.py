"""The command line with the one command that is asked for, or all of it, and what its help says."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from app.cli.asked_command import with_its_command
from app.cli.main import application


@pytest.mark.parametrize(
    ("words", "command"),
    [(["chat", "hi"], "chat"), (["--debug", "chat", "models"], "chat"), (["run", "x"], "run")],
)
def test_a_command_comes_alone(words: list[str], command: str) -> None:
    only = with_its_command(application, words)
    (found,) = only.registered_commands
    assert (found.name or getattr(found.callback, "__name__", "")) == command
    assert only.registered_groups == [] and only.registered_callback is application.registered_callback


def test_a_group_comes_alone() -> None:
    only = with_its_command(application, ["models", "list"])
    (found,) = only.registered_groups
    assert found.typer_instance is not None and found.typer_instance.info.name == "models"
    assert only.registered_commands == []


@pytest.mark.parametrize("words", [[], ["--help"], ["chta"], ["--version"], [""]])
def test_what_is_no_command_is_told_by_the_whole(words: list[str]) -> None:
    assert with_its_command(application, words) is application
    assert len(application.registered_commands) > 5 and len(application.registered_groups) > 5


def helps(command: Any) -> Iterator[str]:
    yield from (part.help or "" for part in (command, *command.params) if hasattr(part, "help"))
    for inner in getattr(command, "commands", {}).values():
        yield from helps(inner)


def test_help_has_typographic_apostrophes() -> None:
    said = list(helps(get_command(application)))
    assert len(said) > 100 and [text for text in said if re.search(r"\w'(?:\w| )", text)] == []
