"""The list over the composer of what can be inserted. The keyboard stays in the message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QListView, QWidget

from app.desktop.base.entry_delegate import ROW, EntryDelegate
from app.desktop.base.fuzzy import fuzzy_score
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.labels import announce
from app.desktop.widgets.layouts import Column

SHOWN, MOST = 8, 100


class Insertion(NamedTuple):
    """Something to insert; `note` stands at the right, `value` says what it is. `name` is found as well."""

    text: str
    note: str
    value: Any
    name: str = ""


class InsertionList(ThemedWidget):
    """`chosen` carries the `value` of what a person chose."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._entries: Sequence[Insertion] = ()
        self._found: list[Insertion] = []
        self._model = QStringListModel(self)
        self.list = QListView(self)
        self.list.setModel(self._model)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(EntryDelegate(self.list, lambda row: self._found[row].note))
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        Column(self.list, parent=self, margins=(6, 6, 6, 6))
        self.refresh()
        self.hide()

    def show_entries(self, entries: Sequence[Insertion], query: str) -> None:
        """Those that match `query`, the best first; hidden where none does."""
        self._entries = entries
        scored = [(_score(query, entry), entry) for entry in entries]
        found = [(score, entry) for score, entry in scored if score is not None]
        found.sort(key=lambda pair: -pair[0])  # stable: what is equally good keeps its place
        self._found = [entry for _, entry in found[:MOST]]
        was_hidden = self.isHidden()
        self._model.setStringList([entry.text for entry in self._found])
        self.list.setCurrentIndex(self._model.index(0))
        self.restyle()
        self.setVisible(bool(self._found))
        if was_hidden and self._found:
            self.raise_()
            announce(self, self._found[0].text)

    def shown(self) -> list[str]:
        return [entry.text for entry in self._found] if self.isVisible() else []

    def step(self, offset: int) -> None:
        """Choose another line with the arrow keys."""
        row = (self.list.currentIndex().row() + offset) % max(1, len(self._found))
        self.list.setCurrentIndex(self._model.index(row))
        announce(self, self._found[row].text)

    def take(self) -> None:
        """Insert the current line."""
        self._choose(self.list.currentIndex().row())

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._found):
            value = self._found[row].value
            self.hide()
            self.chosen.emit(value)

    def retranslate(self) -> None:
        self.list.setAccessibleName(self.tr("Insert"))

    def restyle(self) -> None:
        rows = min(SHOWN, len(self._found))
        self.list.setFixedHeight(rows * themes.current.px(ROW) + 2)
        self.adjustSize()


def _score(query: str, entry: Insertion) -> int | None:
    scores = [
        score for text in (entry.text, entry.name) if text and (score := fuzzy_score(query, text)) is not None
    ]
    return max(scores, default=None)
