"""Markdown of a model as HTML for any browser: code in colors, formulas as drawings, everything else escaped."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from html import escape
from typing import Any
from xml.etree import ElementTree

from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from app.markdown.formulas import FormulaError, Request, draw
from app.markdown.markdown import Env, Formula, build
from app.markdown.tags import TagRenderer

# Characters of a text that is read as Markdown, and of code that gets colors.
MAX_MARKDOWN = 500_000
MAX_COLORED = 200_000
TEXT_PIXELS = 16
# A drawing stands on the line by one of these classes, in half pixels: the page allows no style but its own.
DEEPEST = 120

_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset({"svg", "g", "path", "rect", "line", "circle", "ellipse", "polygon", "polyline"})
_MEASURES = frozenset(
    {"d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "viewBox", "points",
     "transform", "fill", "stroke", "stroke-width"}
)  # fmt: skip
# No address fits: only numbers, names of colors, letters of paths and functions of transforms.
_VALUE = re.compile(r"[\w#.,() +-]*")
_formatter = HtmlFormatter(nowrap=True)


def markdown_html(text: str) -> str:
    """A text of a model; one that is too long to be read as Markdown stays as it is."""
    if len(text) > MAX_MARKDOWN:
        return plain_html(text)
    return str(_md.render(text, {"formulas": [], "links": [], "quotes": 0}))


def plain_html(text: str) -> str:
    """A text with its own lines and spaces."""
    return f'<div class="plain">{escape(text)}</div>\n'


def code_html(text: str, language: str) -> str:
    """A block of code, in colors where the language is known."""
    return f'<pre tabindex="0"><code>{colored(text, language, _formatter)}</code></pre>\n'


def colored(text: str, language: str, formatter: HtmlFormatter[str]) -> str:
    """Code as HTML, in colors where the language is known and the code is not too long."""
    if not language or len(text) > MAX_COLORED:
        return escape(text)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(text)
    return str(highlight(text, lexer, formatter))


@functools.lru_cache(maxsize=500)
def formula_html(tex: str, display: bool) -> str:
    """A formula as a drawing in the color of its text; one that cannot be drawn as code."""
    try:
        drawing = draw(Request(Formula(tex, display), TEXT_PIXELS, "currentColor"))
        root = ElementTree.fromstring(drawing.svg)
    except (FormulaError, ElementTree.ParseError):
        return f"<code>{escape(tex)}</code>"
    depth = min(DEEPEST, max(0, round(2 * drawing.descent)))
    place = "display" if display else f"d{depth}"
    return _shape(root, f' class="formula {place}" role="img" aria-label="{escape(tex)}"')


def _shape(element: ElementTree.Element, more: str = "") -> str:
    """A drawing, built anew from shapes and numbers."""
    tag = element.tag.removeprefix(_SVG)
    if tag not in _SHAPES:
        return ""
    kept = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in _MEASURES and _VALUE.fullmatch(value)
    )
    return f"<{tag}{kept}{more}>{''.join(map(_shape, element))}</{tag}>"


class _Page(TagRenderer):
    """HTML for a page of its own: code in colors, formulas as drawings."""

    def _code(self, text: str, language: str) -> str:
        return code_html(text, language)

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return '<div class="wide" tabindex="0"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "</table></div>\n"

    def _heading(self, token: Token) -> str:
        """Beneath the page's title and the name of whoever speaks."""
        return f"h{min(6, int(token.tag[1:]) + 2)}"

    def _formula(self, token: Token, env: Env, display: bool) -> str:
        return formula_html(token.content.strip(), display)


_md = build(_Page)
