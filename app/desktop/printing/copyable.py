"""PDFs whose text can be copied: Qt tells readers that the sign of a space is a tab."""

from __future__ import annotations

import re
from pathlib import Path

from pypdf import PdfWriter

_CHARACTERS = re.compile(rb"\[[^\]]*\]")


def make_copyable(path: Path) -> None:
    """Say for each font of a PDF of ours that spaces are spaces. Raises OSError."""
    writer = PdfWriter(path, incremental=True)
    told: set[int] = set()
    for page in writer.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            map_of = font.get_object().raw_get("/ToUnicode")
            if map_of.idnum in told:
                continue
            told.add(map_of.idnum)
            stream = map_of.get_object()
            stream.set_data(_CHARACTERS.sub(_with_spaces, stream.get_data()))
    changed = path.with_suffix(".copy")
    with changed.open("wb") as file:
        writer.write(file)
    changed.replace(path)


def _with_spaces(characters: re.Match[bytes]) -> bytes:
    return characters[0].replace(b"<0009>", b"<0020>").replace(b"<00A0>", b"<0020>")
