"""Formats that a library or the page reader takes apart, each a function from a file's bytes to its parts."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from agents.tools.documents.kinds import LEFT_OUT, Parts
from agents.tools.documents.places import numbered
from agents.tools.web.page_text import MOST_LETTERS, page_text

_DEEPEST = 20  # groups of shapes within groups


def word(body: bytes) -> Parts:
    """Word: paragraphs, headings and tables, in their order."""
    import docx
    from docx.table import Table

    lines: list[str] = []
    for block in docx.Document(BytesIO(body)).iter_inner_content():
        if isinstance(block, Table):
            lines += [" | ".join(" ".join(cell.text.split()) for cell in row.cells) for row in block.rows]
            continue
        style = (block.style.name or "") if block.style is not None else ""
        level = style.removeprefix("Heading ")
        heading = "#" * int(level) + " " if style.startswith("Heading ") and level.isdigit() else ""
        lines.append(heading + block.text)
    yield "", "\n".join(lines)


def slides(body: bytes) -> Parts:
    """PowerPoint, slide by slide, with tables and notes."""
    import pptx

    for number, slide in enumerate(pptx.Presentation(BytesIO(body)).slides, 1):
        lines = list(_lines(slide.shapes, 0))
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if notes is not None and notes.text.strip():
            lines.append(f"[notes] {notes.text}")
        yield numbered("slide", number).label, "\n".join(lines)


def _lines(shapes: Any, depth: int) -> Iterator[str]:
    for shape in shapes:
        if shape.has_text_frame and shape.text_frame.text.strip():
            yield shape.text_frame.text.replace("\v", "\n")
        if shape.has_table:
            for row in shape.table.rows:
                yield " | ".join(" ".join(cell.text.split()) for cell in row.cells)
        if hasattr(shape, "shapes") and depth < _DEEPEST:
            yield from _lines(shape.shapes, depth + 1)


def html(body: bytes) -> Parts:
    found = page_text({"url": "", "charset": ""}, body)
    yield "", f"{found['title']}\n\n{found['text']}" if found["title"] else found["text"]
    if len(found["text"]) >= MOST_LETTERS:
        yield LEFT_OUT, "[the page is longer]"


def rich_text(body: bytes) -> Parts:
    """RTF, whose letters beyond ASCII are written as numbers of a code page that it names."""
    from striprtf.striprtf import rtf_to_text

    yield "", rtf_to_text(body.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
