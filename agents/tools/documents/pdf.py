"""The text of PDF files, page by page."""

from __future__ import annotations

from io import BytesIO

from agents.tools.documents.extracting import Parts, Unreadable


def read(body: bytes) -> Parts:
    import pypdf

    reader = pypdf.PdfReader(BytesIO(body))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("it is locked with a password")
    empty = True
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        empty = empty and not text.strip()
        yield f"page {number}", text
    if empty:
        raise Unreadable("it has no text in it, only pictures of pages")
