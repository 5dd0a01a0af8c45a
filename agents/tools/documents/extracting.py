"""The child's side of reading documents: bytes in, parts of text out."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from itertools import islice
from typing import Any

from agents.tools.documents import epub, formats, hangul, hwp, open_document, pdf, tables, texts
from agents.tools.documents.kind_by_content import recognized
from agents.tools.documents.kinds import LEFT_OUT, Parts, Unreadable

_READERS: dict[str, Callable[[bytes], Parts]] = {
    "pdf": pdf.read,
    "docx": formats.word,
    "xlsx": tables.sheets,
    "pptx": formats.slides,
    "opendocument": open_document.read,
    "hwpx": hangul.read,
    "hwp": hwp.read,
    "epub": epub.read,
    "rtf": formats.rich_text,
    "html": formats.html,
    "email": texts.email,
    "notebook": texts.notebook,
    "subtitles": texts.subtitles,
    "csv": tables.separated,
    "text": texts.plain,
}
_ZIPPED = frozenset({"docx", "xlsx", "pptx", "opendocument", "hwpx", "epub"})
_MOST_UNZIPPED = 512 * 1024**2
_MOST_MEMBERS = 10_000
_MOST_LETTERS = 3_000_000
_MOST_PARTS = 20_000


def extract(
    request: dict[str, Any], body: bytes, tell: Callable[[int], None] = lambda done: None
) -> dict[str, Any]:
    """`{"kind", "parts": [[label, text], ...], "numbers", "count", "cut"}`, or `{"error": words, "why", "detail",
    "kind"}`.

    `request` has the "kind", or "" and the "name" of what is to be recognized. It may have the "first" and the "last"
    part that is wanted, from 1, and "second" where the second reader of PDF is to read it alone. `count` is how many
    parts there are, as far as it was read, and `numbers` says which of them these are. `cut`: not all that was wanted
    was read. `tell` gets how many were read.
    """
    kind = str(request["kind"])
    try:
        kind = kind or recognized(str(request.get("name", "")), body)
        if kind not in _READERS:
            raise Unreadable("picture" if kind == "picture" else "no_kind")
        if kind in _ZIPPED:
            check_zip(body)
        first, last = max(1, int(request.get("first") or 1)), int(request.get("last") or _MOST_PARTS)
        parts = _READERS[kind](body)
        if kind == "pdf":
            parts = pdf.read(body, first, last, only_second=bool(request.get("second")))
        return {"kind": kind, **_taken(_told(parts, tell), first, last, counts=kind == "pdf")}
    except Unreadable as error:
        return {"error": str(error), "why": error.why, "detail": error.detail, "kind": kind}
    except MemoryError:
        raise
    except Exception as error:
        # Libraries raise anything on a damaged file.
        detail = f"{type(error).__name__}: {str(error)[:200]}"
        return {"error": f"it is damaged ({detail})", "why": "damaged", "detail": detail, "kind": kind}


def _told(parts: Parts, tell: Callable[[int], None]) -> Parts:
    for count, part in enumerate(parts, 1):
        tell(count)
        yield part


def _taken(parts: Parts, first: int, last: int, *, counts: bool) -> dict[str, Any]:
    """Parts with text in them, up to the limits; `counts`: to the end, behind the last one that is wanted."""
    found: list[tuple[str, str]] = []
    numbers: list[int] = []
    letters = count = 0
    cut = False
    for label, text in islice(parts, _MOST_PARTS):
        if label == LEFT_OUT:
            if count < last:  # else all that was wanted came before
                cut = True
                found.append(("", text))
                numbers.append(count)
            continue
        count += 1
        if count > last and not counts:
            break
        if not first <= count <= last or not text.strip():
            continue
        found.append((label, text.strip()[: _MOST_LETTERS - letters]))
        numbers.append(count)
        letters += len(found[-1][1])
        if letters >= _MOST_LETTERS:
            found.append(("", "[the document is longer than what is read of it]"))
            numbers.append(count)
            cut = True
            break
    if first > count > 0:
        raise Unreadable("no_such_part")
    cut = cut or (count < last and next(parts, None) is not None)
    return {"parts": found, "numbers": numbers, "count": count, "cut": cut}


def check_zip(body: bytes) -> None:
    """Limit what a zip expands to by the sizes it declares, beyond which nothing is read."""
    if not zipfile.is_zipfile(BytesIO(body)):
        raise Unreadable("damaged", "it is not what its name says, or it is encrypted")
    with zipfile.ZipFile(BytesIO(body)) as archive:
        entries = archive.infolist()
        if len(entries) > _MOST_MEMBERS or sum(entry.file_size for entry in entries) > _MOST_UNZIPPED:
            raise Unreadable("expands")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Unreadable("locked")
