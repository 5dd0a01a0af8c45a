"""Whether two pictures show the same, and both side by side with their difference."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter

# How far a color may be from its like, of 255: what rounding, palettes and antialiasing do.
DISTANCE = 48
# The share of pixels that may be farther from theirs: less than a letter of the smallest text has.
SHARE = 1 / 100_000
GAP = 12
# The colors of a palette, and how many of them are the most frequent ones of the picture: those of its areas.
COLORS, EXACT = 256, 96


class Difference(msgspec.Struct, frozen=True):
    """`share` of the pixels are farther than `DISTANCE` from those of the other picture; `places` marks them (height
    x width). Both are None for pictures of different sizes."""

    share: float | None
    places: np.ndarray | None

    @property
    def matters(self) -> bool:
        return self.share is None or self.share > SHARE


def pixels(image: QImage) -> np.ndarray:
    """Height x width x 3, of 8 bits."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def difference(before: QImage, after: QImage) -> Difference:
    """An edge that is drawn with another shade is none."""
    if before.size() != after.size():
        return Difference(None, None)
    first, second = pixels(before).astype(np.int16), pixels(after).astype(np.int16)
    places = np.abs(first - second).max(axis=2) > DISTANCE
    return Difference(float(places.mean()), places)


def side_by_side(before: QImage, after: QImage, found: Difference) -> QImage:
    """Before, after, and after with what differs in red, in a row."""
    marked = after.convertToFormat(QImage.Format.Format_RGB32)
    if found.places is not None:
        painter = QPainter(marked)
        painter.fillRect(marked.rect(), QColor(255, 255, 255, 190))
        painter.setPen(QColor("red"))
        painter.drawPoints([QPoint(int(x), int(y)) for y, x in np.argwhere(found.places)])
        painter.end()
    row = (before, after, marked)
    width = sum(image.width() for image in row) + GAP * (len(row) - 1)
    sheet = QImage(width, max(image.height() for image in row), QImage.Format.Format_RGB32)
    sheet.fill(QColor("magenta"))
    painter = QPainter(sheet)
    x = 0
    for image in row:
        painter.drawImage(x, 0, image)
        x += image.width() + GAP
    painter.end()
    return sheet


def save_small(image: QImage, path: Path) -> None:
    """Save as PNG with a palette. A color without a place in it becomes one that is nearer than `DISTANCE`."""
    exact = pixels(image)
    packed = exact.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colors = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.int16)
    palette = _palette(colors[np.argsort(-counts.astype(np.int64), kind="stable")])
    if palette is None:
        image.save(str(path))
        return
    nearest = np.abs(colors[:, None] - palette[None]).max(axis=2).argmin(axis=1).astype(np.uint8)
    small = QImage(image.width(), image.height(), QImage.Format.Format_Indexed8)
    small.setColorTable([0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in palette])
    rows = np.frombuffer(small.bits(), np.uint8).reshape(image.height(), small.bytesPerLine())
    rows[:, : image.width()] = nearest[places.reshape(packed.shape)]
    small.save(str(path), "PNG", 0)


def _palette(colors: np.ndarray) -> np.ndarray | None:
    """The first of `colors`, which are ordered by how often they occur, and as many more as it takes until each of
    the others is near to one; None where that is more than a palette holds."""
    for near in (1, 2, 4, 8, 12, 16, 24, 32):
        chosen = np.empty((COLORS, 3), np.int16)
        count = min(len(colors), EXACT)
        chosen[:count] = colors[:count]
        for color in colors[count:]:
            if np.abs(chosen[:count] - color).max(axis=1).min() < near:
                continue
            if count == COLORS:
                break
            chosen[count] = color
            count += 1
        else:
            return chosen[:count]
    return None
