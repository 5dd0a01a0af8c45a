"""Hangul files in their binary form, written as their format is published, in the plainest compound files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NONE = 0xFFFFFFFF
# Shorter streams would lie in a stream of their own; NUL behind what they hold changes nothing.
_SHORTEST = 4096


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (MS-CFB, version 3) with these streams; a path has at most one folder."""
    names: list[str] = sorted({path.partition("/")[0] for path in streams})
    entries: list[tuple[str, int, int, int, int, int]] = []  # name, kind, right, child, start, size
    padded = {path: data.ljust(_SHORTEST, b"\0") for path, data in streams.items()}
    starts, sector = {}, 0
    chains: list[int] = []
    for path, data in padded.items():
        count = -(-len(data) // _SECTOR)
        starts[path] = sector
        chains += [*range(sector + 1, sector + count), _END]
        sector += count

    entries.append(("Root Entry", 5, _NONE, 1, _END, 0))
    place = 1 + len(names)
    for at, name in enumerate(names):
        right = 2 + at if at + 1 < len(names) else _NONE
        inside = sorted(path for path in streams if path.startswith(f"{name}/"))
        if not inside:
            entries.append((name, 2, right, _NONE, starts[name], len(padded[name])))
        else:
            entries.append((name, 1, right, place, 0, 0))
            place += len(inside)
    for name in names:
        inside = sorted(path for path in streams if path.startswith(f"{name}/"))
        for at, path in enumerate(inside):
            right = len(entries) + 1 if at + 1 < len(inside) else _NONE
            entries.append((path.partition("/")[2], 2, right, _NONE, starts[path], len(padded[path])))
    directory = b"".join(_entry(*entry) for entry in entries)
    directory += b"\0" * (-len(directory) % _SECTOR)
    first_directory, count = sector, len(directory) // _SECTOR
    chains += [*range(sector + 1, sector + count), _END]
    sector += count
    fats = -(-(sector + 1) // (_SECTOR // 4 - 1))
    fat = [*chains, *[_FAT] * fats]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fats * _SECTOR, b"\xff")
    places = [*range(sector, sector + fats)]
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0" * 16, 0x3E, 3, 0xFFFE, 9, 6,
        0, fats, first_directory, 0, 4096, _END, 0, _END, 0, places[0],
    )  # fmt: skip
    head += struct.pack("<108I", *places[1:], *[_FREE] * (108 - len(places[1:])))
    return (
        head + b"".join(data + b"\0" * (-len(data) % _SECTOR) for data in padded.values()) + directory + table
    )


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        written,
        len(written) + 2,
        kind,
        1,
        _NONE,
        right,
        child,
        b"\0" * 16,
        0,
        0,
        0,
        start,
        size,
    )


def record(tag: int, level: int, data: bytes) -> bytes:
    size = min(len(data), 0xFFF)
    head = struct.pack("<I", tag | level << 10 | size << 20)
    return head + (struct.pack("<I", len(data)) if size == 0xFFF else b"") + data


def paragraph(text: str, level: int = 0) -> bytes:
    """A paragraph: its head, and its text with the mark of its end."""
    return record(66, level, b"\0" * 22) + record(67, level + 1, units(text) + units("\r"))


def units(text: str) -> bytes:
    """Text in the form of a paragraph; a tab takes eight units."""
    return text.encode("utf-16-le").replace(b"\t\0", struct.pack("<8H", 9, *[0] * 6, 9))


def control(code: int = 11) -> bytes:
    """A control within a paragraph, such as the place of a table."""
    return struct.pack("<8H", code, *[0x4142] * 6, code)


def table(rows: list[list[str]], level: int = 1) -> bytes:
    head = struct.pack("<IHH10x", 0, len(rows), max(map(len, rows)))
    sizes = struct.pack(f"<{len(rows)}H", *map(len, rows))
    cells = b"".join(
        record(72, level + 1, b"\0" * 46) + paragraph(cell, level + 1) for row in rows for cell in row
    )
    return record(71, level, b" lbt") + record(77, level + 1, head + sizes) + cells


def hwp(*sections: bytes, properties: int = 1) -> bytes:
    """A file of these sections; `properties` 1: deflated."""
    head = struct.pack("<32sII", b"HWP Document File", 0x05000300, properties).ljust(256, b"\0")
    streams = {"FileHeader": head}
    for number, section in enumerate(sections):
        deflating = zlib.compressobj(wbits=-15)
        streams[f"BodyText/Section{number}"] = (
            deflating.compress(section) + deflating.flush() if properties & 1 else section
        )
    return compound(streams)
