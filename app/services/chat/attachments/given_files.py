"""Files that are given to be attached, as bytes: whole, or not at all."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path

from agents.tools.documents.reading import MOST_BYTES
from engine.errors import UserError

_PIECE = 1 << 20
_TRIES = 2
_LONGEST_NAME = 200
# A pipe without a writer would keep the reader waiting.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_file(path: Path, cancelled: Callable[[], bool] = lambda: False) -> bytes:
    """The bytes of a file.

    Raises UserError `attachment.missing`, `attachment.folder`, `attachment.not_a_file`, `attachment.unreadable`,
    `attachment.empty`, `attachment.too_large`, `attachment.changed` and `attachment.cancelled`.
    """
    name = plain_name(path.name)
    try:
        if path.is_dir():
            raise UserError("attachment.folder", name=name)
        for _ in range(_TRIES):
            content = _read(path, name, cancelled)
            if content is not None:
                return checked(name, content)
    except FileNotFoundError as error:
        raise UserError("attachment.missing", name=name) from error
    except (OSError, ValueError) as error:  # the latter: a path that cannot be one
        detail = getattr(error, "strerror", None) or str(error)
        raise UserError("attachment.unreadable", name=name, detail=detail) from error
    raise UserError("attachment.changed", name=name)


def checked(name: str, content: bytes) -> bytes:
    """Raises UserError `attachment.empty` and `attachment.too_large`."""
    if not content:
        raise UserError("attachment.empty", name=name)
    if len(content) > MOST_BYTES:
        raise UserError("attachment.too_large", name=name, most_bytes=MOST_BYTES)
    return content


def _read(path: Path, name: str, cancelled: Callable[[], bool]) -> bytes | None:
    """All of a file, or its beginning where it is larger than may be; None where it changed meanwhile."""
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise UserError("attachment.not_a_file", name=name)
        pieces: list[bytes] = []
        # No further than it was long, which one that grows all the time would outrun; those of the system say 0.
        left = min(MOST_BYTES, before.st_size or MOST_BYTES) + 1
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            if cancelled():
                raise UserError("attachment.cancelled", name=name)
            pieces.append(piece)
            left -= len(piece)
        after = os.fstat(descriptor)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return b"".join(pieces) if same else None


def plain_name(name: str) -> str:
    """A name as it is shown and told: composed, on one line, without marks that turn the writing around."""
    kept = (
        " " if character.isspace() else "" if unicodedata.category(character)[0] == "C" else character
        for character in unicodedata.normalize("NFC", name)
    )
    return " ".join("".join(kept).split())[:_LONGEST_NAME] or "file"
