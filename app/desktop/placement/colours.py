"""The colours of devices and of the parts a model takes on them, from the theme that is on."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.desktop.placement.bars import DISK, Part
from app.desktop.style import mixed
from app.desktop.theme import Theme
from engine.placement.plan import RAM, Machine

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
    """A device's colour for one part: experts plain, dense weights darker, context and working memory paler."""
    if part == "dense":
        return mixed(base, "#000000", 0.45)
    if part == "context":
        return mixed(base, "#FFFFFF", 0.27)
    if part == "compute":
        return mixed(base, "#FFFFFF", 0.53)
    return base


def heat_colours(theme: Theme) -> list[QColor]:
    """256 shades from "never fired" to "fired most"."""
    return [QColor(mixed(theme.line, theme.gpu, level / 255)) for level in range(256)]
