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
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import scroll_area
from app.desktop.widgets.tick_box import TickBox

# A server with more is one for many people: what is wanted of it is chosen.
ALL_UP_TO = 20
FIND_FROM = 12
LINE, MOST_SHOWN = 28, 7


class ModelTick(QWidget):
    """A box and a name, a click on either counts; and a box behind them that says whether it sees pictures."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.box = TickBox(self)
        self.box.setAccessibleName(name)
        self.sees = TickBox(self)
        self._sees_word = text_label(self, "small")
        label = ElidedLabel(self)
        label.set_whole(name)
        Row(self.box, (label, 1), self._sees_word, self.sees, parent=self, spacing=8, margins=(0, 0, 8, 0))
        self.setFixedHeight(themes.current.px(LINE))
        self.box.toggled.connect(lambda _: self._show())
        self.retranslate()
        self._show()

    def _show(self) -> None:
        """What it sees is asked of what is offered alone."""
        for part in (self._sees_word, self.sees):
            part.setVisible(self.box.isChecked())

    def retranslate(self) -> None:
        self._sees_word.setText(self.tr("Sees pictures"))
        self.sees.setAccessibleName(self.tr("{name} sees pictures").format(name=self.name))

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

    def seeing(self) -> tuple[str, ...]:
        """Those of the ticked ones that see pictures."""
        return tuple(tick.name for tick in self.ticks if tick.box.isChecked() and tick.sees.isChecked())

    def show_kept(self, names: Sequence[str], seeing: Sequence[str] = ()) -> None:
        """Those that are offered now, all ticked."""
        self._show(names, set(names), set(seeing))

    def show_found(self, found: Sequence[str], seeing: Sequence[str] = ()) -> None:
        """What the server lists, and those of which it says that they see; of a new one all are ticked where they are
        few. What was chosen stays chosen."""
        chosen = self.chosen()
        ticked = set(chosen) or (set(found) if len(found) <= ALL_UP_TO else set())
        self._show(
            [*(name for name in chosen if name not in found), *found], ticked, {*self.seeing(), *seeing}
        )

    def _show(self, names: Sequence[str], ticked: set[str], seeing: set[str]) -> None:
        self._rows.drop(*self.ticks)
        self.ticks = [ModelTick(name, self._inside) for name in dict.fromkeys(names)]
        for tick in self.ticks:
            tick.box.setChecked(tick.name in ticked)
            tick.sees.setChecked(tick.name in seeing)
            tick.box.toggled.connect(self.changed)
            tick.sees.toggled.connect(self.changed)
            self._rows.addWidget(tick)
        self.another.clear()
        self.search.clear()
        self._fit()
        self.changed.emit()

    def _add(self) -> None:
        typed = self.another.text().strip()
        if typed:
            known = [tick.name for tick in self.ticks]
            self._show([*known, typed], set(self.chosen()), set(self.seeing()))
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
        for tick in self.ticks:
            tick.retranslate()
        set_texts(self.add, self.tr("Add name"), self.tr("Add this name"))

    def restyle(self) -> None:
        for tick in self.ticks:
            tick.setFixedHeight(themes.current.px(LINE))
        self._fit()
