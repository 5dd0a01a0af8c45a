"""Text files as documents."""

from __future__ import annotations

from agents.tools.documents.extracting import Parts, Unreadable
from agents.tools.files.text_file import read_text


def read(body: bytes) -> Parts:
    text = read_text(body)
    if text is None:
        raise Unreadable("it is no text")
    yield "", text.text
