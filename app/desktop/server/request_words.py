"""One request of another program in words: who asks, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.desktop.text.moments import moment_text
from app.desktop.text.words import joined
from app.format import format_count, format_duration

if TYPE_CHECKING:
    from app.server.http.request_log import LoggedRequest

_PROTOCOLS = {"openai": "OpenAI", "anthropic": "Anthropic", "ollama": "Ollama", "mcp": "MCP"}
_GONE = 499


def who(request: LoggedRequest) -> str:
    """Its key, and what the program calls itself."""
    translate = QCoreApplication.translate
    key = request.key or ("" if request.status in (400, 401, 403) else translate("Requests", "Without a key"))
    return joined([key, request.client]) or translate("Requests", "Unknown program")


def how(request: LoggedRequest) -> str:
    """When it came, what it asks, and how far it is or how it ended."""
    protocol = _PROTOCOLS.get(request.protocol, request.protocol)
    asked = [moment_text(request.time), protocol, request.model]
    return joined([*asked, _going(request) if request.goes_on else _ended(request), *_counts(request)])


def _going(request: LoggedRequest) -> str:
    translate = QCoreApplication.translate
    return {
        "waiting": translate("Requests", "waits"),
        "reading": translate("Requests", "being read"),
        "writing": translate("Requests", "being answered"),
        "downloading": translate("Requests", "downloading"),
    }.get(request.stage, "")


def _counts(request: LoggedRequest) -> list[str]:
    translate = QCoreApplication.translate
    parts = []
    if request.prompt_tokens:
        read, cached = format_count(request.prompt_tokens), format_count(request.cached_tokens)
        words = (
            translate("Requests", "{count} tokens in, {cached} of them reused")
            if request.cached_tokens
            else translate("Requests", "{count} tokens in")
        )
        parts.append(words.format(count=read, cached=cached))
    if request.completion_tokens:
        parts.append(
            translate("Requests", "{count} tokens out").format(count=format_count(request.completion_tokens))
        )
    return [*parts, format_duration(request.seconds, languages.current)] if request.model else parts


def _ended(request: LoggedRequest) -> str:
    """Nothing for one that went well, else why it did not."""
    if request.status < 400:
        return ""
    translate = QCoreApplication.translate
    if request.code == "origin_not_allowed":
        page = request.origin or translate("Requests", "another site")
        return translate("Requests", "refused: pages of {page} aren’t let in").format(page=page)
    if request.code == "host_not_allowed":
        return translate("Requests", "refused: {name} isn’t a listed name").format(name=request.host)
    if request.code in ("no_right_to_ask", "no_right_to_load", "no_right_to_download", "no_right_to_tools"):
        return translate("Requests", "refused: its key doesn’t allow this")
    words = {
        "request_stopped": translate("Requests", "stopped here"),
        "answer_stopped": translate("Requests", "stopped here"),
        "server_stopping": translate("Requests", "the server was switched off"),
        "invalid_api_key": translate("Requests", "refused: no valid key"),
        "model_not_found": translate("Requests", "refused: there’s no such model"),
        "model_busy": translate("Requests", "refused: another model is in use"),
        "context_length_exceeded": translate("Requests", "refused: too long for the context"),
        "too_many_requests": translate("Requests", "refused: too many at once"),
        "queue_full": translate("Requests", "refused: too many at once"),
    }
    if request.status == _GONE:
        return translate("Requests", "the program hung up")
    failed = (
        translate("Requests", "failed ({status})")
        if request.status >= 500
        else translate("Requests", "refused ({status})")
    )
    return words.get(request.code, failed.format(status=request.status))
