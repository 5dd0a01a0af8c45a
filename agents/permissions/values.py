"""Approval requests, decisions and grants."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from agents.events import Mode as Mode

# "registries" grants all package registries in the workspace, "network" lets this one call use the whole network.
Scope = Literal["once", "run", "workspace", "server", "registries", "network"]


class Grant(msgspec.Struct, frozen=True):
    """A decision that applies again. `tool` is a tool's name, "" for all of `server`.

    `pattern` narrows it: of a shell the first words of a parsed command ("git log"), of the network and of a web
    search a host, of a file that other programs carry out its path, else "". `workspace` is the folder it counts
    in, "" for all (scope "server"). Of the tool "hosts" it is what programs may reach, as `hosts.read_rules` reads
    it. `run` the run (scope "run"), else 0. `fingerprint` is that of the MCP tool when
    it was granted: another one is not granted.
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

    `subject` is the exact command, URL or list of paths, whole; `diff` what would change in files. `reasons`
    are codes that say why it is asked: "writes", "deletes", "shell", "network", "hosts", "outside", "destructive",
    "unreadable_command", "mcp_first_use", "untrusted", "not_undoable", "rail", "autorun" (other programs carry
    it out without being asked: `autorun` are those files). `hosts` are those that a program will ask for, or with
    `refused` has asked for in vain; with `only_hosts` a wider grant is for them alone. `led`: it reaches hosts that
    were allowed before. `scopes` can be chosen besides "once"; `pattern` is what a wider grant would match. `files`
    is how many files it changes, -1 unknown.
    `snapshot`: what it changes is kept first. `kind` "form" and "url" are questions of an MCP server
    (elicitation): `message` is the server's, `schema` the form's JSON schema. `kind` "program" asks whether the
    program `server` may have the task `subject` done in the folder `message`, with the mode `pattern`. `kind` "plan"
    asks for approval of the `steps` of a plan, "search" whether the words `subject` may be searched for at the
    address `message`, "ports" whether the server may reach the addresses `subject`, at which commands of the run
    listen, until these end. `child` is the task of the run that asks, when that was given to it by the run on whose
    page it is asked.
    """

    run: int
    call: str
    tool: str
    kind: Literal[
        "read",
        "files",
        "shell",
        "python",
        "network",
        "search",
        "mcp",
        "other",
        "form",
        "url",
        "program",
        "plan",
        "ports",
    ]
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
    autorun: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    child: str = ""
    hosts: tuple[str, ...] = ()
    only_hosts: bool = False
    refused: bool = False
    led: bool = False


class Decision(msgspec.Struct, frozen=True):
    """A person's answer. `message` is told to the model when it is denied. `content` answers a form; `steps` are
    those of a plan as the person wants it, none where it stays as it is."""

    allow: bool
    scope: Scope = "once"
    message: str = ""
    content: dict[str, Any] | None = None
    steps: tuple[str, ...] = ()


class Grants(Protocol):
    """Storage of grants. Methods may be called from any thread."""

    def all(self) -> tuple[Grant, ...]: ...

    def add(self, grant: Grant) -> Grant: ...

    def used(self, id: str) -> None: ...

    def revoke(self, id: str) -> None: ...


class ToolFacts(msgspec.Struct, frozen=True):
    """Properties of a tool for the approval rules.

    Facts that are not known are told as the stricter ones.

    `read_only`: changes nothing anywhere. `destructive`: may take away what was there. `network`: reaches
    other machines. `paths` names the arguments that are paths in the workspace. `anywhere`: its effects on
    the workspace are not told by its arguments (a shell), so the whole workspace is snapshotted around it.
    `volatile` names arguments that do not make two calls different. `untrusted`: its results were written by
    somebody else than the user. `own`: of these, they are what lies in the workspace, or comes of it without the
    network, which does not mark a run as led by strangers. `polling`: asking again with the same arguments is
    meaningful. `held`: of a tool of an MCP server, the sandbox leaves the server no network and nothing of the
    user's but the workspace; `loopback`: it leaves it a network of its own, into which ports of the run's commands
    can be led. `fingerprint`: of such a tool, the SHA-256 of what it says of itself; a grant for another one does not
    count. `keeps`: later runs read what it stores. `side_by_side`: calls of one turn that follow each other are
    carried out at the same time; it changes nothing. `least_context`: a model with a shorter context, in tokens, is
    not offered it. `most_tokens`: the longest result that a model is shown at once, 0: its share.
    """

    read_only: bool = False
    destructive: bool = True
    network: bool = False
    paths: tuple[str, ...] = ()
    anywhere: bool = False
    volatile: tuple[str, ...] = ()
    untrusted: bool = False
    own: bool = False
    polling: bool = False
    held: bool = False
    loopback: bool = False
    keeps: bool = False
    timeout_s: float = 60.0
    most_bytes: int = 1_000_000
    fingerprint: str = ""
    side_by_side: bool = False
    least_context: int = 0
    most_tokens: int = 0


class Effects(msgspec.Struct, frozen=True):
    """Effects that one call would have, worked out from its arguments without running it.

    Paths are relative to the workspace.

    `kind` says how it is shown to a person: "command" is the exact shell command or program, `url` the exact
    address, `diff` a unified diff of what would change in files. `writes`: files made or changed; `deletes`:
    files taken away. `outside`: paths outside the workspace that it asks for (always refused by file tools).
    `network`: it wants to reach other machines; which ones is not known when there is no `url`. `kind` "search":
    the words `command` are told to a provider at `url`, whom the user has chosen, and to nobody else. `within`: it
    reaches only what runs in the run's own sandbox, whatever its tool can reach.
    """

    kind: Literal["read", "files", "shell", "python", "network", "search", "mcp", "other"] = "other"
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    command: str = ""
    url: str = ""
    diff: str = ""
    network: bool = False
    within: bool = False
