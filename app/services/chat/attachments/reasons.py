"""Why a document cannot be attached, as sentences for people."""

from __future__ import annotations

from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import MOST_BYTES
from engine.errors import ErrorInfo


def reason(error: Unreadable, name: str) -> ErrorInfo:
    return {
        "no_kind": ErrorInfo("attachment.no_kind", {"name": name}),
        "old_kind": ErrorInfo("attachment.old_kind", {"name": name}),
        "picture": ErrorInfo("attachment.cannot_see", {"name": name}),
        "other_picture": ErrorInfo("attachment.other_picture", {"name": name}),
        "too_many_pixels": ErrorInfo("attachment.too_many_pixels", {"name": name}),
        "locked": ErrorInfo("attachment.locked", {"name": name}),
        "protected": ErrorInfo("attachment.protected", {"name": name}),
        "pages_are_pictures": ErrorInfo("attachment.pages_are_pictures", {"name": name}),
        "no_text": ErrorInfo("attachment.no_text", {"name": name}),
        "no_such_part": ErrorInfo("attachment.no_such_part", {"name": name}),
        "damaged": ErrorInfo("attachment.damaged", {"name": name}),
        "expands": ErrorInfo("attachment.expands", {"name": name}),
        "time": ErrorInfo("attachment.time", {"name": name}),
        "cancelled": ErrorInfo("attachment.cancelled", {"name": name}),
        "broke": ErrorInfo("attachment.broke", {"name": name}),
        "too_large": ErrorInfo("attachment.too_large", {"name": name, "most_bytes": MOST_BYTES}),
    }[error.why]
