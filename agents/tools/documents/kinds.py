"""Document formats by file name extension, and what reading one gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

# Labels ("page 3") with their texts.
Parts = Iterator[tuple[str, str]]
Kind = Literal["pdf", "docx", "xlsx", "pptx", "opendocument", "hwpx", "html", "text", ""]

_ENDINGS: dict[Kind, str] = {
    "pdf": "pdf",
    "docx": "docx docm",
    "xlsx": "xlsx xlsm",
    "pptx": "pptx pptm",
    "opendocument": "odt ods odp",
    "hwpx": "hwpx",
    "html": "html htm xhtml",
    "text": "txt md markdown rst csv tsv tex org adoc log srt vtt",
}
_KINDS = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
# Formats that people will try; what to do instead.
_OLD = {
    "doc": "docx",
    "xls": "xlsx",
    "ppt": "pptx",
    "hwp": "hwpx or pdf",
    "rtf": "docx",
    "pages": "docx",
    "numbers": "xlsx",
    "key": "pptx",
}


class Unreadable(Exception):
    """Why a document cannot be read, in words."""


def ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(path: str) -> Kind:
    """The format, "" for what is no document."""
    return _KINDS.get(ending(path), "")


def instead_of(path: str) -> str:
    """The format an old kind of file can be saved as, "" for others."""
    return _OLD.get(ending(path), "")
