"""Formulas as images: TeX to SVG with ziamath off the GUI thread, SVG to a QImage at the screen's ratio."""

from __future__ import annotations

import logging
import math
from functools import cache

import msgspec
from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from app.desktop.base.background import background
from app.markdown.formulas import Drawing, FormulaError, Request, draw

log = logging.getLogger(__name__)
MAX_CACHED = 600


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
