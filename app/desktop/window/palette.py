"""The palette (Ctrl+K): commands and conversations by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QListView, QWidget

from app.desktop.base.entry_delegate import ROW, EntryDelegate
from app.desktop.base.fuzzy import fuzzy_score
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.overlay import Overlay

SHOWN = 9
MOST = 100


class Entry(NamedTuple):
    """Something to choose; `note` stands at the right (keys of a command)."""

    text: str
    note: str
    act: Callable[[], object]


class Palette(Overlay):
    """Opened with its entries; the chosen one acts after the palette has closed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, 560)
        self._entries: list[Entry] = []
        self._found: list[Entry] = []
        self.field = TextField(self.card)
        self._model = QStringListModel(self)
        self.list = QListView(self.card)
        self.list.setModel(self._model)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(EntryDelegate(self.list, lambda row: self._found[row].note))
        self._nothing = text_label(self.card, "small")
        self.inside.addWidget(self.field)
        self.inside.addWidget(self._nothing)
        self.inside.addWidget(self.list)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.refresh()

    def open_with(self, entries: Sequence[Entry]) -> None:
        self._entries = list(entries)
        self.field.clear()
        self._filter("")
        self.open()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def shown(self) -> list[str]:
        return [entry.text for entry in self._found]

    def _filter(self, query: str) -> None:
        scored = [(fuzzy_score(query, entry.text), entry) for entry in self._entries]
        found = [(score, entry) for score, entry in scored if score is not None]
        # Stable: what is equally good keeps its place.
        found.sort(key=lambda pair: -pair[0])
        self._found = [entry for _, entry in found[:MOST]]
        self._model.setStringList([entry.text for entry in self._found])
        self.list.setCurrentIndex(self._model.index(0))
        self.list.setVisible(bool(self._found))
        self._nothing.setVisible(not self._found)
        rows = min(SHOWN, len(self._found))
        self.list.setFixedHeight(rows * themes.current.px(ROW) + 2)
        self.card.adjustSize()

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._found):
            act = self._found[row].act
            self.close_overlay()
            act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        assert isinstance(event, QKeyEvent)
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.key() in moves:
            QApplication.sendEvent(self.list, event)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex().row())
            return True
        return False

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Type a command or the title of a chat"))
        self.field.setAccessibleName(self.tr("Command palette"))
        self.list.setAccessibleName(self.tr("Found"))
        self._nothing.setText(self.tr("Nothing found."))
