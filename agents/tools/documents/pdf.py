"""PDF, page by page: with pypdf, and with PDFium what pypdf cannot open or finds no letters on.

Real files are often damaged or use what their format only allows; the two break on different ones.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

from agents.tools.documents.kinds import Parts, Unreadable
from agents.tools.documents.places import numbered

_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
_UNKNOWN = "\ufffd"
_MOST_UNKNOWN = 0.3  # of the letters of a page: its font is not understood


def read(body: bytes, first: int = 1, last: int = sys.maxsize, *, only_second: bool = False) -> Parts:
    """The pages; those before `first` and behind `last` without their text. `only_second`: without pypdf, where it
    took too long."""
    second = _Second(body)
    count, text_of = (0, _nothing) if only_second else _pypdf(body)
    count = count or second.count()
    empty = True
    for number in range(1, count + 1):
        text = ""
        if first <= number <= last:
            with contextlib.suppress(Exception):  # pypdf raises anything on a damaged page
                text = text_of(number - 1)
            text = text if _is_legible(text) else second.text(number - 1)
        empty = empty and not text.strip()
        yield numbered("page", number).label, text
    if empty and first <= count:
        raise Unreadable("pages_are_pictures", f"{count} pages")


def _nothing(_page: int) -> str:
    return ""


def _pypdf(body: bytes) -> tuple[int, Callable[[int], str]]:
    """The number of pages and what gives their texts; no pages where pypdf cannot open it."""
    import pypdf

    try:
        reader = pypdf.PdfReader(BytesIO(body))
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except Exception:  # pypdf raises anything on a damaged file
        return 0, _nothing
    if locked:
        raise Unreadable("locked")
    return count, lambda page: reader.pages[page].extract_text()


def _is_legible(text: str) -> bool:
    letters = len(text.strip())
    return letters > 0 and text.count(_UNKNOWN) <= _MOST_UNKNOWN * letters


def opened(body: bytes) -> Any:
    """The document as PDFium opens it. Raises Unreadable."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("locked" if error.err_code == _WRONG_PASSWORD else "damaged") from error


class _Second:
    """PDFium, which opens the file when it is asked for the first time."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._opened: Any = None

    def _document(self) -> Any:
        if self._opened is None:
            self._opened = opened(self._body)
        return self._opened

    def count(self) -> int:
        return len(self._document())

    def text(self, page: int) -> str:
        """The text of a page, "" where it has none or cannot be read."""
        import pypdfium2

        try:
            shown = self._document().get_page(page)
        except (Unreadable, pypdfium2.PdfiumError):
            return ""
        letters = shown.get_textpage()
        text: str = letters.get_text_range()
        letters.close()
        shown.close()
        # U+0002 marks a word that goes on in the next line.
        return text.replace("\r\n", "\n").replace("\x02\n", "").replace("\x02", "-")
