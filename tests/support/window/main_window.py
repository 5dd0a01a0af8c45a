"""The frame of the window: its rail, the toast at its foot, the strip across its top."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.model_picker.header import Header
from app.desktop.window.main_window import MainWindow
from app.desktop.window.rail_badge import RailBadge
from tests.support.window.finding import part, spoken
from tests.support.window.reading import labels


def download_ring(window: MainWindow) -> RailBadge:
    """The ring on the rail, which is only drawn; the name of its button says the same."""
    return part(window.rail, RailBadge)


def toast_text(window: MainWindow) -> str:
    """What the toast says, "" while there is none."""
    toast: QWidget = part(window, QWidget, "toast")
    return " ".join(labels(toast)) if toast.isVisible() else ""


def tokens_in_use(header: Header) -> int:
    """How many tokens of the context are in use, as the gauge says."""
    return int(spoken(header.context).split()[0].replace(",", ""))


def offered_in_palette(window: MainWindow, text: str) -> list[str]:
    """Open the palette and write in it; what it offers."""
    window.go.open_palette()
    window.go.palette.field.setText(text)
    return window.go.palette.shown()
