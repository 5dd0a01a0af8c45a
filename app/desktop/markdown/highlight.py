"""Colours for code: which characters of a text get which format. Pygments, without Qt.

The lexer follows from the fence's language alone and is never guessed.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache
from typing import Any

import msgspec
from pygments.lexers import get_lexer_by_name
from pygments.styles import get_style_by_name
from pygments.util import ClassNotFound

from app.desktop.base.utf16 import utf16_length

MAX_COLOURED = 200_000
# A text up to this length is coloured at once; a longer one in the background.
QUICK = 3000

# So long is worked gently before each rest.
WORK_S, REST_S = 0.001, 0.001
# Hangul, kana and Chinese characters, which have no slanted form.
UNSLANTED = "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff]"
_UNSLANTED = re.compile(UNSLANTED)


class Span(msgspec.Struct, frozen=True):
    """`length` characters of one line from `start`, in `colour` (`#RRGGBB` or "" for the text's own)."""

    start: int
    length: int
    colour: str
    bold: bool = False
    italic: bool = False


Spans = tuple[tuple[Span, ...], ...]
_ready: set[str] = set()


def spans(code: str, language: str, style: str, *, gently: bool = False) -> Spans:
    """The coloured spans of each line; no lines at all for an unknown language or too much code.

    `gently`, beside the GUI thread: that would have to wait for the interpreter otherwise, each time it needs it.
    """
    if not language or len(code) > MAX_COLOURED:
        return ()
    try:
        lexer = get_lexer_by_name(
            "xml" if language.lower() == "svg" else language, stripnl=False, ensurenl=False
        )
    except ClassNotFound:
        _ready.add(language)
        return ()
    looks = _looks(style)
    lines: list[list[Span]] = [[]]
    column = 0
    began = time.perf_counter()
    for kind, value in lexer.get_tokens(code):
        if gently and time.perf_counter() - began > WORK_S:
            time.sleep(REST_S)
            began = time.perf_counter()
        named: Any = kind
        while named not in looks:  # a style names few kinds, and lexers have their own below those
            named = named.parent
        look = looks[named]
        colour = f"#{look['color']}" if look["color"] else ""
        plain = not (colour or look["bold"] or look["italic"])
        for index, part in enumerate(value.split("\n")):
            if index:
                lines.append([])
                column = 0
            length = utf16_length(part)
            if length and not plain and not part.isspace():
                italic = bool(look["italic"]) and _UNSLANTED.search(part) is None
                lines[-1].append(Span(column, length, colour, bool(look["bold"]), italic))
            column += length
    _ready.add(language)
    return tuple(tuple(line) for line in lines)


def is_ready(language: str) -> bool:
    """Whether its lexer is there: to make one takes some ten milliseconds."""
    return not language or language in _ready


@lru_cache(maxsize=4)
def _looks(style: str) -> dict[Any, Any]:
    return dict(get_style_by_name(style))


def warm(style: str) -> int:
    """Imports what the first coloured block needs (some 50 ms); returns the number of lines coloured."""
    return sum(
        len(spans("x = 1\n", language, style)) for language in ("python", "bash", "json", "javascript")
    )
