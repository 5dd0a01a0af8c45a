"""Attaches documents, texts and pictures to a chat: reads them, keeps what they hold, says what they cost.

Methods block on the disk and on other processes: call them off the GUI thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agents.api import Measured
from agents.tools.documents.kind_by_content import is_picture
from agents.tools.documents.kinds import Unreadable, kind_of
from agents.tools.documents.reading import Extracted, Part, Pixels, decoded, extracted
from app.services.chat.attachments.given_files import checked, plain_name, read_file
from app.services.chat.attachments.part_layout import layout_of, parts_of
from app.services.chat.attachments.reasons import reason
from app.services.chat.attachments.table_files import FIRST_ROWS, computes, is_table
from app.services.chat.attachments.weighing import (
    Weight,
    estimated,
    is_too_much,
    of_projector,
    readable,
    seen,
    unseen,
    weighed,
)
from app.services.chat.events import ConversationChanged
from app.services.chat.prompting import compaction_point_of, framed
from app.services.events import EventBus
from app.services.models.requests import new_request_id
from app.services.models.turns import take_measure
from app.store import records
from app.store.records import Attachment, ChatOptions, CompactionPoint, Conversation
from engine.errors import ErrorInfo, UserError
from engine.text import clean_text
from engine.values import Message, Picture

if TYPE_CHECKING:
    from app.services.chat.attachments.picture_files import PictureFiles
    from app.services.models.models import Models
    from app.store.store import Store
    from engine.api import GenerateRequest

# Seconds for counting tokens, and for loading at a first picture what looks at it.
COUNTING_S, FIRST_LOOK_S = 30.0, 600.0

Cancelled = Callable[[], bool]
# As `ChatRequests.make`.
RequestOf = Callable[
    [int, "Sequence[records.Message]", "ChatOptions", "CompactionPoint | None"], "GenerateRequest"
]


class Attachments:
    """`request` makes that for the next answer of a chat. `prefill_tps` gives the tokens that the model in use reads
    in a second, 0.0 where that is not known; `seeing` gives the name of a model in the library that sees, "" for
    none."""

    def __init__(
        self,
        store: Store,
        files: PictureFiles,
        models: Models,
        request: RequestOf,
        events: EventBus,
        prefill_tps: Callable[[], float],
        seeing: Callable[[], str],
    ) -> None:
        self._store, self._files, self._models = store, files, models
        self._request, self._events = request, events
        self._prefill_tps, self._seeing = prefill_tps, seeing

    def attach(
        self,
        conversation: int,
        given: Path | tuple[str, bytes],
        *,
        first: int = 0,
        last: int = 0,
        cancelled: Cancelled = lambda: False,
        on_progress: Callable[[int], None] = lambda done: None,
    ) -> Attachment:
        """Read a file, or bytes with their name, for a message of this chat; `first` to `last`: only these pages or
        parts. One that gives no text is "refused" with the reason. `on_progress` gets how many parts were read.

        What it holds is kept from now on, so let a draft (`set_draft`) or a message name it. Raises UserError
        `store.*` where it cannot be kept.
        """
        name = plain_name(given.name if isinstance(given, Path) else given[0])
        kind, size = kind_of(name), 0
        try:
            content = read_file(given, cancelled) if isinstance(given, Path) else checked(name, given[1])
            size = len(content)
            if is_picture(content):
                return self._kept_picture(conversation, name, content, cancelled)
            found = extracted(name, content, cancelled, max(1, first), last or None, on_progress)
            if found.cut and not first and self._computes(conversation, Attachment(name, found.kind, size)):
                return self._by_rows(conversation, name, content, cancelled)
        except UserError as error:
            return Attachment(name, kind, size, state="refused", reason=error.info)
        except Unreadable as error:
            kind = error.kind or kind
            if error.why == "pages_are_pictures":
                return self._kept_scan(conversation, name, content, (first, last), error.detail)
            return Attachment(name, kind, size, state="refused", reason=reason(error, name))
        return self.keep(conversation, name, content, found, (first, last))

    def set_draft(self, conversation: int, attachments: Sequence[Attachment]) -> Conversation:
        """Set what is attached to the unsent text of a chat."""
        changed = self._store.conversations.set(conversation, attachments=tuple(attachments))
        self._events.publish(ConversationChanged(changed))
        return changed

    def weigh(self, conversation: int, attachments: Sequence[Attachment]) -> Weight:
        """What these cost with the next message of the shown branch, and which of them fit: all of them share one
        room, in their order. Without a loaded model tokens are estimated and nothing is refused.

        Raises UserError as `Models.measure` does.
        """
        attachments = seen(attachments)
        given = [self._given(conversation, each) for each in attachments]
        facts = self._models.state.facts
        if facts is None or self._models.state.state != "ready":
            return Weight(tuple(map(estimated, attachments, given)))
        path = self._store.messages.path(conversation)
        cut = compaction_point_of(path, self._store.compaction_points.active(conversation))
        branch = self._store.messages.get_all(path)
        options = self._store.conversations.get(conversation).options
        options = msgspec.structs.replace(options, without_pictures=True)  # what cannot be seen takes nothing
        request = self._request(conversation, branch, options, cut)
        messages = request.messages
        if not messages or messages[-1].role != "user":
            messages = (*messages, Message("user", "?"))
        asked = msgspec.structs.replace(request, id=new_request_id(), messages=messages)
        attachments = readable(attachments, self._models.state.name if facts.sees else "", self._seeing())
        if not facts.sees:
            attachments = unseen(attachments, of_projector(facts), self._seeing())
        try:
            measured = self._measured(asked, attachments, given)
        except UserError as error:
            if error.code.partition(".")[0] not in ("picture", "projector"):
                raise
            attachments = unseen(attachments, error.info)
            measured = self._measured(asked, attachments, given)
        weight = weighed(attachments, measured, facts.context, self._prefill_tps())
        shorter = [self._shorter(conversation, each) for each in weight.attachments]
        if shorter == list(weight.attachments):
            return weight
        given = [self._given(conversation, each) for each in shorter]
        measured = self._measured(asked, shorter, given)
        return weighed(shorter, measured, facts.context, self._prefill_tps())

    def _shorter(self, conversation: int, attachment: Attachment) -> Attachment:
        """A table that does not fit, by its first rows where a program can have the whole."""
        if not (is_too_much(attachment.reason) and self._computes(conversation, attachment)):
            return attachment
        content = self.original(conversation, attachment)
        with contextlib.suppress(Unreadable):  # it took too long, this time
            return self._by_rows(conversation, attachment.name, content) if content else attachment
        return attachment

    def _computes(self, conversation: int, attachment: Attachment) -> bool:
        return is_table(attachment) and computes(self._store.conversations.get(conversation).options)

    def _by_rows(
        self, conversation: int, name: str, content: bytes, cancelled: Cancelled = lambda: False
    ) -> Attachment:
        """A table, of which the model is given the first rows. Raises Unreadable."""
        found = extracted(name, content, cancelled, 1, 1)
        lines = "\n".join(part.text for part in found.parts[:1]).split("\n")[: FIRST_ROWS + 1]
        rows = Extracted(found.kind, (Part("", "\n".join(lines), 1),), 1, cut=False)
        kept = self.keep(conversation, name, content, rows, (0, 0))
        reason = ErrorInfo("attachment.rows_in_python", {"name": name, "rows": len(lines) - 1})
        return msgspec.structs.replace(kept, reason=reason) if kept.state == "whole" else kept

    def _measured(
        self, asked: GenerateRequest, attachments: Sequence[Attachment], given: Sequence[str | Picture]
    ) -> Measured:
        """Of pictures only those that are not refused."""
        told = [
            "" if each.is_picture and each.state == "refused" else content
            for each, content in zip(attachments, given, strict=True)
        ]
        patience_s = FIRST_LOOK_S if any(isinstance(each, Picture) for each in told) else COUNTING_S
        return take_measure(self._models, asked, told, patience_s)

    def parts(self, conversation: int, attachment: Attachment) -> tuple[Part, ...]:
        """The pages or other parts of an attachment as the model is given them, () where they are gone."""
        layout = self._store.contents.get(conversation, attachment.layout)
        return parts_of(self.text(conversation, attachment), layout)

    def text(self, conversation: int, attachment: Attachment) -> str:
        """What the model is given of an attachment, "" where it is gone."""
        return self._store.contents.text(conversation, attachment)

    def pixels(self, conversation: int, attachment: Attachment) -> Pixels | None:
        """The plain pixels of a picture, None where they are gone."""
        return self._files.pixels(conversation, attachment)

    def original(self, conversation: int, attachment: Attachment) -> bytes:
        """What was attached, b"" where it is gone."""
        return self._store.contents.get(conversation, attachment.sha256) or b""

    def _kept_picture(self, conversation: int, name: str, content: bytes, cancelled: Cancelled) -> Attachment:
        """Keep the original."""
        pixels = decoded(content, cancelled)
        original = self._store.contents.put(conversation, content)
        picture = self._files.keep(conversation, original, pixels)
        attachment = Attachment(
            name,
            "picture",
            len(content),
            original,
            picture.sha256,
            width=picture.width,
            height=picture.height,
        )
        return estimated(attachment, picture)

    def _given(self, conversation: int, attachment: Attachment) -> str | Picture:
        if attachment.is_picture:
            return self._files.picture(conversation, attachment) or ""
        return self.text(conversation, attachment)

    def _kept_scan(
        self, conversation: int, name: str, content: bytes, chosen: tuple[int, int], pages: str
    ) -> Attachment:
        """Keep a document whose pages are pictures, refused until a model reads them. `pages` begins with their
        count."""
        count = int(pages.partition(" ")[0])
        parts = count if count > 1 else 0
        first, last = chosen if parts else (0, 0)
        return Attachment(
            name,
            "pdf",
            len(content),
            self._store.contents.put(conversation, content),
            state="refused",
            reason=ErrorInfo("attachment.pages_are_pictures", {"name": name}),
            parts=parts,
            first=first,
            last=min(last or count, count) if first else 0,
        )

    def keep(
        self, conversation: int, name: str, content: bytes, found: Extracted, chosen: tuple[int, int]
    ) -> Attachment:
        """Keep the original and the text that was found in it, of the pages or parts that were `chosen`."""
        if not any(part.text.strip() for part in found.parts):
            why = ErrorInfo("attachment.no_text", {"name": name})
            return Attachment(name, found.kind, len(content), state="refused", reason=why)
        parts = found.count if found.count > 1 else 0
        if found.cut:
            why = ErrorInfo("attachment.longer_than_read", {"name": name})
            kept = (
                self._store.contents.put(conversation, content) if parts else ""
            )  # some of them can be chosen
            return Attachment(name, found.kind, len(content), kept, state="refused", reason=why, parts=parts)
        first, last = chosen if parts else (0, 0)
        last = min(last or found.count, found.count) if first else 0
        lacking = (last - first + 1 if first else found.count) - len(found.parts)
        less = ErrorInfo("attachment.pages_without_text", {"name": name, "pages": lacking})
        told = [Part(clean_text(each.label), clean_text(each.text), each.number) for each in found.parts]
        text, places = framed(clean_text(name), [(each.label, each.text) for each in told], (first, last))
        put = self._store.contents.put
        attachment = Attachment(
            name,
            found.kind,
            len(content),
            put(conversation, content),
            put(conversation, text.encode()),
            reason=less if found.kind == "pdf" and lacking > 0 else None,
            parts=parts,
            first=first,
            last=last,
            layout=put(conversation, layout_of(told, places)),
        )
        return estimated(attachment, text)
