"""What a question about hosts says, in sentences."""

from __future__ import annotations

from agents.permissions.values import ApprovalRequest
from app.language import Language
from app.messages import localized

NAMED = 3  # hosts that fit into a line


def hosts_title(request: ApprovalRequest, language: Language) -> str:
    """The question, where it is about hosts alone; "" for another."""
    if not request.only_hosts:
        return ""
    if not request.hosts:
        return localized("hosts.title_unforeseen", language)
    if len(request.hosts) > NAMED:
        return localized("hosts.title_many", language, count=len(request.hosts))
    return localized("hosts.title", language, hosts=", ".join(request.hosts))


def hosts_sentence(request: ApprovalRequest, language: Language) -> str:
    """Which hosts it is about, and what becomes of a program that was refused them; "" where it is about none."""
    if "hosts" not in request.reasons:
        return ""
    if not request.hosts:
        return localized("hosts.unforeseen", language)
    named = localized("hosts.reaches", language, hosts=", ".join(request.hosts))
    if not request.refused:
        return named if not request.only_hosts or len(request.hosts) > NAMED else ""
    tried = localized("hosts.refused", language)
    return f"{named} {tried}" if len(request.hosts) > NAMED else tried
