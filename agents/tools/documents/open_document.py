"""The text of OpenDocument files: texts, sheets and slides.

Source: OASIS OpenDocument 1.3, part 3: text:p, text:h, text:s, text:tab, table:table-row, draw:page.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from agents.tools.documents.kinds import Parts, Unreadable
from agents.tools.documents.places import Place, numbered

_MOST_REPEATS = 100  # a row of empty cells is written as one that repeats a million times


def read(body: bytes) -> Parts:
    from defusedxml.ElementTree import iterparse

    with zipfile.ZipFile(BytesIO(body)) as archive:
        if "content.xml" not in archive.namelist():
            raise Unreadable("no_text")
        with archive.open("content.xml") as content:
            yield from _parts(iterparse(content, events=("start", "end")))


def _parts(events: Any) -> Parts:
    """One part for each table of a sheet and each page of slides; a text is one part."""
    lines: list[str] = []
    cells: list[str] = []
    label, slides, depth = "", 0, 0
    for event, element in events:
        name = str(element.tag).rpartition("}")[2]
        if event == "start":
            if name == "page":
                slides += 1
                label = numbered("slide", slides).label
            elif name == "table":
                depth += 1
                label = label or Place("sheet", name=_attribute(element, "name")).label
            elif name == "table-row":
                cells = []
            continue
        if name in ("p", "h") and not depth:
            lines.append(_words(element))
        elif name in ("table-cell", "covered-table-cell"):
            repeats = min(int(_attribute(element, "number-columns-repeated") or 1), _MOST_REPEATS)
            words = " ".join(" ".join(_words(each).split()) for each in element.iter() if _is_paragraph(each))
            cells += [words] * (repeats if words else 1)
        elif name == "table-row":
            lines.append(" | ".join(cells).rstrip(" |"))
        elif name == "table":
            depth -= 1
        if (name == "page" or (name == "table" and label.startswith("sheet ") and not depth)) and label:
            yield label, "\n".join(line for line in lines if line.strip())
            lines, label = [], ""
        if name in ("p", "h", "table-row", "page", "table") and not depth:
            element.clear()
    yield "", "\n".join(lines)


def _is_paragraph(element: Any) -> bool:
    return str(element.tag).rpartition("}")[2] in ("p", "h")


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _words(element: Any) -> str:
    """All text in it, with the spaces and tabs that are written as elements."""
    words: list[str] = []
    for each in element.iter():
        name = str(each.tag).rpartition("}")[2]
        if name == "s":
            words.append(" " * min(int(_attribute(each, "c") or 1), 1000))
        elif name == "tab":
            words.append("\t")
        elif name == "line-break":
            words.append("\n")
        words.append(each.text or "")
        if each is not element:
            words.append(each.tail or "")
    return "".join(words)
