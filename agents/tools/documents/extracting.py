"""The child's side of reading documents: bytes in, parts of text out."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from agents.tools.documents import formats, hangul, open_document
from agents.tools.documents.kinds import Parts, Unreadable

_READERS: dict[str, Callable[[bytes], Parts]] = {
    "pdf": formats.pdf,
    "docx": formats.word,
    "xlsx": formats.sheets,
    "pptx": formats.slides,
    "opendocument": open_document.read,
    "hwpx": hangul.read,
    "html": formats.html,
    "text": formats.plain,
}
_ZIPPED = frozenset({"docx", "xlsx", "pptx", "opendocument", "hwpx"})
_MOST_UNZIPPED = 512 * 1024**2
_MOST_LETTERS = 3_000_000
_MOST_PARTS = 3000


def extract(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """`{"parts": [[label, text], ...]}`, or `{"error": words}`."""
    kind = str(request["kind"])
    if kind not in _READERS:
        return {"error": "it is of no kind that can be read"}
    try:
        if kind in _ZIPPED:
            _check_zip(body)
        return {"parts": _taken(_READERS[kind](body))}
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
    """Limit what a zip expands to by the sizes it declares, beyond which nothing is read."""
    if not zipfile.is_zipfile(BytesIO(body)):
        raise Unreadable("it is not what its name says, or it is encrypted")
    with zipfile.ZipFile(BytesIO(body)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNZIPPED:
            raise Unreadable("it unpacks to more than it should")
