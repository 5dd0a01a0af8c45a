"""Formats that a library or the page reader takes apart, each a function from a file's bytes to its parts."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from agents.tools.documents.kinds import Parts, Unreadable
from agents.tools.files.text_file import read_text
from agents.tools.web.page_text import page_text

_MOST_CELLS = 300_000  # of a sheet
_DEEPEST = 20  # groups of shapes within groups


def pdf(body: bytes) -> Parts:
    """PDF, page by page."""
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


def sheets(body: bytes) -> Parts:
    """Excel: the cells, sheet by sheet and row by row."""
    import openpyxl

    # A cell with a formula has a value only if a spreadsheet program kept it: else the formula is shown.
    values = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(BytesIO(body), read_only=True)
    for name in values.sheetnames:
        if not hasattr(values[name], "iter_rows"):
            continue  # a sheet that is a chart
        lines: list[str] = []
        cells = 0
        rows = zip(
            values[name].iter_rows(values_only=True), formulas[name].iter_rows(values_only=True), strict=False
        )
        for number, (row, written) in enumerate(rows, 1):
            shown = [_cell(value, formula) for value, formula in zip(row, written, strict=False)]
            cells += len(shown)
            if any(shown):
                lines.append(f"{number}: " + " | ".join(shown).rstrip(" |"))
            if cells > _MOST_CELLS:
                lines.append("[the sheet is longer]")
                break
        yield f"sheet {name}", "\n".join(lines)


def _cell(value: Any, formula: Any) -> str:
    found = formula if value is None else value
    return "" if found is None else " ".join(str(found).split())


def slides(body: bytes) -> Parts:
    """PowerPoint, slide by slide, with tables and notes."""
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


def html(body: bytes) -> Parts:
    found = page_text({"url": "", "charset": ""}, body)
    yield "", f"{found['title']}\n\n{found['text']}" if found["title"] else found["text"]


def plain(body: bytes) -> Parts:
    text = read_text(body)
    if text is None:
        raise Unreadable("it is no text")
    yield "", text.text
