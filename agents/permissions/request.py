"""Builds the approval request for a call, and the grant from its answer. Pure."""

from __future__ import annotations

import json
import uuid
from typing import Any

from agents.permissions.hosts import HOSTS, REGISTRIES
from agents.permissions.question import Question, Verdict
from agents.permissions.values import ApprovalRequest, Grant, Scope
from agents.permissions.visible import visible


def request(question: Question, verdict: Verdict) -> ApprovalRequest:
    """The approval request for a call whose verdict is "ask".

    It is made from the call alone, whole, with invisible characters escaped, so that what a person reads is
    what runs.
    """
    effects, facts = question.effects, question.facts
    spread = facts.anywhere or effects.kind in ("shell", "python", "mcp")
    return ApprovalRequest(
        run=question.run,
        call=question.call,
        tool=question.tool,
        kind=effects.kind,
        subject=visible(_subject(question)),
        arguments=question.arguments,
        diff=effects.diff,
        reasons=verdict.reasons,
        scopes=verdict.scopes,
        pattern=verdict.pattern,
        server=question.server,
        files=-1 if spread else len({*effects.writes, *effects.deletes}),
        snapshot=question.undoable and (spread or bool(effects.writes or effects.deletes)),
        sandboxed=_sandboxed(question),
        message=effects.url if effects.kind == "search" else "",
        autorun=question.autorun,
        hosts=verdict.hosts,
        only_hosts=verdict.only_hosts,
        led=effects.kind in ("shell", "python") and bool(question.rules),
    )


def _subject(question: Question) -> str:
    effects = question.effects
    if effects.kind in ("shell", "python", "search"):
        return effects.command
    if effects.kind == "mcp":  # the destination, and what is sent there
        written = _written(question.arguments)
        return f"{effects.url}\n{written}" if effects.url else written
    if effects.url:
        return effects.url
    if effects.kind in ("read", "files"):
        paths = (*effects.writes, *effects.deletes, *effects.outside) or effects.reads
        return "\n".join(dict.fromkeys(paths))
    return _written(question.arguments)


def _written(arguments: dict[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False, indent=2, default=str)


def _sandboxed(question: Question) -> bool:
    kind = question.effects.kind
    if kind in ("shell", "python"):
        return question.sandboxed
    return not (kind in ("mcp", "network", "search") and question.facts.network)


def host_grants(
    request: ApprovalRequest, scope: Scope, *, workspace: str, created: float
) -> tuple[Grant, ...]:
    """The grants of hosts that follow from the answer."""
    if scope not in request.scopes or scope not in ("run", "workspace", "registries"):
        return ()
    run = request.run if scope == "run" else 0
    return tuple(
        Grant(uuid.uuid4().hex, "run" if run else "workspace", HOSTS, created, pattern, workspace, run=run)
        for pattern in ((REGISTRIES,) if scope == "registries" else request.hosts)
    )


def grant_for(
    request: ApprovalRequest, scope: Scope, *, workspace: str, created: float, fingerprint: str = ""
) -> Grant | None:
    """The grant that follows from allowing `request` with `scope`; None for "once" and for a scope that was
    not offered.

    `created` is in seconds since 1970; `fingerprint` is the tool's, of an MCP server.
    """
    if scope in ("once", "registries", "network") or scope not in request.scopes or request.only_hosts:
        return None
    return Grant(
        id=uuid.uuid4().hex,
        scope=scope,
        tool="" if scope == "server" and request.server else request.tool,
        created=created,
        pattern=request.pattern,
        workspace="" if scope == "server" else workspace,
        server=request.server,
        run=request.run if scope == "run" else 0,
        fingerprint="" if scope == "server" else fingerprint,
    )
