"""The commands of `coterie servers` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli.options import Json, Lines, chosen_output, group

servers = group(
    "servers", "Servers of tools (MCP): programs and addresses whose tools runs and chats can use."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A server, as `list` names it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Agree to what is shown, without being asked.")]


@servers.command("list")
def list_servers(command: typer.Context, json: Lines = False) -> None:
    """Show the servers and how they are. Starts none."""
    from app.cli.servers.looking import list_servers as run_list

    raise typer.Exit(run_list(chosen_output(command, json)))


@servers.command()
def show(command: typer.Context, name: Name, json: Json = False) -> None:
    """Show what a server runs, what it may do, and its tools with their fingerprints. Starts nothing."""
    from app.cli.servers.looking import show as run_show

    raise typer.Exit(run_show(name, chosen_output(command, json)))


@servers.command()
def add(
    command: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Yours to choose; its tools’ names begin with it.")
    ],
    program: Annotated[
        list[str] | None, typer.Argument(metavar="[-- COMMAND...]", help="What to run, after --.")
    ] = None,
    url: Annotated[
        str, typer.Option(metavar="URL", help="The address of a server on another computer.")
    ] = "",
    env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=VALUE]", help="A variable; without a value that of this environment is kept."
        ),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME:VALUE", help="A header for --url.")
    ] = None,
    network: Annotated[bool, typer.Option("--network", help="Let the command use the network.")] = False,
    workspace: Annotated[
        Literal["none", "read", "write"], typer.Option(help="What it may do in a run’s workspace.")
    ] = "write",
    read: Annotated[list[str] | None, typer.Option(metavar="PATH", help="What else it may read.")] = None,
    write: Annotated[list[str] | None, typer.Option(metavar="PATH", help="What else it may change.")] = None,
    cwd: Annotated[str, typer.Option(metavar="DIR", help="Where it runs; else in the workspace.")] = "",
    timeout: Annotated[float, typer.Option(min=1.0, max=3600.0, help="Seconds for one call.")] = 60.0,
    client_id: Annotated[
        str,
        typer.Option(metavar="ID", help="What the server’s login knows you as, where it must be told first."),
    ] = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Add a server: coterie servers add NAME -- COMMAND..., or coterie servers add NAME --url URL."""
    from agents.mcp.spec import ServerSpec
    from app.cli.servers.setting_up import add as run_add

    if bool(program) == bool(url):
        raise typer.BadParameter("Give a command after --, or --url.")
    spec = ServerSpec(
        name,
        tuple(program or ()),
        url,
        cwd,
        network=network,
        workspace=workspace,
        readable=_whole(read),
        writable=_whole(write),
        timeout_s=timeout,
        client_id=client_id,
    )
    raise typer.Exit(run_add(spec, env or [], header or [], yes, chosen_output(command, json)))


@servers.command("import")
def import_file(
    command: typer.Context,
    file: Annotated[
        str, typer.Argument(help="A JSON file of Claude Desktop, Cursor, LM Studio, VS Code or their like.")
    ],
    yes: Yes = False,
    json: Lines = False,
) -> None:
    """Take over the servers that another program has set up. Nothing of them is started before you agree."""
    from app.cli.servers.setting_up import import_file as run_import

    raise typer.Exit(run_import(file, yes, chosen_output(command, json)))


@servers.command()
def consent(
    command: typer.Context,
    name: Name,
    digest: Annotated[str, typer.Option(help="Agree to exactly what `show --json` gave this digest.")] = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Show all that a server runs and may do, and agree to it."""
    from app.cli.servers.setting_up import consent as run_consent

    raise typer.Exit(run_consent(name, digest, yes, chosen_output(command, json)))


@servers.command()
def check(
    command: typer.Context,
    name: Name,
    workspace: Annotated[str, typer.Option(metavar="DIR", help="Start it as for a run in this folder.")] = "",
    json: Json = False,
) -> None:
    """Start a server and list its tools."""
    from app.cli.servers.looking import check as run_check

    raise typer.Exit(run_check(name, workspace, chosen_output(command, json)))


@servers.command()
def accept(
    command: typer.Context,
    name: Name,
    tools: Annotated[list[str] | None, typer.Argument(help="Some of its tools; without any, all.")] = None,
    json: Json = False,
) -> None:
    """Take the new and changed tools of a server as they are now. `check` shows what changed."""
    from app.cli.servers.setting_up import accept as run_accept

    raise typer.Exit(run_accept(name, tools or [], chosen_output(command, json)))


@servers.command()
def trust(
    command: typer.Context,
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="Do not believe it any more.")] = False,
    json: Json = False,
) -> None:
    """Believe what a server says of its tools: that one only reads, or takes nothing away."""
    from app.cli.servers.setting_up import change

    raise typer.Exit(change(name, "trust", not off, chosen_output(command, json)))


@servers.command()
def enable(command: typer.Context, name: Name, json: Json = False) -> None:
    """Offer a server’s tools to runs and chats."""
    from app.cli.servers.setting_up import change

    raise typer.Exit(change(name, "enable", True, chosen_output(command, json)))


@servers.command()
def disable(command: typer.Context, name: Name, json: Json = False) -> None:
    """Offer them no more, and keep the server."""
    from app.cli.servers.setting_up import change

    raise typer.Exit(change(name, "enable", False, chosen_output(command, json)))


@servers.command()
def secret(
    command: typer.Context,
    name: Name,
    variable: Annotated[str, typer.Argument(help="The variable or header that it is for.")],
    json: Json = False,
) -> None:
    """Give a variable or header its secret value, read from the terminal or standard input."""
    from app.cli.servers.setting_up import set_secret

    raise typer.Exit(set_secret(name, variable, chosen_output(command, json)))


@servers.command()
def login(command: typer.Context, name: Name, json: Json = False) -> None:
    """Log in to a server on another computer, in the browser. The page’s address is printed as well."""
    from app.cli.servers.setting_up import login as run_login

    raise typer.Exit(run_login(name, chosen_output(command, json)))


@servers.command()
def logout(command: typer.Context, name: Name, json: Json = False) -> None:
    """Forget the login to a server."""
    from app.cli.servers.setting_up import logout as run_logout

    raise typer.Exit(run_logout(name, chosen_output(command, json)))


@servers.command()
def remove(command: typer.Context, name: Name, json: Json = False) -> None:
    """Remove a server, its secrets and what is known of its tools."""
    from app.cli.servers.setting_up import remove as run_remove

    raise typer.Exit(run_remove(name, chosen_output(command, json)))


def _whole(paths: list[str] | None) -> tuple[str, ...]:
    from pathlib import Path

    return tuple(str(Path(path).expanduser().resolve()) for path in paths or ())
