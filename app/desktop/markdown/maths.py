"""Formulas as images: TeX to SVG with ziamath off the GUI thread, SVG to a QImage at the screen's ratio."""

from __future__ import annotations

import importlib
import logging
import math
from functools import cache

import msgspec
from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from app.desktop.base.background import background
from app.desktop.markdown.markdown import Formula

log = logging.getLogger(__name__)
MAX_LENGTH = 1500
MAX_NESTING = 24
MAX_CACHED = 600


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


class Place(msgspec.Struct, frozen=True):
    """Where a formula is shown: on a screen with `ratio` pixels to the unit, at most `max_width` wide."""

    ratio: float = 1.0
    max_width: int = 700


class FormulaImage(msgspec.Struct, frozen=True):
    """A formula in pixels, with its size in units above and below the baseline."""

    image: QImage
    width: float
    ascent: float
    descent: float


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


def _attempt(request: Request) -> Drawing | None:
    try:
        return draw(request)
    except FormulaError as error:
        log.debug("formula shown as text: %s", error)
        return None


def paint(drawing: Drawing, place: Place) -> FormulaImage:
    """The image of a formula for its place; about a millisecond."""
    scale = min(1.0, place.max_width / drawing.width)
    width, height = scale * drawing.width, scale * drawing.height
    size = QSize(max(1, math.ceil(width * place.ratio)), max(1, math.ceil(height * place.ratio)))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(place.ratio)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.svg)).render(painter, QRectF(0, 0, width, height))
    painter.end()
    descent = scale * drawing.descent
    return FormulaImage(image, width, height - descent, descent)


class Formulas(QObject):
    """The drawings made so far. `drawn` says that some that were asked for are there, or have failed."""

    drawn = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._drawings: dict[Request, Drawing | None] = {}
        self._asked: set[Request] = set()
        self._images: dict[tuple[Request, Place], FormulaImage] = {}

    def drawing(self, request: Request) -> Drawing | None:
        """The drawing, or None: not yet (it is being made), or never (not a formula). Shown as text then."""
        if request not in self._drawings and request not in self._asked:
            self._asked.add(request)
            background().submit(lambda: _attempt(request), lambda drawing: self._arrived(request, drawing))
        return self._drawings.get(request)

    def image(self, request: Request, place: Place) -> FormulaImage | None:
        """The drawing as an image for its place, or None as for `drawing`."""
        drawing = self.drawing(request)
        if drawing is None:
            return None
        key = (request, place)
        if key not in self._images:
            if len(self._images) >= MAX_CACHED:
                del self._images[next(iter(self._images))]
            self._images[key] = paint(drawing, place)
        return self._images[key]

    def pending(self, request: Request) -> bool:
        return request in self._asked

    def _arrived(self, request: Request, drawing: Drawing | None) -> None:
        self._asked.discard(request)
        if len(self._drawings) >= MAX_CACHED:
            del self._drawings[next(iter(self._drawings))]
        self._drawings[request] = drawing
        if drawing is not None:
            self.drawn.emit()


@cache
def formulas() -> Formulas:
    """The one collection; made at its first use, in the GUI thread, though the module may come in another."""
    return Formulas()
