"""The card of experts that fired in this chat: off until it is switched on, for watching costs a little."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.desktop.base.theme import themes
from app.desktop.placement.experts_used.heat_map import HeatMap
from app.desktop.placement.experts_used.levels import Heat, blank, heat_of
from app.desktop.placement.plain_words import explained
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import announce, name_icon, text_label
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.switch import Switch
from app.format import format_count, format_percent
from app.services.placement.events import ExpertsChanged


class HeatCard(Card):
    """`watch_wanted` carries whether the experts should be watched."""

    watch_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fired: ExpertsChanged | None = None
        self._heat: Heat | None = None
        self._size = (0, 0)
        self.switch = Switch(self)
        self.add_to_head(self.switch)
        self.words = text_label(self, "small", wraps=True)
        self.map = HeatMap(self)
        self.readout = text_label(self, "small", wraps=True)
        self._never, self._most = QLabel(self), QLabel(self)
        self._scale = QFrame(self)
        self._legend = QWidget(self)
        self._foot = Row((self.readout, 1), parent=self._legend, spacing=8)
        for widget in (self._never, self._scale, self._most):
            widget.setProperty("kind", "heat-scale" if widget is self._scale else "small")
            self._foot.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.inside.addWidget(self.map, 1)
        self.inside.addWidget(self._legend)
        self.inside.addWidget(self.words)
        self.inside.addStretch()
        self.switch.toggled.connect(self._toggled)
        self.map.pointed.connect(self._point)
        self.refresh()

    def show_watching(self, on: bool) -> None:
        """Whether the experts are watched now."""
        with QSignalBlocker(self.switch):
            self.switch.setChecked(on)
        self.switch.update()
        self.retranslate()

    def show_size(self, layers: int, experts: int) -> None:
        """What the map is made of, before anything fired."""
        self._size = (layers, experts)
        self._show_map()

    def show_fired(self, fired: ExpertsChanged | None) -> None:
        """What fired in the shown chat so far; None for nothing."""
        self._fired = fired
        self._heat = heat_of(fired.counts) if fired is not None else None
        self._show_map()

    def _show_map(self) -> None:
        if self._heat is not None:
            self.map.show_heat(self._heat)
        elif all(self._size):
            self.map.show_heat(blank(*self._size))
        self.retranslate()

    def _toggled(self, on: bool) -> None:
        self.retranslate()
        self.watch_wanted.emit(on)

    def _point(self, cell: tuple[int, int, float] | None) -> None:
        if cell is None or self._heat is None:
            self._say_busiest()
            return
        layer, expert, share = cell
        text = self.tr("Layer {layer}, expert {expert}: {percent} of this layer’s choices").format(
            layer=layer, expert=expert, percent=format_percent(share, 1)
        )
        self.readout.setText(text)
        self.map.setToolTip(text)
        if self.map.hasFocus():
            announce(self.map, text)

    def _say_busiest(self) -> None:
        if self._heat is None or self._fired is None:
            return
        layer, expert, share = self._heat.busiest()
        text = self.tr("{tokens} tokens watched. Busiest: layer {layer}, expert {expert} ({percent})")
        self.readout.setText(
            text.format(
                tokens=format_count(self._fired.tokens),
                layer=layer,
                expert=expert,
                percent=format_percent(share, 1),
            )
        )

    def _explanation(self) -> str:
        overhead = self._fired.overhead if self._fired is not None else 0.0
        if overhead > 0:
            percent = format_percent(overhead, 1)
            cost = self.tr("Watching takes {percent} of an answer’s time, measured on this computer.").format(
                percent=percent
            )
        else:
            cost = self.tr("Watching makes answers a little slower; the cost is measured and shown here.")
        if not self.switch.isChecked():
            return self.tr("Off. Turn it on to see which experts answer.") + " " + cost
        if self._heat is None:
            return self.tr("No experts used yet. Send a message in the chat.") + " " + cost
        return cost

    def retranslate(self) -> None:
        drawn = self.map.heat()
        turned = drawn is not None and drawn.experts > len(drawn.layers)
        note = self.tr("expert × layer") if turned else self.tr("layer × expert")
        self.set_title(self.tr("Experts used in this chat"), note)
        self.explain(explained("experts"))
        name_icon(self.switch, self.tr("Watch which experts are used"))
        self.map.setAccessibleName(
            self.tr("Heat map of experts by layer. Arrow keys move from cell to cell.")
        )
        self._never.setText(self.tr("never"))
        self._most.setText(self.tr("most"))
        self.map.setToolTip("")
        self._legend.setVisible(self._heat is not None)
        self.words.setText(self._explanation())
        self._say_busiest()

    def restyle(self) -> None:
        self.map.restyle()
        self._scale.setFixedSize(themes.current.px(72), themes.current.px(10))
