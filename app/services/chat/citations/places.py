"""Where a source stands, in words for people."""

from __future__ import annotations

import re

from app.language import Language
from app.messages import localized

# As documents name their parts, for the model.
_KINDS = ("page", "slide", "sheet")
_PART = re.compile(rf"({'|'.join(_KINDS)}) (.+)", re.DOTALL)


def place(name: str, label: str, language: Language) -> str:
    """A file, and the part of it that has this label."""
    found = _PART.fullmatch(label)
    if found is not None:
        label = localized(f"part_of_file.{found[1]}", language, number=found[2])
    return ", ".join(" ".join(each.split()) for each in (name, label) if each)
