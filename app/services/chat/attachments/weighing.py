"""What attachments cost of a context, and whether they fit into it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agents.api import Measured
from app.services.chat.compaction_values import room_to_answer
from app.store.records import Attachment
from engine.api import ModelFacts
from engine.errors import ErrorInfo
from engine.remote.estimate import text_tokens
from engine.remote.pictures import picture_tokens
from engine.values import Picture

_TOO_MUCH = ("attachment.too_long", "attachment.picture_too_long", "attachment.choose_parts")
# That all pages are pictures, or some: as they were read, where the model in use sees, where another one does.
_SCANS = ("attachment.pages_are_pictures", "attachment.scan_readable", "attachment.other_reads")
_PAGES = ("attachment.pages_without_text", "attachment.pages_readable")
# Tokens of the passages that are found in what is searched, a quarter of the context at most.
MOST_FOUND, LEAST_FOUND = 3000, 200


class Weight(msgspec.Struct, frozen=True):
    """Attachments with their tokens, refused where they do not fit. `room`: tokens that all of them may take, None
    without a model. `seconds`: how long reading those that fit takes, 0.0 where that is not known."""

    attachments: tuple[Attachment, ...]
    room: int | None = None
    seconds: float = 0.0


def estimated(attachment: Attachment, given: str | Picture) -> Attachment:
    """With an estimate of its tokens, rather too many than too few; nothing is too much for no model."""
    tokens = picture_tokens(given.width, given.height) if isinstance(given, Picture) else text_tokens(given)
    if attachment.state == "searched":
        tokens = min(tokens, MOST_FOUND)
    counted = msgspec.structs.replace(attachment, tokens=tokens, estimated=True)
    return (
        msgspec.structs.replace(counted, state="whole", reason=None) if _is_of_model(attachment) else counted
    )


def seen(attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Pictures of which no model has said yet that it cannot take them."""
    return tuple(
        msgspec.structs.replace(each, state="whole", reason=None) if each.is_picture else each
        for each in attachments
    )


def unseen(
    attachments: Sequence[Attachment], reason: ErrorInfo | None, other: str = ""
) -> tuple[Attachment, ...]:
    """Pictures are refused for this reason, None: the model sees none, but `other` does, if there is one."""

    def blind(name: str) -> ErrorInfo:
        if other:
            return ErrorInfo("attachment.other_sees", {"name": name, "model": other})
        return ErrorInfo("attachment.cannot_see", {"name": name})

    return tuple(
        msgspec.structs.replace(
            each,
            state="refused",
            reason=reason or blind(each.name),
            tokens=0,
            estimated=False,
        )
        if each.is_picture
        else each
        for each in attachments
    )


def readable(attachments: Sequence[Attachment], name: str, other: str) -> tuple[Attachment, ...]:
    """Scans say who can read them: the model in use, called `name`, "" if it sees none, else one called `other`."""
    return tuple(
        msgspec.structs.replace(each, reason=_scan_reason(each, each.reason, name, other))
        if each.reason is not None and each.reason.code in (*_SCANS, *_PAGES)
        else each
        for each in attachments
    )


def _scan_reason(attachment: Attachment, before: ErrorInfo, name: str, other: str) -> ErrorInfo:
    file = attachment.name
    if attachment.state == "whole":
        pages = before.params["pages"]
        if name:
            return ErrorInfo("attachment.pages_readable", {"name": file, "pages": pages, "model": name})
        return ErrorInfo("attachment.pages_without_text", {"name": file, "pages": pages})
    if name:
        return ErrorInfo("attachment.scan_readable", {"name": file, "model": name})
    if other:
        return ErrorInfo("attachment.other_reads", {"name": file, "model": other})
    return ErrorInfo("attachment.pages_are_pictures", {"name": file})


def is_scan(attachment: Attachment) -> bool:
    """Whether it is refused because its pages are pictures, and its content is kept."""
    return attachment.reason is not None and attachment.reason.code in _SCANS and bool(attachment.sha256)


def can_be_read(attachment: Attachment) -> bool:
    """Whether the model in use can read pages of it that are pictures."""
    return attachment.reason is not None and attachment.reason.code in (_SCANS[1], _PAGES[1])


def of_projector(facts: ModelFacts) -> ErrorInfo | None:
    """What loading said of a projector that the model cannot use."""
    notices = () if facts.plan is None else facts.plan.notices
    return next((notice for notice in notices if notice.code.startswith("projector.")), None)


def weighed(attachments: Sequence[Attachment], measured: Measured, context: int, speed: float) -> Weight:
    """Those that fit, in their order, into half of the context and into what its answer leaves free behind the
    `measured` prompt; the others are refused. Of what is searched the passages have to fit. What was refused for
    another reason stays so. `speed`: tokens that are read in a second."""
    room = max(0, min(context // 2, context - room_to_answer(context) - measured.prompt))
    left = room
    told: list[Attachment] = []
    for attachment, tokens in zip(attachments, measured.texts, strict=True):
        if attachment.state == "refused" and not is_too_much(attachment.reason):
            told.append(attachment)
            continue
        searched = attachment.state == "searched"
        if searched:
            tokens = min(tokens, max(min(left, room_to_find(context)), LEAST_FOUND))
        fits = tokens <= left
        lacks = None if _is_of_model(attachment) else attachment.reason
        counted = msgspec.structs.replace(
            attachment,
            tokens=tokens,
            estimated=searched or not measured.exact,
            state="refused" if not fits else "searched" if searched else "whole",
            reason=lacks if fits else _too_much(attachment, tokens, left),
        )
        told.append(counted)
        left -= tokens if fits else 0
    return Weight(tuple(told), room, (room - left) / speed if speed else 0.0)


def room_to_find(context: int) -> int:
    """Tokens that the passages may take which are found for one question."""
    return min(MOST_FOUND, context // 4)


def room_of_search(context: int) -> int:
    """Tokens that the passages of one search may take where the model makes several; a result of a call stays whole
    up to a sixth of the context."""
    return min(MOST_FOUND, context // 8)


def _is_of_model(attachment: Attachment) -> bool:
    """Whether its reason holds for one model alone."""
    return attachment.is_picture or is_too_much(attachment.reason)


def can_be_searched(attachment: Attachment) -> bool:
    """Whether what does not fit can be searched instead."""
    return bool(attachment.text) and not attachment.is_picture and is_too_much(attachment.reason)


def is_too_much(reason: ErrorInfo | None) -> bool:
    """Whether an attachment is refused because it does not fit."""
    return reason is not None and reason.code in _TOO_MUCH


def _too_much(attachment: Attachment, tokens: int, room: int) -> ErrorInfo:
    name = attachment.name
    if attachment.parts > 1:
        parts = attachment.parts
        return ErrorInfo(
            "attachment.choose_parts", {"name": name, "tokens": tokens, "room": room, "parts": parts}
        )
    if attachment.is_picture:
        return ErrorInfo("attachment.picture_too_long", {"name": name, "tokens": tokens, "room": room})
    return ErrorInfo("attachment.too_long", {"name": name, "tokens": tokens, "room": room})
