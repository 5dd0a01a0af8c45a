"""What to search for: the field and the menus beside it."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.models.discover.queries import LICENCES, SIZES, SORTS, Filters, query_of
from app.desktop.text.words import licence_name
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.layouts import Column
from app.format import format_large_count
from engine.hub.values import Query

PAUSE_MS = 300
FIELD = 260


class SearchField(TextField):
    """Down goes on to the list, Escape empties the field."""

    left_downwards = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class SearchBar(TranslatedWidget):
    """`query_changed` carries a `Query`, or None where nothing is asked for; `typed` comes at each letter."""

    query_changed = Signal(object)
    typed = Signal()
    list_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filters = Filters()
        self._told: Query | None = None
        self.field = SearchField(self)
        self.field.setMaxLength(200)
        self.sort, self.licence, self.parameters = ChoiceButton(self), ChoiceButton(self), ChoiceButton(self)
        self._menus = FlowRow(self, self.sort, self.licence, self.parameters)
        self._row = FoldingRow(self, (self.field, 1, FIELD), self._menus)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        Column(self._row, parent=self)
        self._pause.timeout.connect(self._tell)
        self.field.textChanged.connect(self._text_changed)
        self.field.returnPressed.connect(self._entered)
        self.field.left_downwards.connect(self.list_wanted)
        self.sort.chosen.connect(lambda value: self._choose(sort=value))
        self.licence.chosen.connect(lambda value: self._choose(licence=value))
        self.parameters.chosen.connect(lambda value: self._choose(most_parameters=value))
        self.retranslate()

    def query(self) -> Query | None:
        return query_of(self.field.text(), self._filters)

    def search(self, text: str) -> None:
        """Ask for `text` at once."""
        self.field.setText(text)
        self._tell()

    def again(self) -> None:
        """Ask once more for the same."""
        self._pause.stop()
        self._told = self.query()
        self.query_changed.emit(self._told)

    def clear(self) -> None:
        """Neither words nor filters."""
        self._filters = Filters()
        self.retranslate()
        self.field.clear()
        self._tell()

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _choose(self, **chosen: Any) -> None:
        self._filters = msgspec.structs.replace(self._filters, **chosen)
        self._menus.refit()
        self.typed.emit()
        self._tell()

    def _text_changed(self) -> None:
        self.typed.emit()
        if self.field.text().strip():
            self._pause.start()
        else:
            self._tell()

    def _entered(self) -> None:
        self._tell()
        self.list_wanted.emit()

    def _tell(self) -> None:
        self._pause.stop()
        query = self.query()
        if query != self._told:
            self._told = query
            self.query_changed.emit(query)

    def hideEvent(self, event: object) -> None:
        self._pause.stop()

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Search models, or owner/name"))
        self.field.setAccessibleName(self.tr("Search Hugging Face"))
        names = {
            "trending": self.tr("Trending"),
            "downloads": self.tr("Most downloaded"),
            "likes": self.tr("Most liked"),
            "updated": self.tr("Recently updated"),
        }
        self.sort.set_choices(self.tr("Order"), [(sort, names[sort]) for sort in SORTS], self._filters.sort)
        licences = [(name, licence_name(name) or self.tr("Any license")) for name in LICENCES]
        self.licence.set_choices(self.tr("License"), licences, self._filters.licence)
        sizes = [
            (
                most,
                self.tr("Up to {count}").format(count=format_large_count(most, languages.current))
                if most
                else self.tr("Any size"),
            )
            for most in SIZES
        ]
        self.parameters.set_choices(self.tr("Parameters"), sizes, self._filters.most_parameters)
        self._menus.refit()
        self._row.fold()
