"""The card of experts that are kept on a device one by one: which are there now, and what that spares."""

from __future__ import annotations

import time

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.placement.colors import device_colour
from app.desktop.placement.experts_used.heat_map import HeatMap
from app.desktop.placement.kept import REST_S, KeptPlan, RecentUse, kept_map
from app.desktop.text.measures import device_of, layers_text, place_text
from app.desktop.widgets.card import Card
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import announce, text_label
from app.desktop.widgets.layouts import STRETCH, Column
from app.desktop.widgets.legend import Legend
from app.format import format_count, format_percent, format_percent_range, format_size
from engine.activity import CacheActivity

# The least room of a figure beside the others.
FIGURE = 170


class Figure(QWidget):
    """The number stands over its words, which break into lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = text_label(self, "title", selectable=True)
        self.words = text_label(self, "small", wraps=True, selectable=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        Column(self.number, self.words, STRETCH, parent=self, spacing=0)

    def say(self, number: str, words: str) -> None:
        self.number.setText(number)
        self.words.setText(words)
        self.setAccessibleName(self.text())
        self.number.setAccessibleName(self.text())

    def text(self) -> str:
        """As it is read out."""
        return f"{self.number.text()} {self.words.text()}"


class CacheCard(Card):
    """Hidden while no cache is in use. After the last word of an answer its state stays, with the time of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: KeptPlan | None = None
        self._residents: tuple[tuple[int, ...], ...] = ()
        self._recent = RecentUse()
        # When it was used last: for a person, and on the clock that is never put back.
        self._used: QDateTime | None = None
        self._told = 0.0
        self._undrawn = False
        self._rest = QTimer(self, singleShot=True)
        self.hits, self.brought, self.moved = Figure(self), Figure(self), Figure(self)
        figures = ((figure, 1, FIGURE) for figure in (self.hits, self.brought, self.moved))
        self._figures = FoldingRow(self, *figures, spacing=18)
        self.map = HeatMap(self)
        self.readout = text_label(self, "small", wraps=True)
        self.legend = Legend(self)
        self.inside.addWidget(self._figures)
        self.inside.addSpacing(themes.current.px(4))
        self.inside.addWidget(self.map)
        self.inside.addLayout(Column(self.readout, self.legend, spacing=2))
        self.map.pointed.connect(self._point)
        self._rest.timeout.connect(self._show_state)
        self.refresh()
        self.hide()

    def show_plan(self, plan: KeptPlan | None) -> None:
        """The cache in use; None hides the card, which keeps what it knows."""
        if plan != self._plan:
            self._plan = plan
            self._show_all()
        self.setVisible(plan is not None)

    def take(self, activity: CacheActivity | None) -> None:
        """What the cache did in the last second; None: nothing yet, by the model that is loaded."""
        if activity is None:
            self._residents, self._used = (), None
            self._recent.clear()
            self._show_all()
            return
        now = time.monotonic()
        self._recent.add(activity, now)
        moved = self._residents != activity.warm_experts or self._used is None
        self._residents = activity.warm_experts
        if activity.tokens:
            self._used, self._told = QDateTime.currentDateTime(), now
        if not self.isVisible():
            self._undrawn = True
            return
        if moved:
            self._show_map()
        self._show_state()
        self._show_figures()

    def figures(self) -> list[str]:
        """What a person reads of the figures; none before the first answer."""
        if self._figures.isHidden():
            return []
        return [figure.text() for figure in (self.hits, self.brought, self.moved)]

    def _show_all(self) -> None:
        self._undrawn = not self.isVisible()
        self._show_map()
        self._show_state()
        self._show_figures()

    def _show_map(self) -> None:
        plan = self._plan
        if plan is None:
            return
        colour = self._colour(plan)
        self.map.show_heat(kept_map(plan.cache.layers, plan.experts, self._residents), colour)
        there = self._there(plan)
        elsewhere = self.tr("on the disk only") if plan.from_disk else self.tr("in RAM only")
        self.legend.show_entries([(there, [colour]), (elsewhere, [themes.current.line])])
        # Before anything was kept there would be an empty map.
        for widget in (self.map, self.legend):
            widget.setVisible(self._used is not None or any(self._residents))
        self._point(self.map.pointed_cell(), aloud=False)

    def _show_state(self) -> None:
        self._await_rest()
        plan = self._plan
        if plan is None:
            return
        title = self.tr("Experts kept on {place}")
        if plan.from_disk:
            title = (
                self.tr("Experts kept on {place} and in RAM")
                if plan.above
                else self.tr("Experts kept in RAM")
            )
        self.set_title(title.format(place=self._place(plan)), self._note())

    def _work_left(self) -> float:
        """For how many seconds it still counts as at work."""
        return 0.0 if self._used is None else max(0.0, self._told + REST_S - time.monotonic())

    def _await_rest(self) -> None:
        left = self._work_left()
        if left and self.isVisible():
            self._rest.start(round(left * 1000) + 1)
        else:
            self._rest.stop()

    def _note(self) -> str:
        if self._used is None:
            return self.tr("not used yet")
        if self._work_left():
            return ""
        today = self._used.date() == QDateTime.currentDateTime().date()
        short = QLocale.FormatType.ShortFormat
        when = (
            QLocale().toString(self._used.time(), short) if today else QLocale().toString(self._used, short)
        )
        return self.tr("idle since {time}").format(time=when)

    def _show_figures(self) -> None:
        figures = self._recent.figures()
        self._figures.setVisible(figures is not None)
        if figures is None:
            return
        words = self.tr("of the needed experts were already there")
        if self._plan is not None and self._plan.expected[1] > 0:
            words = self.tr("{words}, {range} expected").format(
                words=words, range=format_percent_range(*self._plan.expected, languages.current)
            )
        if self._plan is not None and self._plan.above:
            words = self.tr("{words}; {percent} on {place}").format(
                words=words, percent=format_percent(figures.above), place=self._place(self._plan)
            )
        self.hits.say(format_percent(figures.hit_rate), words)
        if self._plan is not None and self._plan.from_disk:
            self.brought.say(format_size(figures.read), self.tr("read from the disk for each token"))
            self.moved.say(format_percent(figures.busy), self.tr("of the time, the disk was reading"))
            return
        self.brought.say(
            format_size(figures.brought),
            self.tr("of experts loaded for each token"),
        )
        self.moved.say(
            format_size(figures.moved),
            self.tr("of results transferred for each token"),
        )

    def _point(self, cell: tuple[int, int, float] | None, *, aloud: bool = True) -> None:
        plan = self._plan
        if plan is None:
            return
        text = self._summary(plan) if cell is None else self._cell_text(plan, *cell)
        if text == self.readout.text():
            return
        self.readout.setText(text)
        self.map.setToolTip(text if cell is not None else "")
        # What changes by itself is not read out each second.
        if cell is not None and aloud and self.map.hasFocus():
            announce(self.map, text)

    def _cell_text(self, plan: KeptPlan, layer: int, expert: int, there: float) -> str:
        if plan.from_disk:
            where = self._there(plan) if there else self.tr("on the disk only")
            text = self.tr("Layer {layer}, expert {expert}: {where}")
            return text.format(layer=layer, expert=expert, where=where)
        if there:
            return self.tr("Layer {layer}, expert {expert}: on {place}").format(
                layer=layer, expert=expert, place=self._place(plan)
            )
        return self.tr("Layer {layer}, expert {expert}: in RAM only").format(layer=layer, expert=expert)

    def _summary(self, plan: KeptPlan) -> str:
        count = sum(len(row) for row in self._residents)
        if not count:
            return self.tr("Nothing there yet. Send a message in the chat.")
        template = self.tr("{count} of the {total} experts of layers {layers} are there now")
        return template.format(
            count=format_count(count),
            total=format_count(plan.experts * len(plan.cache.layers)),
            layers=layers_text([cached.layer for cached in plan.cache.layers]),
        )

    def _place(self, plan: KeptPlan) -> str:
        return place_text(device_of(plan.machine, plan.above or plan.cache.device))

    def _there(self, plan: KeptPlan) -> str:
        if plan.above:
            return self.tr("on {place} or in RAM").format(place=self._place(plan))
        return self.tr("in RAM") if plan.from_disk else self.tr("on {place}").format(place=self._place(plan))

    def _colour(self, plan: KeptPlan) -> str:
        return device_colour(themes.current, plan.machine, plan.cache.device)

    def showEvent(self, event: object) -> None:
        if self._undrawn:
            self._show_all()
        self._show_state()

    def hideEvent(self, event: object) -> None:
        self._rest.stop()

    def retranslate(self) -> None:
        name = self.tr("Map of the experts that are there, by layer. Arrow keys move from cell to cell.")
        self.map.setAccessibleName(name)
        self._show_all()

    def restyle(self) -> None:
        self.map.restyle()
        self._show_map()
