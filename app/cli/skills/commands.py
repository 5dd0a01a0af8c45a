"""The commands of `coterie skills` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, chosen_output, group

skills = group("skills", "Skills: folders with a SKILL.md, read by the model when a task needs them.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the skill is called.", show_default=False)]


@skills.command("list")
def list_skills(command: typer.Context, json: Json = False) -> None:
    """List your skills."""
    from app.cli.skills.working import list_skills as run_list

    raise typer.Exit(run_list(chosen_output(command, json)))


@skills.command()
def show(command: typer.Context, name: Name, json: Json = False) -> None:
    """Print a skill with its files."""
    from app.cli.skills.working import show as run_show

    raise typer.Exit(run_show(name, chosen_output(command, json)))


@skills.command("import")
def import_skills(
    command: typer.Context,
    path: Annotated[
        str,
        typer.Argument(
            metavar="[PATH]",
            help="A skill’s folder, a folder of skills, or a ZIP file. Without it, lists those of other programs.",
            show_default=False,
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Don’t show them first.")] = False,
    json: Json = False,
) -> None:
    """Copy skills, which are shown first."""
    from app.cli.skills.working import import_skills as run_import

    raise typer.Exit(run_import(path, yes=yes, output=chosen_output(command, json)))


@skills.command()
def remove(command: typer.Context, name: Name, json: Json = False) -> None:
    """Delete a skill."""
    from app.cli.skills.working import remove as run_remove

    raise typer.Exit(run_remove(name, chosen_output(command, json)))
