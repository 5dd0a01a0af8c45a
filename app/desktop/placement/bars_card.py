"""The card of bars: what the model takes on each device, in its parts, and what stays free."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.placement.bars import DISK, PARTS, DeviceBar, Part, device_bars
from app.desktop.placement.colors import device_colour, part_brush
from app.desktop.text.measures import device_label, device_of, kind_label
from app.desktop.widgets.card import Card
from app.desktop.widgets.layouts import discard
from app.desktop.widgets.legend import Legend
from app.format import format_size, format_size_of
from engine.placement.plan import RAM, Machine, Plan

BAR = 22
HEAD = 26


def hatched() -> QBrush:
    """The ground of memory that is left to others."""
    return QBrush(QColor(themes.current.faint), Qt.BrushStyle.BDiagPattern)


def part_name(part: Part) -> str:
    """A part of a model in words."""
    translate = QCoreApplication.translate
    return {
        "dense": translate("Placement", "attention and shared"),
        "experts": translate("Placement", "experts"),
        "slots": translate("Placement", "cached experts"),
        "context": translate("Placement", "context"),
        "compute": translate("Placement", "compute memory"),
        "disk": translate("Placement", "read from the disk"),
    }[part]


def bar_title(machine: Machine, name: str) -> str:
    """The kind of a device and its name: "GPU · RTX 2080"."""
    if name == DISK:
        return QCoreApplication.translate("Placement", "Disk")
    device = device_of(machine, name)
    if name == RAM or device is None:
        return device_label(machine, name)
    return f"{kind_label(device)} · {device_label(machine, name)}"


class BarRow(QWidget):
    """One device: its name, "7.1 of 7.6 GB", and the bar. What is kept free is hatched away at its end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = DeviceBar("", (), 0, 1)
        self._colour, self._title, self._numbers = themes.current.gpu, "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bar(self, bar: DeviceBar, machine: Machine) -> None:
        self._bar = bar
        self._colour = device_colour(themes.current, machine, bar.name)
        self._title = bar_title(machine, bar.name)
        if bar.name == DISK:
            self._numbers = self.tr("{size}, read repeatedly").format(size=format_size(bar.used))
        else:
            self._numbers = format_size_of(bar.used, bar.budget, languages.current)
        self.setAccessibleName(f"{self._title}: {self._numbers}")
        self.setAccessibleDescription(self.description())
        self.updateGeometry()
        self.update()

    def description(self) -> str:
        """The parts in words, as the bar draws them."""
        words = [f"{part_name(part)} {format_size(count)}" for part, count in self._bar.parts]
        free = self._bar.budget - self._bar.used
        if free > 0:
            words.append(self.tr("free {size}").format(size=format_size(free)))
        if self._bar.kept_free > 0:
            words.append(self.tr("kept free {size}").format(size=format_size(self._bar.kept_free)))
        return ", ".join(words)

    def segments(self) -> list[tuple[Part, QRectF]]:
        """Where each part is drawn."""
        bar = self._bar_rect()
        placed, x = [], bar.left()
        for part, count in self._bar.parts:
            # A part that is there can be seen.
            width = max(2.0, bar.width() * count / self._bar.size)
            placed.append((part, QRectF(x, bar.top(), min(width, bar.right() - x), bar.height())))
            x = min(bar.right(), x + width)
        return placed

    def _bar_rect(self) -> QRectF:
        px = themes.current.px
        return QRectF(0, px(HEAD), self.width(), px(BAR))

    def sizeHint(self) -> QSize:
        px = themes.current.px
        return QSize(px(240), px(HEAD) + px(BAR))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = [part for part, rect in self.segments() if rect.contains(event.pos())]
            counts = dict(self._bar.parts)
            text = f"{part_name(found[0])}: {format_size(counts[found[0]])}" if found else self.description()
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_words(painter)
        bar = self._bar_rect()
        outline = QPainterPath()
        outline.addRoundedRect(bar, theme.px(5), theme.px(5))
        painter.setClipPath(outline)
        painter.fillRect(bar, QColor(theme.card))
        free = bar.width() * (1 - self._bar.kept_free / self._bar.size)
        painter.fillRect(QRectF(bar.left(), bar.top(), free, bar.height()), QColor(theme.line))
        if self._bar.kept_free > 0:
            kept = QRectF(bar.left() + free, bar.top(), bar.width() - free, bar.height())
            painter.fillRect(kept, hatched())
        for part, rect in self.segments():
            painter.setBrushOrigin(rect.topLeft())
            painter.fillRect(rect, part_brush(theme, self._colour, part))
            painter.fillRect(QRectF(rect.right() - 1, rect.top(), 1, rect.height()), QColor(theme.card))

    def _paint_words(self, painter: QPainter) -> None:
        theme = themes.current
        head = self.rect().adjusted(0, 0, 0, theme.px(HEAD - 4) - self.height())
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.muted))
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._numbers)
        room = head.width() - painter.fontMetrics().horizontalAdvance(self._numbers) - theme.px(12)
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.text))
        text = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


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

    def restyle(self) -> None:
        if self._plan is not None and self._machine is not None:
            self.show_plan(self._plan, self._machine)

    retranslate = restyle
