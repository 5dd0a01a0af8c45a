"""`coterie servers add`, `import`, `consent`, `secret` and other changes."""

from __future__ import annotations

import getpass
import os
import sys
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import msgspec

from agents.mcp.spec import ServerSpec
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.servers.objects import server_object
from app.cli.servers.opened import opened
from app.cli.servers.words import card, say, word
from app.services.connections.server_import import found_in
from app.services.connections.server_values import Server
from app.services.connections.servers import Servers
from engine.errors import UserError


def add(spec: ServerSpec, env: Sequence[str], headers: Sequence[str], yes: bool, output: Output) -> int:
    """Save a server and ask for consent to it. Raises UserError `mcp.*`, `settings.not_saved`."""
    with opened() as servers:
        server = servers.add(spec, _pairs(env, "="), _pairs(headers, ":"))
        _note_unkept(servers, server, output)
        return _ask(servers, server, yes, output)


def import_file(path: str, yes: bool, output: Output) -> int:
    """Import another program's servers; 1 when some failed. Raises UserError `mcp.import_*`."""
    failed = False
    with opened() as servers:
        names = [server.name for server in servers.all()]
        for found in found_in(Path(path).expanduser(), names):
            try:
                if found.error is not None:
                    raise UserError.from_info(found.error)
                whole = str(Path(path).resolve())
                server = servers.add(found.spec, found.env, found.headers, whole, found.enabled)
            except UserError as error:
                failed = True
                output.tell(error)
                continue
            _note_unkept(servers, server, output)
            _ask(servers, server, yes, output)
    return 1 if failed else 0


def consent(name: str, digest: str, yes: bool, output: Output) -> int:
    """Show what a server runs and ask for consent; `digest` consents to exactly that.

    Raises UserError `mcp.*`.
    """
    with opened() as servers:
        server = servers.get(name)
        if digest:
            return _told(servers.consent(name, digest), "agreed", output)
        return _ask(servers, server, yes, output)


def change(name: str, what: str, on: bool, output: Output) -> int:
    """Enable or disable a server ("enable"), or trust its hints or not ("trust").

    Raises UserError `mcp.unknown`.
    """
    with opened() as servers:
        server = servers.enable(name, on) if what == "enable" else servers.trust(name, on)
    output.object(server_object(server, output.language))
    for line in card(server, output.language) if what == "trust" else []:
        output.text(line)
    return 0


def accept(name: str, tools: Sequence[str], output: Output) -> int:
    """Accept new and changed tools as the server lists them now. Raises UserError `mcp.*`."""
    with opened() as servers:
        server = servers.check(name)
        if server.error is not None:
            raise UserError.from_info(server.error)
        waiting = [tool for tool in server.waiting if not tools or tool.tool in tools or tool.name in tools]
        server = servers.accept(name, [tool.tool for tool in waiting])
    output.object(server_object(server, output.language))
    say(output, "taken", count=len(waiting), name=name)
    return 0


def set_secret(name: str, variable: str, output: Output) -> int:
    """Read a secret value from the terminal or standard input, and store it. Raises UserError `mcp.*`."""
    with opened() as servers:
        servers.get(name)
        if sys.stdin.isatty():
            value = getpass.getpass(word("secret", output.language, name=printable(variable)))
        else:
            value = sys.stdin.readline().rstrip("\r\n")
        kept = servers.set_secret(name, variable, value)
        server = servers.get(name)
    output.object(server_object(server, output.language))
    if kept:
        say(output, "kept")
        return 0
    output.note(word("session_only", output.language, name=""))
    return 1


def login(name: str, output: Output) -> int:
    """Log in. Raises UserError `mcp.*`, also when it failed."""

    def visit(url: str) -> None:
        output.note(word("visit", output.language, url=printable(url)))
        if (
            sys.platform in ("win32", "darwin")
            or os.environ.get("DISPLAY")
            or os.environ.get("WAYLAND_DISPLAY")
        ):
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    with opened() as servers:
        server = servers.login(name, visit)
        if server.error is not None:
            raise UserError.from_info(server.error)
        _note_unkept(servers, server, output)
    return _told(server, "logged_in", output)


def logout(name: str, output: Output) -> int:
    """Log out. Raises UserError `mcp.unknown`."""
    with opened() as servers:
        return _told(servers.logout(name), "logged_out", output)


def remove(name: str, output: Output) -> int:
    """Remove a server. Raises UserError `mcp.unknown`, `settings.not_saved`."""
    with opened() as servers:
        server = servers.get(name)
        servers.remove(name)
    return _told(server, "removed", output)


def _ask(servers: Servers, server: Server, yes: bool, output: Output) -> int:
    """Ask for consent. With `--json` nobody is asked: the object says that consent is missing."""
    server = msgspec.structs.replace(server, missing=servers.missing(server.name))
    if not output.json:
        for line in card(server, output.language):
            output.text(line)
        if not yes and sys.stdin.isatty():
            output.note(word("agree", output.language), end="")
            yes = sys.stdin.readline().strip().lower() in ("y", "yes", "예", "네")
    if yes:
        return _told(servers.consent(server.name, server.digest), "agreed", output)
    return _told(server, "not_agreed", output)


def _told(server: Server, said: str, output: Output) -> int:
    output.object(server_object(server, output.language))
    say(output, said, name=server.name)
    return 0


def _note_unkept(servers: Servers, server: Server, output: Output) -> None:
    if servers.for_this_session(server.name):
        output.note(word("session_only", output.language, name=""))


def _pairs(texts: Sequence[str], mark: str) -> dict[str, str]:
    """Parse NAME=VALUE or NAME: VALUE; a name alone takes the value of that environment variable."""
    pairs = {}
    for text in texts:
        name, found, value = text.partition(mark)
        pairs[name.strip()] = value.strip() if found else os.environ.get(name.strip(), "")
    return pairs
