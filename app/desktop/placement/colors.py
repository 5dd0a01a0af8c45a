"""The colours of devices and of the parts a model takes on them, from the theme that is on."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from app.desktop.base.style import mixed, unused
from app.desktop.base.theme import Theme
from app.desktop.placement.bars import Part
from engine.placement.plan import DISK, RAM, Machine

# How far each further device of one sort is from the first one's colour.
STEP = 0.35


def device_colour(theme: Theme, machine: Machine, name: str) -> str:
    """GPUs in shades of the accent, workers in the theme's third hue, RAM and disk in their own."""
    if name == RAM:
        return theme.ram
    if name == DISK:
        return theme.disk
    alike = [device for device in machine.devices if (device.kind == "rpc") == _is_worker(machine, name)]
    place = next((number for number, device in enumerate(alike) if device.name == name), 0)
    base = theme.worker if _is_worker(machine, name) else theme.gpu
    return mixed(base, "#FFFFFF", min(0.8, STEP * place))


def _is_worker(machine: Machine, name: str) -> bool:
    return any(device.name == name and device.kind == "rpc" for device in machine.devices)


def part_colour(base: str, part: Part) -> str:
    """A device's colour for one part: experts plain, dense weights darker, what sees a little darker,
    context and working memory paler."""
    if part == "dense":
        return mixed(base, "#000000", 0.45)
    if part == "context":
        return mixed(base, "#FFFFFF", 0.27)
    if part == "compute":
        return mixed(base, "#FFFFFF", 0.53)
    if part == "vision":
        return mixed(base, "#000000", 0.2)
    return base


def part_brush(theme: Theme, base: str, part: Part) -> QBrush:
    """The ground of a part: plain, but for the slots of experts that come and go, which are told by their cells."""
    if part == "disk":
        return QBrush(QColor(theme.disk))
    colour = QColor(part_colour(base, part))
    if part != "slots":
        return QBrush(colour)
    cell = QPixmap(theme.px(5), theme.px(5))
    cell.fill(Qt.GlobalColor.transparent)
    painter = QPainter(cell)
    painter.fillRect(0, 0, cell.width(), cell.height(), colour)
    painter.setPen(QColor(theme.card))
    painter.drawLine(cell.width() - 1, 0, cell.width() - 1, cell.height())
    painter.drawLine(0, cell.height() - 1, cell.width(), cell.height() - 1)
    painter.end()
    return QBrush(cell)


def heat_colours(theme: Theme, most: str = "") -> tuple[QColor, ...]:
    """256 shades from "never fired" to "fired most", which is `most`, else the GPU's colour."""
    return _shades(unused(theme), most or theme.gpu)


@lru_cache(8)
def _shades(least: str, most: str) -> tuple[QColor, ...]:
    return tuple(QColor(mixed(least, most, level / 255)) for level in range(256))
