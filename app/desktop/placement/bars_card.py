"""The card of bars: what the model takes on each device, in its parts, and what stays free."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.placement.bars import PARTS, DeviceBar, Part, device_bars
from app.desktop.placement.colors import device_colour, part_brush
from app.desktop.placement.plain_words import explained
from app.desktop.text.measures import device_label, device_of, kind_label
from app.desktop.widgets.card import Card
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row, discard
from app.desktop.widgets.legend import Legend
from app.desktop.widgets.share_bar import Share, ShareBar, hatched
from app.format import format_size, format_size_of
from engine.placement.plan import DISK, RAM, Machine, Plan

BAR = 22


def part_name(part: Part) -> str:
    """A part of a model in words."""
    translate = QCoreApplication.translate
    return {
        "dense": translate("Placement", "attention and shared"),
        "experts": translate("Placement", "experts"),
        "slots": translate("Placement", "cached experts"),
        "context": translate("Placement", "context"),
        "compute": translate("Placement", "compute memory"),
        "vision": translate("Placement", "seeing pictures"),
        "disk": translate("Placement", "read from the disk"),
    }[part]


def bar_title(machine: Machine, name: str) -> str:
    """The kind of a device and its name: "GPU · RTX 2080"."""
    device = device_of(machine, name)
    if name == RAM or device is None:
        return device_label(machine, name)
    return f"{kind_label(device)} · {device_label(machine, name)}"


class BarRow(QWidget):
    """One device: its name, "7.1 of 7.6 GB", and the bar. What is kept free is hatched away at its end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.numbers = ElidedLabel(self), text_label(self, "small")
        self.bar = ShareBar(self, BAR)
        Column(Row((self.title, 1), self.numbers, spacing=12), self.bar, parent=self, spacing=6)

    def show_bar(self, bar: DeviceBar, machine: Machine) -> None:
        theme, title = themes.current, bar_title(machine, bar.name)
        numbers = format_size_of(bar.used, bar.budget, languages.current)
        if bar.name == DISK:
            numbers = self.tr("{size}, read as needed").format(size=format_size(bar.used))
        self.title.set_whole(title)
        self.numbers.setText(numbers)
        self.setAccessibleName(f"{title}: {numbers}")
        self.setAccessibleDescription(self._description(bar))
        self.bar.setAccessibleDescription(self.accessibleDescription())
        colour = device_colour(theme, machine, bar.name)
        shares = [
            Share(part_brush(theme, colour, part), count, f"{part_name(part)}: {format_size(count)}")
            for part, count in bar.parts
        ]
        self.bar.show_shares(shares, bar.size, bar.kept_free)

    def _description(self, bar: DeviceBar) -> str:
        """The parts in words, as the bar draws them."""
        words = [f"{part_name(part)} {format_size(count)}" for part, count in bar.parts]
        if bar.budget > bar.used:
            words.append(self.tr("free {size}").format(size=format_size(bar.budget - bar.used)))
        if bar.kept_free > 0:
            words.append(self.tr("kept free {size}").format(size=format_size(bar.kept_free)))
        return ", ".join(words)


class BarsCard(Card):
    """All devices of the machine, the graphics cards first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._machine: Machine | None = None
        self.rows: list[BarRow] = []
        self.legend = Legend(self)
        self.inside.addWidget(self.legend)
        self.refresh()

    def show_plan(self, plan: Plan, machine: Machine) -> None:
        self._plan, self._machine = plan, machine
        bars = device_bars(plan, machine)
        while len(self.rows) < len(bars):
            row = BarRow(self)
            self.inside.insertWidget(len(self.rows), row)
            self.rows.append(row)
        for row in self.rows[len(bars) :]:
            discard(row, self.inside)
        del self.rows[len(bars) :]
        for row, bar in zip(self.rows, bars, strict=True):
            row.show_bar(bar, machine)
        self._show_legend(bars, machine)

    def _show_legend(self, bars: tuple[DeviceBar, ...], machine: Machine) -> None:
        theme = themes.current
        entries: list[tuple[str, list[QBrush | str]]] = []
        for part in PARTS:
            holding = [bar for bar in bars if part in dict(bar.parts)]
            colours = dict.fromkeys(device_colour(theme, machine, bar.name) for bar in holding)
            if colours:
                entries.append((part_name(part), [part_brush(theme, colour, part) for colour in colours]))
        entries.append((self.tr("free"), [theme.line]))
        if any(bar.kept_free > 0 for bar in bars):
            entries.append((self.tr("kept free"), [hatched()]))
        self.legend.show_entries(entries)
        self.legend.setToolTip(wrapped_tip(explained("parts") + " " + explained("experts")))

    def restyle(self) -> None:
        if self._plan is not None and self._machine is not None:
            self.show_plan(self._plan, self._machine)

    retranslate = restyle
