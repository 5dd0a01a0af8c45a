"""`coterie servers list`, `show` and `check`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.cli.output import Output
from app.cli.printable import printable
from app.cli.servers.objects import server_object
from app.cli.servers.opened import opened
from app.cli.servers.words import card, say, state_word, tool_line, word
from app.messages import localized_error
from app.services.connections.server_values import Server


def list_servers(output: Output) -> int:
    """Print all servers, a line each."""
    with opened() as servers:
        found = servers.all()
    for server in found:
        output.object(server_object(server, output.language))
    if not found:
        output.note(word("none", output.language))
        return 0
    rows = [
        (server.name, _address(server), _count(server, output), state_word(server, output.language))
        for server in found
    ]
    output.table(rows)
    return 0


def show(name: str, output: Output) -> int:
    """Print one server. Raises UserError `mcp.unknown`."""
    with opened() as servers:
        server = msgspec.structs.replace(servers.get(name), missing=servers.missing(name))
    _tell(server, output)
    return 0


def check(name: str, workspace: str, output: Output) -> int:
    """Start a server and list its tools; 1 when that fails.

    Raises UserError `mcp.unknown`, `mcp.no_consent`.
    """
    folder = Path(workspace).resolve() if workspace else None
    with opened() as servers:
        server = servers.check(name, folder)
    _tell(server, output)
    if server.error is not None:
        for line in server.log:
            output.note(printable(line))
        return 1
    return 0


def _tell(server: Server, output: Output) -> None:
    output.object(server_object(server, output.language))
    for line in card(server, output.language):
        output.text(line)
    output.text(f"{printable(server.name)}: {state_word(server, output.language)}")
    if server.error is not None:
        output.text(printable(localized_error(server.error, output.language)))
    for tool in server.tools:
        output.text(tool_line(tool, output.language))
        for line in tool.diff.splitlines():
            output.text(f"      {printable(line)}")
    if server.waiting:
        say(output, "review", name=server.name)


def _address(server: Server) -> str:
    return server.spec.url or " ".join(server.spec.command)


def _count(server: Server, output: Output) -> str:
    there = [tool for tool in server.tools if tool.status != "gone"]
    words = [word("tools", output.language, count=len(there))] if there else []
    if server.waiting:
        words.append(word("waiting", output.language, count=len(server.waiting)))
    return ", ".join(words) or "-"
