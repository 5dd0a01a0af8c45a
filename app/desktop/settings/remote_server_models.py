"""The models of a server, each with a box: the ticked ones are offered where a model is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.clearable import ClearableField
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import scroll_area
from app.desktop.widgets.tick_box import TickBox

# A server with more is one for many people: what is wanted of it is chosen.
ALL_UP_TO = 20
FIND_FROM = 12
LINE, MOST_SHOWN = 28, 7


class ModelTick(QWidget):
    """A box and a name; a click on either counts."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.box = TickBox(self)
        self.box.setAccessibleName(name)
        label = text_label(self, text=name)
        Row(self.box, (label, 1), parent=self, spacing=8)
        self.setFixedHeight(themes.current.px(LINE))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.box.click()


class ModelTicks(ThemedWidget):
    """`changed`: `chosen` is another choice now."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.ticks: list[ModelTick] = []
        self.search = ClearableField(self)
        self._inside = QWidget(self)
        self._rows = Column(parent=self._inside, spacing=0)
        self._scroller = scroll_area(self._inside, self)
        self.another = TextField(self)
        self.add = push_button(self, "")
        foot = Row((self.another, 1), self.add, spacing=8)
        Column(self.search, self._scroller, foot, parent=self, spacing=8)
        self.search.textChanged.connect(self._filter)
        self.another.returnPressed.connect(self._add)
        self.another.textEdited.connect(lambda _: self.changed.emit())
        self.add.clicked.connect(self._add)
        self.refresh()

    def chosen(self) -> tuple[str, ...]:
        """The ticked ones, and one that is typed and not added yet."""
        names = [tick.name for tick in self.ticks if tick.box.isChecked()]
        typed = self.another.text().strip()
        return tuple(dict.fromkeys([*names, typed] if typed else names))

    def show_kept(self, names: Sequence[str]) -> None:
        """Those that are offered now, all ticked."""
        self._show(names, set(names))

    def show_found(self, found: Sequence[str]) -> None:
        """What the server lists; of a new one all are ticked where they are few. What was chosen stays chosen."""
        chosen = self.chosen()
        ticked = set(chosen) or (set(found) if len(found) <= ALL_UP_TO else set())
        self._show([*(name for name in chosen if name not in found), *found], ticked)

    def _show(self, names: Sequence[str], ticked: set[str]) -> None:
        self._rows.drop(*self.ticks)
        self.ticks = [ModelTick(name, self._inside) for name in dict.fromkeys(names)]
        for tick in self.ticks:
            tick.box.setChecked(tick.name in ticked)
            tick.box.toggled.connect(self.changed)
            self._rows.addWidget(tick)
        self.another.clear()
        self.search.clear()
        self._fit()
        self.changed.emit()

    def _add(self) -> None:
        typed = self.another.text().strip()
        if typed:
            known = [tick.name for tick in self.ticks]
            self._show([*known, typed], set(self.chosen()))
        self.another.setFocus(Qt.FocusReason.OtherFocusReason)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for tick in self.ticks:
            tick.setVisible(all(word in tick.name.casefold() for word in words))

    def _fit(self) -> None:
        count = len(self.ticks)
        self.search.setVisible(count > FIND_FROM)
        self._scroller.setVisible(count > 0)
        self._scroller.setFixedHeight(themes.current.px(LINE) * min(count, MOST_SHOWN) + 2)

    def retranslate(self) -> None:
        self.search.setPlaceholderText(self.tr("Find a model"))
        self.search.setAccessibleName(self.tr("Find a model"))
        self.another.setPlaceholderText(self.tr("Add a model by name"))
        self.another.setAccessibleName(self.tr("Add a model by name"))
        set_texts(self.add, self.tr("Add name"), self.tr("Add this name"))

    def restyle(self) -> None:
        for tick in self.ticks:
            tick.setFixedHeight(themes.current.px(LINE))
        self._fit()
