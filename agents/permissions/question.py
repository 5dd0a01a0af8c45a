"""Input and output of the approval rules."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from agents.events import Mode
from agents.permissions.hosts import HostRule
from agents.permissions.values import Effects, Grant, Scope, ToolFacts


class Question(msgspec.Struct, frozen=True):
    """A call with everything that decides whether it is carried out.

    `workspace` is the absolute path of the run's folder. `grants` are all that are kept; those that do not
    count here are passed over. `sandboxed`: programs run confined. `tainted`: strangers' text came into this
    run before (a page, an attachment, a server's result; not the workspace's own). `undoable`: what the call may
    change can be put back (`Snapshots.covers`). `present`: a person is there. `autorun` are files among the writes
    that other programs carry out without being asked. `copied`: the run works in a copy of a folder, of which nothing
    comes back unasked. `rules` are the hosts that programs may reach through the proxy; None: there is none, and they
    reach the whole network or nothing. `steered`: what earlier commands left in the shell, functions or variables,
    may make others of the commands that are named. `remotes` are the hosts of the repository there, None where they
    are not told.
    """

    run: int
    call: str
    tool: str
    arguments: dict[str, Any]
    facts: ToolFacts
    effects: Effects
    mode: Mode
    workspace: str
    grants: tuple[Grant, ...] = ()
    sandboxed: bool = False
    tainted: bool = False
    undoable: bool = True
    present: bool = True
    server: str = ""
    autorun: tuple[str, ...] = ()
    copied: bool = False
    rules: tuple[HostRule, ...] | None = None
    steered: bool = False
    remotes: tuple[str, ...] | None = None


class Verdict(msgspec.Struct, frozen=True):
    """Decision of the rules.

    `by`, `reasons` and `grant` go into the journal's `Approval`. `network`: when it is carried out, it may
    use the whole network; `hosts`: it may reach those, once a person allows it. `message` is told to the model when
    it is denied. `scopes` and `pattern`, when it is to be asked: what a person may grant besides "once", and what
    such a grant would match; `only_hosts` as in `ApprovalRequest`.
    """

    action: Literal["allow", "ask", "deny"]
    by: Literal["", "mode", "grant", "rail", "nobody"] = ""
    reasons: tuple[str, ...] = ()
    grant: str = ""
    network: bool = False
    message: str = ""
    scopes: tuple[Scope, ...] = ()
    pattern: str = ""
    hosts: tuple[str, ...] = ()
    only_hosts: bool = False
