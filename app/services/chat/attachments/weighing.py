"""What attachments cost of a context, and whether they fit into it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agents.api import Measured
from app.services.chat.compaction_values import room_to_answer
from app.store.records import Attachment
from engine.errors import ErrorInfo
from engine.remote.estimate import text_tokens

_TOO_MUCH = ("attachment.too_long", "attachment.choose_parts")


class Weight(msgspec.Struct, frozen=True):
    """Attachments with their tokens, refused where they do not fit. `room`: tokens that all of them may take, None
    without a model. `seconds`: how long reading those that fit takes, 0.0 where that is not known."""

    attachments: tuple[Attachment, ...]
    room: int | None = None
    seconds: float = 0.0


def estimated(attachment: Attachment, text: str) -> Attachment:
    """With an estimate of its tokens, rather too many than too few; nothing is too long for no model."""
    counted = msgspec.structs.replace(attachment, tokens=text_tokens(text), estimated=True)
    return (
        msgspec.structs.replace(counted, state="whole", reason=None)
        if _is_too_much(counted.reason)
        else counted
    )


def weighed(attachments: Sequence[Attachment], measured: Measured, context: int, speed: float) -> Weight:
    """Those that fit, in their order, into half of the context and into what its answer leaves free behind the
    `measured` prompt; the others are refused. What was refused for another reason stays so. `speed`: tokens that are
    read in a second."""
    room = max(0, min(context // 2, context - room_to_answer(context) - measured.prompt))
    left = room
    told: list[Attachment] = []
    for attachment, tokens in zip(attachments, measured.texts, strict=True):
        if attachment.state == "refused" and not _is_too_much(attachment.reason):
            told.append(attachment)
            continue
        fits = tokens <= left
        lacks = None if _is_too_much(attachment.reason) else attachment.reason
        counted = msgspec.structs.replace(
            attachment,
            tokens=tokens,
            estimated=not measured.exact,
            state="whole" if fits else "refused",
            reason=lacks if fits else _too_much(attachment, tokens, left),
        )
        told.append(counted)
        left -= tokens if fits else 0
    return Weight(tuple(told), room, (room - left) / speed if speed else 0.0)


def _is_too_much(reason: ErrorInfo | None) -> bool:
    return reason is not None and reason.code in _TOO_MUCH


def _too_much(attachment: Attachment, tokens: int, room: int) -> ErrorInfo:
    name = attachment.name
    if attachment.parts > 1:
        parts = attachment.parts
        return ErrorInfo(
            "attachment.choose_parts", {"name": name, "tokens": tokens, "room": room, "parts": parts}
        )
    return ErrorInfo("attachment.too_long", {"name": name, "tokens": tokens, "room": room})
