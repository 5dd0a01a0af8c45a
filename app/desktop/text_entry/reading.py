"""What a file that is given to a message or a task is, and its text. No Qt; blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from agents.tools.documents.kinds import TEXTS, ending, instead_of, kind_of
from agents.tools.files.text_file import read_text
from app.desktop.text_entry.entry import fits

MOST_BYTES = 500_000
MOST_FILES = 20
_PICTURES = frozenset("avif bmp gif heic heif ico jpeg jpg png svgz tif tiff webp".split())
_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)

Kind = Literal["text", "folder", "picture", "document", "long", "other", "unreadable"]


class GivenFile(msgspec.Struct, frozen=True):
    """`size` in bytes. `text` is "" where it is no text or a longer one than a message may have."""

    path: Path
    kind: Kind
    size: int = 0
    text: str = ""


def read(paths: Sequence[Path]) -> tuple[GivenFile, ...]:
    """Look at each file. Raises nothing: what cannot be read is "unreadable"."""
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> GivenFile:
    try:
        if path.is_dir():
            return GivenFile(path, "folder")
        if not path.is_file():  # a pipe or a device, which may never end
            return GivenFile(path, "unreadable")
        size = path.stat().st_size
        if ending(path.name) in _PICTURES:
            return GivenFile(path, "picture", size)
        if kind_of(path.name) not in ("", *TEXTS) or instead_of(path.name):
            return GivenFile(path, "document", size)
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        return GivenFile(path, "unreadable")
    if len(content) > MOST_BYTES:
        # Cut anywhere it may end within a letter, so only its beginning is looked at.
        return GivenFile(path, "long" if b"\0" not in content[:4096] else "other", size)
    found = read_text(content)
    if found is None:
        return GivenFile(path, "other", size)
    text = found.text
    return GivenFile(path, "text", size, text) if fits(text) else GivenFile(path, "long", size)


def fenced(file: GivenFile) -> str:
    """The file's name above its text, as a code block of Markdown that the text cannot end."""
    longest = max((len(fence) for fence in _FENCE.findall(file.text)), default=2)
    fence = "`" * max(3, longest + 1)
    language = ending(file.path.name)
    language = language if re.fullmatch(r"[a-z0-9+#_-]{1,12}", language) else ""
    name = " ".join(file.path.name.replace("`", "'").split())
    return f"`{name}`\n\n{fence}{language}\n{file.text.rstrip(chr(10))}\n{fence}\n"
