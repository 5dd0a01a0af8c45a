"""Formulas drawn as SVG: TeX with ziamath, within limits, for what a model wrote may be anything."""

from __future__ import annotations

import importlib
import math

import msgspec

from app.markdown.markdown import Formula

MAX_LENGTH = 1500
MAX_NESTING = 24


class FormulaError(Exception):
    """Not TeX that can be drawn, or more of it than is reasonable."""


class Drawing(msgspec.Struct, frozen=True):
    """A drawn formula. Measures in pixels at the size asked for; `descent` is below the baseline."""

    svg: bytes
    width: float
    height: float
    descent: float


class Request(msgspec.Struct, frozen=True):
    """What a formula looks like: its text size in pixels and its colour `#RRGGBB`."""

    formula: Formula
    size: int
    colour: str


def check(tex: str) -> None:
    """Refuses what would take long to draw. Raises FormulaError."""
    if not tex.strip() or len(tex) > MAX_LENGTH:
        raise FormulaError("empty or too long")
    depth = deepest = 0
    for character in tex:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING or tex.count("\\left") > MAX_NESTING or tex.count("\\begin") > MAX_NESTING:
        raise FormulaError("nested too deeply")


def draw(request: Request) -> Drawing:
    """Draws a formula; 3 to 30 ms, the first one also imports ziamath (0.2 s). Raises FormulaError."""
    check(request.formula.tex)
    ziamath = importlib.import_module("ziamath")
    ziamath.config.svg2 = False  # QtSvg does not know the attributes of SVG 2 and would draw black
    try:
        latex = ziamath.Latex(
            request.formula.tex, size=request.size, color=request.colour, inline=not request.formula.display
        )
        svg = latex.svg()
        width, height = latex.getsize()
        descent = -latex.getyofst()
    except Exception as error:  # whatever its parsers raise means the same: this is not a formula
        raise FormulaError(type(error).__name__) from error
    if not all(map(math.isfinite, (width, height, descent))) or width > 20_000 or height > 5_000:
        raise FormulaError("no size")
    margin = 2 * latex.margin
    return Drawing(svg.encode(), width + margin, height + margin, descent + latex.margin)
