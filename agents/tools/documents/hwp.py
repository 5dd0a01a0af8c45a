"""The text of Hangul files in their binary form (.hwp, version 5).

Source: "Hangul document file formats 5.0", revision 1.3 (Hancom): a compound file whose streams BodyText/SectionN are
records, most often deflated; a record of paragraph text holds UTF-16 with controls in it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from agents.tools.documents.kinds import Parts, Unreadable

_SIGNATURE = b"HWP Document File"
_PROPERTIES = struct.Struct("<36xI")
_DEFLATED, _LOCKED, _DISTRIBUTED, _MANAGED = 1 << 0, 1 << 1, 1 << 2, 1 << 4
_TEXT, _LIST, _TABLE = 67, 72, 77
_LONG = 0xFFF  # the size stands in the next four bytes
_ROWS_AND_COLUMNS = struct.Struct("<4xHH")
_ROW_SIZES = 18  # where they begin in the record of a table
# Controls of a paragraph: those that stand for themselves, and the tab, which is eight units long as all others.
_SINGLE = {0: "", 10: "\n", 13: "", 24: "-", 30: " ", 31: " "}
_RESERVED = range(25, 30)
_TAB, _UNITS = 9, 8
_FIRST_LETTER = 32
_MOST_BYTES = 128 * 1024**2


def read(body: bytes) -> Parts:
    import olefile

    with olefile.OleFileIO(BytesIO(body)) as compound:
        head = compound.openstream("FileHeader").read()
        if not head.startswith(_SIGNATURE) or len(head) < _PROPERTIES.size:
            raise Unreadable("damaged", "no head of Hangul's")
        (properties,) = _PROPERTIES.unpack_from(head)
        if properties & _LOCKED:
            raise Unreadable("locked")
        if properties & (_DISTRIBUTED | _MANAGED):
            raise Unreadable("protected")
        left = _MOST_BYTES
        lines: list[str] = []
        for name in _sections(compound):
            content = compound.openstream(name).read()
            if properties & _DEFLATED:
                content = _inflated(content, left)
            left -= len(content)
            if left < 0:
                raise Unreadable("expands")
            lines += _lines(content)
    yield "", "\n".join(line for line in lines if line.strip())


def _sections(compound: Any) -> list[list[str]]:
    names = [each for each in compound.listdir() if len(each) == 2 and each[0] == "BodyText"]
    sections = [each for each in names if each[1].removeprefix("Section").isdigit()]
    if not sections:
        raise Unreadable("no_text")
    return sorted(sections, key=lambda each: int(each[1].removeprefix("Section")))


def _inflated(content: bytes, most: int) -> bytes:
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    found = inflating.decompress(content, most + 1)  # to zlib 0 is no limit
    if len(found) > most:
        raise Unreadable("expands")
    return found


def _lines(content: bytes) -> list[str]:
    """Paragraphs; of a table, each row is a line. Tables in tables are part of their cell."""
    lines: list[str] = []
    tables: list[_Table] = []
    for tag, level, data in _records(content):
        while tables and level < tables[-1].level:
            _end(tables, lines)
        if tag == _TABLE:
            tables.append(_Table(level, data))
        elif tag == _LIST and tables and level == tables[-1].level:
            tables[-1].cells.append([])
        elif tag == _TEXT:
            within = tables[-1].cells if tables else []
            (within[-1] if within else lines).append(_text(data))
    while tables:
        _end(tables, lines)
    return lines


class _Table:
    """A table whose cells are being read; they come row by row, each after a record of its list of paragraphs."""

    def __init__(self, level: int, data: bytes) -> None:
        self.level = level
        rows, self.columns = _ROWS_AND_COLUMNS.unpack_from(data) if len(data) >= _ROW_SIZES else (0, 1)
        sizes = data[_ROW_SIZES : _ROW_SIZES + 2 * rows]
        self.sizes = struct.unpack(f"<{len(sizes) // 2}H", sizes[: len(sizes) // 2 * 2])
        self.cells: list[list[str]] = []

    def rows(self) -> list[str]:
        cells = [" ".join(" ".join(paragraphs).split()) for paragraphs in self.cells]
        rows: list[str] = []
        sizes = iter(self.sizes)
        while cells:
            size = max(1, next(sizes, self.columns))
            if any(cells[:size]):  # forms are full of empty rows
                rows.append(" | ".join(cells[:size]))
            cells = cells[size:]
        return rows


def _end(tables: list[_Table], lines: list[str]) -> None:
    rows = tables.pop().rows()
    outer = tables[-1].cells if tables else []
    (outer[-1] if outer else lines).extend(rows)


def _records(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Tag, level and data of each record, up to one that is cut."""
    place = 0
    while place + 4 <= len(content):
        (head,) = struct.unpack_from("<I", content, place)
        place += 4
        tag, level, size = head & 0x3FF, head >> 10 & 0x3FF, head >> 20
        if size == _LONG:
            if place + 4 > len(content):
                return
            (size,) = struct.unpack_from("<I", content, place)
            place += 4
        if place + size > len(content):
            return
        yield tag, level, content[place : place + size]
        place += size


def _text(data: bytes) -> str:
    """A paragraph without its controls."""
    units = struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])
    kept: list[int] = []
    place = 0
    while place < len(units):
        unit = units[place]
        if unit >= _FIRST_LETTER:
            kept.append(unit)
            place += 1
        elif unit in _SINGLE or unit in _RESERVED:
            kept += map(ord, _SINGLE.get(unit, ""))
            place += 1
        else:
            kept += [_TAB] if unit == _TAB else []
            place += _UNITS
    return struct.pack(f"<{len(kept)}H", *kept).decode("utf-16-le", "replace").rstrip()
