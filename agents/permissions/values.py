"""What is asked of a person, what a person decides, and what was granted."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from agents.events import Mode as Mode

Scope = Literal["once", "run", "workspace", "server"]


class Grant(msgspec.Struct, frozen=True):
    """A decision that counts again. `tool` is a tool's name, "" for all of `server`.

    `pattern` narrows it: of a shell the first words of a parsed command ("git log"), of the network a host, else
    "". `workspace` is the folder it counts in, "" for all (scope "server"); `run` the run (scope "run"), else 0.
    `fingerprint` is that of the MCP tool when it was granted: another one is not granted.
    """

    id: str
    scope: Scope
    tool: str
    created: float
    pattern: str = ""
    workspace: str = ""
    server: str = ""
    run: int = 0
    fingerprint: str = ""
    used: float = 0.0


class ApprovalRequest(msgspec.Struct, frozen=True):
    """One question to a person, made from the call and never from words of the model.

    `subject` is the exact command, URL or list of paths, whole; `diff` what would change in files. `reasons` are
    codes that say why it is asked: "writes", "deletes", "shell", "network", "outside", "destructive",
    "unreadable_command", "mcp_first_use", "untrusted", "not_undoable", "rail". `scopes` can be chosen besides
    "once"; `pattern` is what a wider grant would match. `files` is how many files it changes, -1 unknown.
    `snapshot`: what it changes is kept first. `kind` "form" and "url" are questions of an MCP server
    (elicitation): `message` is the server's, `schema` the form's JSON schema.
    """

    run: int
    call: str
    tool: str
    kind: Literal["read", "files", "shell", "python", "network", "mcp", "other", "form", "url"]
    subject: str
    arguments: dict[str, Any] = {}
    diff: str = ""
    reasons: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    pattern: str = ""
    server: str = ""
    files: int = -1
    snapshot: bool = False
    sandboxed: bool = True
    message: str = ""
    schema: dict[str, Any] | None = None


class Decision(msgspec.Struct, frozen=True):
    """A person's answer. `message` is told to the model when it is denied. `content` answers a form."""

    allow: bool
    scope: Scope = "once"
    message: str = ""
    content: dict[str, Any] | None = None


class Approver(Protocol):
    """Who is asked. `ask` blocks until there is a decision; None: nobody can be asked, or the run is stopped."""

    def ask(self, request: ApprovalRequest) -> Decision | None: ...


class Grants(Protocol):
    """Where grants are kept. All methods may be called from any thread."""

    def all(self) -> tuple[Grant, ...]: ...

    def add(self, grant: Grant) -> Grant: ...

    def used(self, id: str) -> None: ...

    def revoke(self, id: str) -> None: ...
