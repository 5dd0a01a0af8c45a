"""Icons of Lucide (ISC, `resources/icons/LICENSE`), in a colour of the theme, sharp on every display."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from app.desktop.base.theme import themes
from resources import FOLDER

SIZE = 20
STROKE = 1.7


def _pixel_ratios() -> set[float]:
    """The scales of the displays there are: what an icon is drawn for."""
    return {screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}


@cache
def _source(name: str) -> str:
    return (FOLDER / "icons" / f"{name}.svg").read_text("utf-8")


def _drawn(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    # Lucide draws on a grid of 24 units; the stroke is given for the drawn size.
    svg = _source(name).replace("currentColor", colour)
    svg = svg.replace('stroke-width="2"', f'stroke-width="{STROKE * 24 / SIZE:.2f}"')
    pixels = round(size * ratio)
    pixmap = QPixmap(QSize(pixels, pixels))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@cache
def _icon(name: str, colour: str, disabled: str, size: int) -> QIcon:
    icon = QIcon()
    for ratio in _pixel_ratios():
        icon.addPixmap(_drawn(name, colour, size, ratio))
        icon.addPixmap(_drawn(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return icon


def icon(name: str, colour: str = "muted", size: int = SIZE) -> QIcon:
    """The icon `name` in the theme's colour `colour` (a field of `Theme`), `size` at a text size of 100 %.

    Ask again after `themes.changed`. Raises FileNotFoundError for a name that is not in `resources/icons`.
    """
    theme = themes.current
    return _icon(name, getattr(theme, colour), theme.faint, theme.px(size))


def set_icon(button: QAbstractButton, name: str, colour: str = "muted", size: int = SIZE) -> None:
    """Give a button an icon (see `icon`) at that size."""
    button.setIcon(icon(name, colour, size))
    pixels = themes.current.px(size)
    button.setIconSize(QSize(pixels, pixels))
