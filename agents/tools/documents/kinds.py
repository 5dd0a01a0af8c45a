"""Document formats, and what reading one gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

# Labels ("page 3") with their texts.
Parts = Iterator[tuple[str, str]]
Kind = Literal[
    "pdf",
    "docx",
    "xlsx",
    "pptx",
    "opendocument",
    "hwpx",
    "hwp",
    "epub",
    "rtf",
    "html",
    "email",
    "notebook",
    "subtitles",
    "csv",
    "text",
    "picture",
    "",
]
# Why a document gives no text.
Why = Literal[
    "no_kind",
    "old_kind",
    "picture",
    "other_picture",
    "too_many_pixels",
    "locked",
    "protected",
    "pages_are_pictures",
    "no_text",
    "no_such_part",
    "damaged",
    "expands",
    "too_large",
    "time",
    "cancelled",
    "broke",
]

_ENDINGS: dict[Kind, str] = {
    "pdf": "pdf",
    "docx": "docx docm",
    "xlsx": "xlsx xlsm",
    "pptx": "pptx pptm",
    "opendocument": "odt ods odp",
    "hwpx": "hwpx",
    "hwp": "hwp",
    "epub": "epub",
    "rtf": "rtf",
    "html": "html htm xhtml",
    "email": "eml",
    "notebook": "ipynb",
    "subtitles": "srt vtt",
    "csv": "csv tsv",
    "text": "txt md markdown rst tex org adoc log",
}
# Formats that are text as they are.
TEXTS: tuple[Kind, ...] = ("text", "html", "email", "notebook", "subtitles", "csv")
_KINDS = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
# Formats that people will try; what to do instead.
_OLD = {
    "doc": "docx",
    "xls": "xlsx",
    "ppt": "pptx",
    "pages": "docx",
    "numbers": "xlsx",
    "key": "pptx",
}
_WORDS: dict[Why, str] = {
    "no_kind": "it is of no kind that can be read",
    "old_kind": "it is of an old kind, to be saved in a newer one first",
    "picture": "it is a picture",
    "other_picture": "it is a picture of a kind that cannot be read",
    "too_many_pixels": "it is a picture with more pixels than can be read",
    "locked": "it is locked with a password",
    "protected": "it is protected against copying",
    "pages_are_pictures": "it has no text in it, only pictures of pages",
    "no_text": "it has no text in it",
    "no_such_part": "it has not so many parts",
    "damaged": "it is damaged",
    "expands": "it unpacks to more than it should",
    "too_large": "it is too large",
    "time": "reading it took too long",
    "cancelled": "reading was stopped",
    "broke": "reading it takes too much memory, or it is damaged",
}
# Label of the part that says that what follows was not read.
LEFT_OUT = "left out"


class Unreadable(Exception):
    """Why a document cannot be read; its text says so to a model. `detail`: what a library said. `kind` where it was
    recognized."""

    def __init__(self, why: Why, detail: str = "", kind: Kind = "") -> None:
        super().__init__(f"{_WORDS[why]} ({detail})" if detail else _WORDS[why])
        self.why, self.detail, self.kind = why, detail, kind


def ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(path: str) -> Kind:
    """The format that a name tells, "" for what is no document."""
    return _KINDS.get(ending(path), "")


def instead_of(path: str) -> str:
    """The format an old kind of file can be saved as, "" for others."""
    return _OLD.get(ending(path), "")
