"""The text of PowerPoint files, slide by slide, with tables and notes."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from agents.tools.documents.extracting import Parts

_DEEPEST = 20  # groups within groups


def read(body: bytes) -> Parts:
    import pptx

    for number, slide in enumerate(pptx.Presentation(BytesIO(body)).slides, 1):
        lines = list(_lines(slide.shapes, 0))
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if notes is not None and notes.text.strip():
            lines.append(f"[notes] {notes.text}")
        yield f"slide {number}", "\n".join(lines)


def _lines(shapes: Any, depth: int) -> Iterator[str]:
    for shape in shapes:
        if shape.has_text_frame and shape.text_frame.text.strip():
            yield shape.text_frame.text.replace("\v", "\n")
        if shape.has_table:
            for row in shape.table.rows:
                yield " | ".join(" ".join(cell.text.split()) for cell in row.cells)
        if hasattr(shape, "shapes") and depth < _DEEPEST:
            yield from _lines(shape.shapes, depth + 1)
