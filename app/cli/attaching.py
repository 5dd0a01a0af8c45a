"""Files that are attached to a question on the command line."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.cli.cited import citation_objects
from app.cli.output import Output
from app.messages import localized_error
from app.services.chat.attachments.weighing import can_be_read, can_be_searched, is_scan
from app.services.chat.citations.citations import Citation
from app.services.models.events import ModelChanged
from app.store.records import Attachment
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

# "FILE:3-7" or "FILE:3": only these pages or parts.
_RANGE = re.compile(r"(.+):(\d{1,6})(?:-(\d{1,6}))?", re.DOTALL)
_LOOK_S = 0.2  # so that Ctrl+C comes through where a wait would block it


class NotAttached(Exception):
    """Some of `attachments` are refused, so the question is not sent."""

    def __init__(self, attachments: tuple[Attachment, ...]) -> None:
        super().__init__()
        self.attachments = attachments


def attached(
    services: Services, conversation: int, files: Sequence[str], output: Output
) -> tuple[Attachment, ...]:
    """Attach files to the next question of a chat, and say on stderr what they cost. What does not fit is searched.

    Waits for the model that is being loaded, to count with. Raises NotAttached, and UserError for a model that
    cannot be loaded.
    """
    found = tuple(_attached(services, conversation, file) for file in files)
    if all(each.state != "refused" or is_scan(each) for each in found):
        services.attachments.set_draft(conversation, found)
        wait_for_model(services)
        weight = services.attachments.weigh(conversation, found)
        if any(map(can_be_read, weight.attachments)):
            read = tuple(_read(services, conversation, each, output) for each in weight.attachments)
            weight = services.attachments.weigh(conversation, read)
        if any(map(can_be_searched, weight.attachments)):
            weight = services.attachments.weigh(conversation, tuple(map(_searched, weight.attachments)))
        found = weight.attachments
        _show(found, weight.seconds, output)
    if any(each.state == "refused" for each in found):
        services.attachments.set_draft(conversation, ())
        raise NotAttached(found)
    return found


def refused(told: NotAttached, output: Output) -> int:
    """Say why the question was not sent; returns the exit code."""
    reasons = [each.reason for each in told.attachments if each.state == "refused" and each.reason]
    for reason in reasons:
        output.tell(reason)
    if any(reason.code == "attachment.choose_parts" for reason in reasons):
        output.note(output.localized("cli.attach_parts"))
    error = UserError("attachment.not_sent")
    message = localized_error(error, output.language)
    output.object(
        {"error": {"code": error.code, "message": message}, **objects(told.attachments, (), output)}
    )
    return 1


def objects(
    attachments: Sequence[Attachment], citations: Sequence[Citation], output: Output
) -> dict[str, Any]:
    """The contract's JSON of attachments, and of the citations in an answer."""
    return {
        "attachments": attachment_objects(attachments, output),
        "citations": citation_objects(citations),
    }


def attachment_objects(attachments: Sequence[Attachment], output: Output) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "kind": each.kind,
            "bytes": each.bytes,
            "tokens": each.tokens,
            "state": each.state,
            "reason": localized_error(each.reason, output.language) if each.reason else "",
        }
        for each in attachments
    ]


def _attached(services: Services, conversation: int, file: str) -> Attachment:
    path = Path(file).expanduser()
    chosen = _RANGE.fullmatch(file)
    if chosen is None or path.exists():
        return services.attachments.attach(conversation, path)
    whole = Path(chosen[1]).expanduser()
    first, last = int(chosen[2]), int(chosen[3] or chosen[2])
    return services.attachments.attach(conversation, whole, first=first, last=last)


def _read(services: Services, conversation: int, attachment: Attachment, output: Output) -> Attachment:
    """What has pages that are pictures, read by the model."""
    if not can_be_read(attachment):
        return attachment

    def tell(place: tuple[int, int]) -> None:
        page, of = place
        output.progress(output.localized("cli.reading_scan", name=attachment.name, page=page, of=of))

    return services.scans.read(conversation, attachment, on_progress=tell)


def _searched(attachment: Attachment) -> Attachment:
    """What does not fit, to be searched instead."""
    if not can_be_searched(attachment):
        return attachment
    return msgspec.structs.replace(attachment, state="searched", reason=None)


def wait_for_model(services: Services) -> None:
    """Wait until the model in use is loaded. Raises UserError with the reason where it cannot be."""
    changed = threading.Event()
    unsubscribe = services.events.subscribe(ModelChanged, lambda _: changed.set())
    try:
        services.models.ensure()
        while (state := services.models.state).state not in ("ready", "lost"):
            if state.state == "empty" and state.error is not None:
                raise UserError.from_info(state.error)
            changed.wait(_LOOK_S)
            changed.clear()
    finally:
        unsubscribe()


def _show(attachments: Sequence[Attachment], seconds: float, output: Output) -> None:
    if output.json:
        return
    for each in attachments:
        if each.state == "whole":
            word = "attached_about" if each.estimated else "attached"
            output.note(output.localized(f"cli.{word}", name=each.name, tokens=each.tokens))
            if each.reason is not None:
                output.tell(each.reason)
    if seconds >= 1:
        output.note(output.localized("cli.attached_seconds", seconds=round(seconds)))
