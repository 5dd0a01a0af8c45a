"""Reads pages that are pictures, such as scans: the model in use sees each, and writes what stands there.

It gives way to answers: a page that is under way is begun again when they are done.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agents.api import ModelRequest
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import Extracted, Part, extracted
from agents.tools.documents.showing import scanned_page
from app.services.chat.attachments.reasons import reason
from app.services.chat.attachments.scan_texts import PageText, ScanTexts
from app.services.chat.attachments.weighing import is_scan
from app.store.records import FIRST_TEMPORARY, Attachment, Conversation
from engine.errors import ErrorInfo, UserError
from engine.text import clean_text
from engine.values import Message, Sampling

if TYPE_CHECKING:
    from agents.api import ChatModel
    from app.services.chat.attachments.attachments import Attachments, Cancelled
    from app.services.chat.attachments.picture_files import PictureFiles
    from app.services.models.models import Models
    from app.services.runs.model_registry import ModelRegistry
    from engine.values import Picture

_WISH = """\
Write down all text on this page, word for word and in its order, in its own language. Write tables as Markdown \
tables. Add nothing: no introduction, no explanation, no translation. If there is no text, write only: (no text)"""
_NO_TEXT = re.compile(r"\W*no text\W*", re.IGNORECASE)
_FENCED = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)
_GOES_ON = "[the page goes on]"
_MOST_TOKENS = 4000
_LOOK_S = 0.1
# Which page of how many.
OnPage = Callable[[tuple[int, int]], None]


class Scans:
    """`take_up` loads the model of a chat, `is_busy` tells whether answers are being written."""

    def __init__(
        self,
        models: Models,
        model_registry: ModelRegistry,
        attachments: Attachments,
        take_up: Callable[[int], Conversation],
        is_busy: Callable[[], bool],
        texts: ScanTexts,
        files: PictureFiles,
    ) -> None:
        self._models, self._model_registry, self._attachments = models, model_registry, attachments
        self._take_up, self._is_busy = take_up, is_busy
        self._texts, self._files = texts, files
        # Whether the model is at a page.
        self.is_reading = False

    def read(
        self,
        conversation: int,
        attachment: Attachment,
        *,
        cancelled: Cancelled = lambda: False,
        on_progress: OnPage = lambda page: None,
    ) -> Attachment:
        """An attachment whose pages without text were read by the model in use. "refused" where that was stopped, or
        nothing was found; what was read until then is not read again.

        Raises UserError `picture.not_seen` for a model that cannot see, and as it fails.
        """
        content = self._attachments.original(conversation, attachment)
        first, last = attachment.first or 1, attachment.last or max(1, attachment.parts)
        try:
            found = _with_text(attachment, content, first, last, cancelled)
            with_text = {part.number for part in found.parts}
            wanted = [number for number in range(first, last + 1) if number not in with_text]
            pages = self._read(
                conversation,
                attachment.sha256,
                content,
                wanted,
                lambda: self._model(conversation),
                cancelled,
                on_progress,
            )
        except Unreadable as error:
            return msgspec.structs.replace(attachment, state="refused", reason=reason(error, attachment.name))
        parts = [*found.parts, *(Part(f"page {number}", page.text, number) for number, page in pages.items())]
        whole = Extracted("pdf", tuple(sorted(parts, key=lambda part: part.number)), found.count, False)
        kept = self._attachments.keep(
            conversation, attachment.name, content, whole, (attachment.first, attachment.last)
        )
        if not pages or kept.state == "refused":
            return kept
        model = next(iter(pages.values())).model
        read_by: dict[str, str | int | float] = {"name": attachment.name, "pages": len(pages), "model": model}
        return msgspec.structs.replace(kept, reason=ErrorInfo("attachment.read_by", read_by))

    def see(self, sha256: str, content: bytes, cancelled: Cancelled) -> dict[int, tuple[str, str]] | None:
        """The texts on the pages of a PDF that has none, with the model that read each; None while no model of this
        machine that sees is loaded, or when it was stopped. Raises UserError as the model fails."""
        state = self._models.state
        if state.state != "ready" or state.facts is None or not state.facts.sees or state.facts.remote:
            return None
        try:
            count = scanned_page(content, 1, cancelled).count
            pages = self._read(0, sha256, content, list(range(1, count + 1)), self._in_use, cancelled)
        except Unreadable as error:
            return None if error.why == "cancelled" else {}
        return {number: (page.text, page.model) for number, page in pages.items()}

    def _read(
        self,
        conversation: int,
        sha256: str,
        content: bytes,
        wanted: list[int],
        model_for: Callable[[], ChatModel],
        cancelled: Cancelled,
        on_progress: OnPage = lambda page: None,
    ) -> dict[int, PageText]:
        """The `wanted` pages as the model reads them; those without any text left out."""
        known = self._texts.of(sha256)
        model: ChatModel | None = None
        for place, number in enumerate(wanted, 1):
            if number in known:
                continue
            on_progress((place, len(wanted)))
            page = scanned_page(content, number, cancelled)
            text = ""
            if not page.blank:
                model = model or model_for()
                picture = self._files.keep(conversation, sha256, page.pixels)
                try:
                    text = self._written(model, picture, cancelled)
                finally:
                    Path(picture.path).unlink(missing_ok=True)
            known[number] = PageText(text, self._models.signature)
            self._texts.keep(sha256, number, known[number], temporary=conversation >= FIRST_TEMPORARY)
        return {number: known[number] for number in wanted if known[number].text}

    def _in_use(self) -> ChatModel:
        return self._model_registry.chat_model()

    def _model(self, conversation: int) -> ChatModel:
        """The model of the chat, loaded. Raises UserError `picture.not_seen`, and where it cannot be loaded."""
        model = self._model_registry.chat_model(self._take_up(conversation).options.model or "")
        model.ready()
        state = self._models.state
        if state.facts is not None and not state.facts.sees:
            raise UserError("picture.not_seen", name=state.name)
        return model

    def _written(self, model: ChatModel, picture: Picture, cancelled: Cancelled) -> str:
        """What the model reads on a page."""
        ask = ModelRequest(
            (Message("user", f"\n\n{_WISH}", media=(picture,)),),
            sampling=Sampling(temperature=0.0, repeat_penalty=1.05),
            reasoning="off",
            max_tokens=min(_MOST_TOKENS, model.ready() // 2),
        )
        while True:
            while self._is_busy() and not cancelled():
                time.sleep(_LOOK_S)
            self.is_reading = True
            try:
                turn = model.stream(ask, lambda _: None, lambda: cancelled() or self._is_busy())
            finally:
                self.is_reading = False
            if cancelled():
                raise Unreadable("cancelled", kind="pdf")
            if turn.error is not None:
                raise UserError.from_info(turn.error)
            if turn.finish_reason != "cancelled":
                return _plain(turn.content, goes_on=turn.finish_reason == "length")


def _with_text(
    attachment: Attachment, content: bytes, first: int, last: int, cancelled: Cancelled
) -> Extracted:
    """The pages that have text of their own. Raises Unreadable."""
    if is_scan(attachment):
        return Extracted("pdf", (), max(1, attachment.parts), False)
    return extracted(attachment.name, content, cancelled, first, last)


def _plain(said: str, *, goes_on: bool) -> str:
    """The text of a page, as a model wrote it."""
    text = clean_text(said).strip()
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1].strip()
    if _NO_TEXT.fullmatch(text):
        return ""
    return f"{text}\n{_GOES_ON}" if goes_on else text
