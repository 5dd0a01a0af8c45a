"""A run's question to a person as the protocol's request for permission, and what its answer means. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acp.schema import (
    AllowedOutcome,
    DeniedOutcome,
    PermissionOption,
    PermissionOptionKind,
    ToolCallUpdate,
    ToolKind,
)

from agents.permissions.values import ApprovalRequest, Decision, Scope
from agents.permissions.visible import visible
from app.acp.diffs import diff_contents
from app.acp.tool_calls import code, output, words
from app.autorun_text import autorun_sentence
from app.hosts_text import hosts_sentence, hosts_title
from app.language import Language
from app.messages import localized

_DENY = "deny"
_ONCE: Scope = "once"
_KINDS: dict[str, ToolKind] = {
    "read": "read",
    "files": "edit",
    "shell": "execute",
    "python": "execute",
    "network": "fetch",
    "search": "search",
}
_LANGUAGES = {"shell": "sh", "python": "python"}
# Said elsewhere, or plain from what is shown.
_UNSAID = frozenset({"writes", "shell", "autorun", "hosts"})


def options_of(
    request: ApprovalRequest, language: Language, *, lasting: bool = True
) -> list[PermissionOption]:
    """The answers there are. Not `lasting`: none that counts after this run."""
    scopes = [scope for scope in request.scopes if lasting or scope in ("run", "network")]
    kinds: list[tuple[str, PermissionOptionKind]] = [(_ONCE, "allow_once")]
    kinds += [
        (scope, "allow_once" if scope == "network" else "allow_always") for scope in scopes if scope != _ONCE
    ]
    always = {"search": {"server": "always"}, "ports": {"once": "yes"}}.get(request.kind, {})
    options = [
        PermissionOption(option_id=id, name=localized(f"acp.allow.{always.get(id, id)}", language), kind=kind)
        for id, kind in kinds
    ]
    return [
        *options,
        PermissionOption(option_id=_DENY, name=localized("acp.deny", language), kind="reject_once"),
    ]


def decision_of(outcome: DeniedOutcome | AllowedOutcome, offered: list[PermissionOption]) -> Decision | None:
    """The person's decision; None where the request was canceled. What was not offered allows nothing."""
    if isinstance(outcome, DeniedOutcome):
        return None
    kinds = {option.option_id: option.kind for option in offered}
    if kinds.get(outcome.option_id, "reject_once") not in ("allow_once", "allow_always"):
        return Decision(False)
    scopes: tuple[Scope, ...] = ("run", "workspace", "server", "registries", "network")
    return Decision(True, next((scope for scope in scopes if scope == outcome.option_id), _ONCE))


def asked_call(request: ApprovalRequest, root: Path, language: Language) -> ToolCallUpdate:
    """The call that is asked about, with all that would happen, and why it is asked."""
    if request.kind == "plan":
        steps = "\n".join(f"{number}. {visible(step)}" for number, step in enumerate(request.steps, 1))
        change = localized("acp.plan_change", language)
        return ToolCallUpdate(
            tool_call_id=request.call,
            title=localized("acp.plan_title", language),
            kind="think",
            status="pending",
            content=[output(steps), words(change)],
        )
    content: list[Any] = list(diff_contents(visible(request.diff), root))
    if request.child:
        content.append(words(localized("cli.approval.child", language, task=visible(request.child))))
    if request.message and request.message != request.subject:
        content.append(output(request.message))
    if request.subject and (not content or request.child or request.kind in ("search", "ports")):
        content.append(output(request.subject, _LANGUAGES.get(request.kind, "")))
    reasons = [code for code in request.reasons if code not in _UNSAID]
    told = [localized(f"acp.why.{reason}", language) for reason in reasons]
    said = (
        autorun_sentence(request, language),
        hosts_title(request, language),
        hosts_sentence(request, language),
    )
    told += filter(None, said)
    if request.pattern and request.scopes:
        what = {"shell": "command", "files": "file", "read": "file", "search": "search"}.get(
            request.kind, "address"
        )
        told.append(localized(f"acp.covers.{what}", language, pattern=code(request.pattern)))
    if told:
        content.append(words(" ".join(told)))
    return ToolCallUpdate(
        tool_call_id=request.call,
        kind=_KINDS.get(request.kind, "other"),
        status="pending",
        content=content or None,
        raw_input=request.arguments or None,
    )
