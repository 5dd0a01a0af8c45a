"""The child's side of reading documents: bytes in, parts of text out."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

Parts = Iterator[tuple[str, str]]

_MODULES = {
    "pdf": "pdf",
    "docx": "word",
    "xlsx": "sheets",
    "pptx": "slides",
    "opendocument": "open_document",
    "hwpx": "hangul",
    "html": "html",
    "text": "plain",
}
_ZIPPED = frozenset({"docx", "xlsx", "pptx", "opendocument", "hwpx"})
_MOST_UNZIPPED = 512 * 1024**2
_MOST_LETTERS = 3_000_000
_MOST_PARTS = 3000


class Unreadable(Exception):
    """Why a document cannot be read, in words."""


def extract(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """`{"parts": [[label, text], ...]}`, or `{"error": words}`."""
    kind = str(request["kind"])
    if kind not in _MODULES:
        return {"error": "it is of no kind that can be read"}
    module = importlib.import_module(f"agents.tools.documents.{_MODULES[kind]}")
    read: Callable[[bytes], Parts] = module.read
    try:
        if kind in _ZIPPED:
            _check_zip(body)
        return {"parts": _taken(read(body))}
    except Unreadable as error:
        return {"error": str(error)}
    except MemoryError:
        raise
    except Exception as error:
        # Libraries raise anything on a damaged file.
        return {"error": f"it is damaged ({type(error).__name__}: {str(error)[:200]})"}


def _taken(parts: Parts) -> list[tuple[str, str]]:
    """Parts with text in them, up to the limits."""
    found: list[tuple[str, str]] = []
    letters = 0
    for label, text in parts:
        if not text.strip():
            continue
        found.append((label, text.strip()[: _MOST_LETTERS - letters]))
        letters += len(found[-1][1])
        if letters >= _MOST_LETTERS or len(found) >= _MOST_PARTS:
            found.append(("", "[the document is longer than what is read of it]"))
            break
    return found


def _check_zip(body: bytes) -> None:
    """Limit what a zip expands to: a few kilobytes must not become gigabytes.

    At most the declared sizes are read.
    """
    if not zipfile.is_zipfile(BytesIO(body)):
        raise Unreadable("it is not what its name says, or it is encrypted")
    with zipfile.ZipFile(BytesIO(body)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNZIPPED:
            raise Unreadable("it unpacks to more than it should")
