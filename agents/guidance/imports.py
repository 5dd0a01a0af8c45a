"""The files that a text of instructions imports: `@path`, but not in code. Pure.

Source: code.claude.com/docs/en/memory, "Import additional files"; Gemini CLI has the same form.
"""

from __future__ import annotations

import posixpath
import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?:.(?!\1))*.\1")
_IMPORT = re.compile(r"(?:^|(?<=[\s(]))@((?:[^\s\\)]|\\ )+)")
_MOST = 50


def imports_in(text: str) -> tuple[str, ...]:
    """The paths as they are written, each once, in their order. Names of people and packages look the same: whether
    there is such a file is for the reader to see."""
    found: dict[str, None] = {}
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
            continue
        if mark:
            fence = mark[1]
            continue
        for match in _IMPORT.finditer(_CODE.sub("", line)):
            found[match[1].replace("\\ ", " ").rstrip(".,;:!?")] = None
            if len(found) == _MOST:
                return tuple(found)
    return tuple(found)


def beside(path: str, imported: str) -> str:
    """The place that `imported` means in the file at `path`, both relative to one root; "" for one outside of it."""
    if not imported or imported.startswith(("/", "~", "\\")) or ":" in imported[:3]:
        return ""
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), imported.replace("\\", "/")))
    return "" if place in (".", "..") or place.startswith("../") else place
