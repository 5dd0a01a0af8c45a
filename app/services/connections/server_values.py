"""Values about tool servers for display."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.mcp.session import LinkState
from agents.mcp.spec import ServerSpec
from engine.errors import ErrorInfo

# "accepted": may be offered. "new" and "changed" wait for the user; "gone": not listed any more, but remembered.
# "unfit": its schema is unusable.
ToolStatus = Literal["accepted", "new", "changed", "gone", "unfit"]


class ServerTool(msgspec.Struct, frozen=True):
    """A tool of a server. `name` is what a model calls it, `tool` what its server does. `description` is the
    server's, with what is hidden in it written out; `diff` compares it with what was accepted. `hides`: there are
    characters in it that the eye does not see. `fault` says why it is unfit ("large", "deep", "remote", "invalid").
    """

    name: str
    tool: str
    description: str
    fingerprint: str
    status: ToolStatus
    diff: str = ""
    hides: bool = False
    fault: str = ""


class Server(msgspec.Struct, frozen=True):
    """A server as it is set up and as it is. `enabled`: its tools are offered to runs. `digest` is of what is to be
    agreed to; `consented`: it was, to exactly this. `tools` are those of the last time it was asked.
    `warnings` are codes: see `agents.mcp.warnings`. `missing` are the names of secrets that nobody keeps.
    """

    spec: ServerSpec
    enabled: bool
    digest: str
    consented: bool
    state: LinkState = "off"
    error: ErrorInfo | None = None
    tools: tuple[ServerTool, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    imported: str = ""

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def waiting(self) -> tuple[ServerTool, ...]:
        """Tools that need the user's acceptance before they are offered."""
        return tuple(tool for tool in self.tools if tool.status in ("new", "changed"))
