"""HTML files as documents."""

from __future__ import annotations

from agents.tools.documents.extracting import Parts
from agents.tools.web.page_text import page_text


def read(body: bytes) -> Parts:
    found = page_text({"url": "", "charset": ""}, body)
    yield "", f"{found['title']}\n\n{found['text']}" if found["title"] else found["text"]
