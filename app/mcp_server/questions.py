"""Questions of a run as forms of the protocol (elicitation), for a person behind the asking program. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agents.permissions.values import ApprovalRequest, Decision, Scope
from agents.permissions.visible import visible
from app.hosts_text import hosts_sentence, hosts_title

_FIELD = "decision"
_MOST = 8_000
_WORDS: dict[Scope, str] = {"once": "Allow once", "run": "Allow in this run"}
_NO = "Deny"
_TITLES = {
    "program": "Let {server} have this task done in {message}? Mode: {pattern}.",
    "shell": "Run this command?",
    "python": "Run this program?",
    "files": "Change these files?",
    "read": "Let commands read this?",
    "network": "Open this address?",
    "plan": "Carry out this plan?",
    "ports": "Let {server} open what this run serves? Your yes ends with the command or the run.",
    "search": "Search the web for this, at {message}?",
    "mcp": "Use the tool {tool} of {server}?",
}


def question_of(request: ApprovalRequest) -> tuple[str, dict[str, Any]]:
    """The message and the form's schema. What counts for longer than the run is granted in the window alone."""
    if request.kind in ("form", "url"):
        title = f"{request.server} asks for something that only Coterie's window can show."
        return f"{title}\n\n{request.message}", _schema([_NO])
    title = _TITLES.get(request.kind, "Use the tool {tool}?").format(
        server=request.server, message=visible(request.message), pattern=request.pattern, tool=request.tool
    )
    hosts = (hosts_title(request, "en"), hosts_sentence(request, "en"))
    title = "\n\n".join(filter(None, (hosts[0] or title, hosts[1])))
    subject = request.subject or json.dumps(request.arguments, ensure_ascii=False)
    whole = "\n\n".join(filter(None, (title, subject, request.diff)))
    if len(whole) > _MOST:  # nobody is to agree to what is not shown
        return f"{title}\n\n{whole[len(title) : _MOST]}…\n\nThe rest is shown only in Coterie.", _schema(
            [_NO]
        )
    scopes: list[Scope] = ["once", *(scope for scope in request.scopes if scope == "run")]
    if request.kind == "ports":
        scopes = ["run"]
    return whole, _schema([*(_WORDS[scope] for scope in scopes), _NO])


def answer_of(request: ApprovalRequest, action: str, content: Mapping[str, Any] | None) -> Decision | None:
    """The decision; None where the person has closed the question. Only the very words that were offered allow."""
    if action == "cancel":
        return None
    offered = question_of(request)[1]["properties"][_FIELD]["enum"]
    chosen = (content or {}).get(_FIELD) if action == "accept" else _NO
    for scope, words in _WORDS.items():
        if chosen == words and words in offered:
            return Decision(True, scope)
    return Decision(False)


def _schema(choices: list[str]) -> dict[str, Any]:
    field = {"type": "string", "title": "Decision", "enum": choices}
    return {"type": "object", "properties": {_FIELD: field}, "required": [_FIELD]}
