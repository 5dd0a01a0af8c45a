"""What a question brings along: attachments and found sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from engine.errors import ErrorInfo

# whole: all of its text is in the prompt. searched: passages are. refused: nothing is, and `reason` says why.
AttachmentState = Literal["whole", "searched", "refused"]


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file or text that belongs to a message. `kind` is its format, `bytes` the size of the original.

    `sha256` names the original, `text` what the model is given of it: contents of the store, "" where there is none.
    That is made once, so the prompt in front of later turns stays. `reason` also says what a "whole" one lacks, such
    as the text of scanned pages. `tokens` takes the text; `estimated`: no tokenizer counted them. `parts` is how many
    pages, sheets or parts of rows it has as far as it was read, 0 for none; `first` and `last` are those that were
    chosen, 0 for all, and `layout` names the content that says where each stands in `text`. Of a picture
    only the original is a content: `text` is the SHA-256 of the pixels that were made of it first, which have this
    `width` and `height`. `by_parts`: the model goes through what is searched, part by part.
    """

    name: str
    kind: str
    bytes: int
    sha256: str = ""
    text: str = ""
    state: AttachmentState = "whole"
    reason: ErrorInfo | None = None
    tokens: int = 0
    estimated: bool = False
    parts: int = 0
    first: int = 0
    last: int = 0
    width: int = 0
    height: int = 0
    layout: str = ""
    by_parts: bool = False

    @property
    def is_picture(self) -> bool:
        """Whether a model that sees can be given it as a picture."""
        return self.kind == "picture" and bool(self.text)

    @property
    def contents(self) -> tuple[str, ...]:
        """The names of its contents."""
        text = "" if self.kind == "picture" else self.text
        return tuple(filter(None, (self.sha256, text, self.layout)))


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a question was given to be answered from, which answers cite as `[number]`; 0: not numbered yet.

    `text` is the passage as the model is given it, "" for the whole of the attachment whose original `sha256` names.
    It stands in the `part` of the file (a page, slide, sheet or run of rows, from 1, 0 for a file without such, which
    `label` names) from the letter `first` up to `last`, counted in the text of the part as it was read. `path` is
    where the file lies, "" for an attachment. A page of the web has a `url`, and its host as `label`. With `is_notes`
    the text is what the model noted on that part and those behind it.
    """

    number: int
    name: str
    text: str = ""
    sha256: str = ""
    path: str = ""
    part: int = 0
    label: str = ""
    first: int = 0
    last: int = 0
    is_notes: bool = False
    url: str = ""


class AttachedQuestion(msgspec.Struct, frozen=True):
    """A question that waits with what is attached to it."""

    text: str
    attachments: tuple[Attachment, ...]


# A question that waits; one with nothing attached is its text alone.
Queued = str | AttachedQuestion


def queued(text: str, attachments: Iterable[Attachment] = ()) -> Queued:
    attached = tuple(attachments)
    return AttachedQuestion(text, attached) if attached else text


def text_of(question: Queued) -> str:
    return question if isinstance(question, str) else question.text


def attached_to(question: Queued) -> tuple[Attachment, ...]:
    return () if isinstance(question, str) else question.attachments
