"""The strip of layers: one cell per layer in the colour of the device that holds its experts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.desktop.base.theme import themes
from app.desktop.placement.colors import device_colour
from app.desktop.placement.layers import LayerCell, layer_cells, layer_runs
from app.desktop.placement.plain_words import explained
from app.desktop.text.measures import device_label, device_of, kind_label
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import announce
from app.desktop.widgets.legend import Legend
from app.format import format_count
from engine.placement.plan import DISK, RAM, Machine, PlannedModel

HEIGHT = 36


class LayerStrip(QWidget):
    """Painted cells. With the focus, the arrow keys go from layer to layer and each is told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: tuple[LayerCell, ...] = ()
        self._machine: Machine | None = None
        self._experts = True
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_cells(self, cells: tuple[LayerCell, ...], machine: Machine, *, experts: bool) -> None:
        self._cells, self._machine, self._experts = cells, machine, experts
        self._at = min(self._at, max(0, len(cells) - 1))
        self.setAccessibleName(self.description())
        self.setAccessibleDescription("")
        self.update()

    def cells(self) -> tuple[LayerCell, ...]:
        return self._cells

    def description(self) -> str:
        """All layers in a few words: which stretch lies where."""
        parts = []
        for run in layer_runs(self._cells):
            where = self._where(run.devices)
            if run.first == run.last:
                parts.append(self.tr("layer {first}: {where}").format(first=run.first, where=where))
            else:
                parts.append(
                    self.tr("layers {first} to {last}: {where}").format(
                        first=run.first, last=run.last, where=where
                    )
                )
        return ", ".join(parts)

    def cell_text(self, index: int) -> str:
        """One layer in words, with the shares of a layer that is divided."""
        cell = self._cells[index]
        if cell.above:
            where = self.tr(
                "{above} of its experts on {device}, {count} in RAM, all of them on the disk"
            ).format(
                above=format_count(cell.above),
                device=self._label(cell.shares[0][0]),
                count=format_count(cell.slots),
            )
        elif cell.slots and cell.shares[-1][0] == DISK:
            where = self.tr("{count} of its experts in RAM, all of them on the disk").format(
                count=format_count(cell.slots)
            )
        elif cell.slots:
            where = self.tr("{count} of its experts on {device}, all of them in RAM").format(
                count=format_count(cell.slots), device=self._label(cell.shares[0][0])
            )
        elif len(cell.shares) < 2:
            where = self._where(tuple(device for device, _ in cell.shares))
        else:
            where = ", ".join(
                self.tr("{percent}% on {device}").format(percent=round(share * 100), device=self._label(name))
                for name, share in cell.shares
            )
        return self.tr("Layer {number}: {where}").format(number=cell.layer, where=where)

    def _where(self, devices: tuple[str, ...]) -> str:
        if not devices:
            return self.tr("no experts") if self._experts else self.tr("not placed")
        return ", ".join(self._label(device) for device in devices)

    def _label(self, name: str) -> str:
        return device_label(self._machine, name) if self._machine is not None else name

    def cell_rect(self, index: int) -> QRectF:
        """Where a cell is drawn; the gaps go when there is no room for them."""
        width = self.width() / max(1, len(self._cells))
        gap = 2.0 if width >= 7 else 1.0 if width >= 4 else 0.0
        return QRectF(index * width, 0, max(1.0, width - gap), self.height())

    def sizeHint(self) -> QSize:
        px = themes.current.px
        return QSize(px(240), px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._cells:
            index = min(len(self._cells) - 1, int(event.pos().x() * len(self._cells) / max(1, self.width())))
            QToolTip.showText(event.globalPos(), self.cell_text(max(0, index)), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = event.key(), len(self._cells) - 1
        steps = {
            Qt.Key.Key_Left: max(0, self._at - 1),
            Qt.Key.Key_Right: min(last, self._at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if not self._cells or Qt.Key(key) not in steps:
            super().keyPressEvent(event)
            return
        self._at = steps[Qt.Key(key)]
        self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        QToolTip.hideText()

    def _tell(self) -> None:
        text = self.cell_text(self._at)
        place = self.cell_rect(self._at).bottomLeft().toPoint()
        QToolTip.showText(self.mapToGlobal(place), text, self)
        self.setAccessibleDescription(text)
        announce(self, text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, machine = themes.current, self._machine
        if machine is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, cell in enumerate(self._cells):
            rect = self.cell_rect(index)
            radius = min(theme.px(3), rect.width() / 3)
            painter.save()
            if radius > 1:
                outline = QPainterPath()
                outline.addRoundedRect(rect, radius, radius)
                painter.setClipPath(outline)
            painter.fillRect(rect, QColor(theme.line))
            top = rect.top()
            for name, share in cell.shares:
                height = rect.height() * share
                colour = QColor(device_colour(theme, machine, name))
                painter.fillRect(QRectF(rect.left(), top, rect.width(), height), colour)
                top += height
            painter.restore()
        if self.hasFocus() and self._cells:
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.drawRoundedRect(self.cell_rect(self._at).adjusted(1, 1, -1, -1), 2, 2)


class StripCard(Card):
    """The strip with its heading; of a dense model it says that there are no experts to place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: PlannedModel | None = None
        self.strip = LayerStrip(self)
        self.legend = Legend(self)
        self.inside.addWidget(self.strip)
        self.inside.addWidget(self.legend)
        self.refresh()

    def show_model(self, model: PlannedModel) -> None:
        self._model = model
        experts = model.experts > 0
        cells = layer_cells(model.plan, model.layers, model.experts)
        self.strip.show_cells(cells, model.machine, experts=experts)
        held = dict.fromkeys(device for cell in cells for device, _ in cell.shares)
        self.legend.show_entries(
            [(self._name(device), [device_colour(themes.current, model.machine, device)]) for device in held]
        )
        if experts:
            title = self.tr("Where each layer’s experts are")
        else:
            title = self.tr("Where each layer is (this model has no experts)")
        self.explain(explained("layers"))
        self.set_title(title, self.tr("layer 0 … {last}").format(last=max(0, model.layers - 1)))

    def _name(self, device: str) -> str:
        assert self._model is not None
        found = device_of(self._model.machine, device)
        label = device_label(self._model.machine, device)
        return label if device == RAM or found is None else f"{kind_label(found)} · {label}"

    def restyle(self) -> None:
        if self._model is not None:
            self.show_model(self._model)

    retranslate = restyle
