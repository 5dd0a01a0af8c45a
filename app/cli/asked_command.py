"""The part of the command line that one command needs."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import typer
from typer.models import CommandInfo


def with_its_command(application: typer.Typer, arguments: Sequence[str]) -> typer.Typer:
    """The application with the one command that is asked for, if it is one of those that it has.

    typer makes the options of every command that it knows ready before it runs one, which takes longer than importing
    what runs. Help and mistakes in the command's name are told by the whole.
    """
    asked = next((word for word in arguments if not word.startswith("-")), "")
    commands = [each for each in application.registered_commands if _name(each) == asked]
    groups = [
        each
        for each in application.registered_groups
        if each.typer_instance and each.typer_instance.info.name == asked
    ]
    if len(commands) + len(groups) != 1:
        return application
    only = copy.copy(application)
    only.registered_commands, only.registered_groups = commands, groups
    return only


def _name(command: CommandInfo) -> str:
    return command.name or (command.callback.__name__ if command.callback else "")
