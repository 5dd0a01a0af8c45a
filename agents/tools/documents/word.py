"""The text of Word files: paragraphs, headings and tables, in their order."""

from __future__ import annotations

from io import BytesIO

from agents.tools.documents.extracting import Parts


def read(body: bytes) -> Parts:
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
