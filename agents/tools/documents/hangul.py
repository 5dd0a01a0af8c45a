"""The text of Hangul files in their open form (.hwpx).

Source: KS X 6101 (OWPML): Contents/sectionN.xml with paragraphs hp:p, runs and texts hp:t; tables hp:tr, hp:tc.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

from agents.tools.documents.kinds import Parts, Unreadable

_SECTION = re.compile(r"Contents/section(\d+)\.xml")


def read(body: bytes) -> Parts:
    from defusedxml.ElementTree import iterparse

    with zipfile.ZipFile(BytesIO(body)) as archive:
        sections = sorted(
            (int(found[1]), found[0]) for name in archive.namelist() if (found := _SECTION.fullmatch(name))
        )
        if not sections:
            raise Unreadable("no_text")
        lines: list[str] = []
        for _, name in sections:
            with archive.open(name) as content:
                lines += _lines(iterparse(content, events=("start", "end")))
    yield "", "\n".join(lines)


def _lines(events: Any) -> list[str]:
    """Paragraphs; of a table, each row is a line."""
    lines: list[str] = []
    words: list[str] = []
    rows: list[list[str]] = []
    tables = 0
    for event, element in events:
        name = str(element.tag).rpartition("}")[2]
        if event == "start":
            if name == "tbl":
                tables += 1
            elif name == "tr":
                rows.append([])
            elif name == "tc":
                words = []
            continue
        if name == "t":
            words.append("".join(element.itertext()))
        elif name == "p" and not tables:
            lines.append("".join(words))
            words = []
        elif name == "p":
            words.append(" ")
        elif name == "tc" and rows:
            rows[-1].append(" ".join("".join(words).split()))
            words = []
        elif name == "tr" and rows:
            lines.append(" | ".join(rows.pop()))
        elif name == "tbl":
            tables -= 1
            words = []
        if name == "p" and not tables:
            element.clear()
    return [line for line in lines if line.strip()]
