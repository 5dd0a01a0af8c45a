"""Parses a tool server as a person enters it: a command line, or an address."""

from __future__ import annotations

import shlex
import sys
from pathlib import PurePath
from urllib.parse import urlsplit

from agents.mcp.spec import ServerSpec
from app.services.connections.server_import import named_paths, safe_server_name
from engine.errors import UserError

# Programs whose first plain argument names the actual program.
_LAUNCHERS = {
    "npx",
    "uvx",
    "bunx",
    "pnpx",
    "pipx",
    "uv",
    "node",
    "python",
    "python3",
    "docker",
    "run",
    "dlx",
    "exec",
}


def command_words(text: str) -> tuple[str, ...]:
    """The argv of a line: quotes group words, and nothing else has a meaning (no variables, no pipes).

    Raises UserError `mcp.bad_command` for an unclosed quote.
    """
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if sys.platform == "win32":
        lexer.escape = ""  # there it separates folders
    try:
        return tuple(lexer)
    except ValueError:
        raise UserError("mcp.bad_command") from None


def written_spec(name: str, command: str, url: str) -> ServerSpec:
    """What is to be added: by `command`, or at `url` when that is empty. Without a name it gets one. Paths that the
    command names and that are there may be read. Raises UserError `mcp.bad_command`."""
    words = command_words(command)
    name = name.strip() or suggested_name(words, url)
    if words:
        return ServerSpec(name, words, readable=named_paths(words))
    return ServerSpec(name, url=url.strip())


def suggested_name(command: tuple[str, ...], url: str) -> str:
    """A name derived from the program or the host; "" when there is neither."""
    for word in command:
        stem = PurePath(word.replace("\\", "/")).name
        if word.startswith("-") or stem.lower().removesuffix(".exe").removesuffix(".cmd") in _LAUNCHERS:
            continue
        return safe_server_name(stem.partition("@")[0] or stem)
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return safe_server_name(host.removeprefix("www.").removeprefix("mcp.").replace(".", "-")) if host else ""
