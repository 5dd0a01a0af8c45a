"""Writes small GGUF files by hand, right or wrong in any field."""

from __future__ import annotations

import struct
from dataclasses import dataclass

U32, F32, BOOL, STRING, ARRAY = 4, 6, 7, 8, 9


@dataclass(frozen=True)
class Row:
    """A row of the tensor table as it is written; nothing is checked."""

    name: str | bytes
    shape: tuple[int, ...] = (32,)
    kind: int = 0
    offset: int = 0


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def key_string(key: str | bytes, value: str | bytes) -> bytes:
    return text(key) + struct.pack("<I", STRING) + text(value)


def key_u32(key: str, value: int) -> bytes:
    return text(key) + struct.pack("<II", U32, value)


def key_bool(key: str, value: bool) -> bytes:
    return text(key) + struct.pack("<I?", BOOL, value)


def key_f32(key: str, value: float) -> bytes:
    return text(key) + struct.pack("<If", F32, value)


def key_strings(key: str, values: list[str]) -> bytes:
    body = b"".join(map(text, values))
    return text(key) + struct.pack("<IIQ", ARRAY, STRING, len(values)) + body


def row_bytes(row: Row) -> bytes:
    shape = b"".join(struct.pack("<Q", size) for size in row.shape)
    return (
        text(row.name) + struct.pack("<I", len(row.shape)) + shape + struct.pack("<IQ", row.kind, row.offset)
    )


def gguf(
    keys: list[bytes] | None = None,
    rows: list[Row] | None = None,
    data: int = 0,
    *,
    magic: bytes = b"GGUF",
    version: int = 3,
    key_count: int | None = None,
    tensor_count: int | None = None,
    alignment: int = 32,
) -> bytes:
    """A whole file: `data` bytes of zeros after the padded header. The counts can be made to lie."""
    keys, rows = keys or [], rows or []
    head = magic + struct.pack(
        "<IQQ",
        version,
        len(rows) if tensor_count is None else tensor_count,
        len(keys) if key_count is None else key_count,
    )
    header = head + b"".join(keys) + b"".join(map(row_bytes, rows))
    return header + bytes(-len(header) % alignment) + bytes(data)
