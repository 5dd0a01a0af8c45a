"""What was removed and can still be had back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.forms.line_list import Line, LineList
from app.desktop.models.library_text import library_title
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.format import format_size
from app.store.records import LibraryModel


class TrashCard(Card):
    """`restore_wanted` carries an id. Emptying cannot be undone: its button asks once more in its own place."""

    restore_wanted = Signal(str)
    empty_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[LibraryModel, ...] = ()
        self.empty = push_button(self, "bar")
        self.sure = push_button(self, "bar")
        self.keep = push_button(self, "bar")
        self.add_to_head(self.empty)
        self._choice = FlowRow(self, self.sure, self.keep)
        self._words = wrapped_label(self, "small")
        self.list = LineList(self)
        self.inside.addWidget(self._words)
        self.inside.addWidget(self._choice)
        self.inside.addWidget(self.list)
        self.empty.clicked.connect(lambda: self._ask(True))
        self.keep.clicked.connect(lambda: self._ask(False))
        self.sure.clicked.connect(self._empty)
        self.list.acted.connect(lambda number: self.restore_wanted.emit(self._models[number].id))
        self._asking = False
        self.refresh()

    def show_trash(self, models: Sequence[LibraryModel]) -> None:
        if tuple(models) != self._models:
            self._models = tuple(models)
            self._asking = False
        self.setVisible(bool(models))
        self.retranslate()

    def _ask(self, on: bool) -> None:
        self._asking = on
        self.retranslate()
        # The harmless one has the focus.
        (self.keep if on else self.empty).setFocus()

    def _empty(self) -> None:
        self._asking = False
        self.retranslate()
        self.empty_wanted.emit()

    def _line(self, model: LibraryModel) -> Line:
        """A removed model and the way back."""
        title = library_title(model)
        said = self.tr("Restore {name}").format(name=title)
        return Line(title, format_size(model.bytes), self.tr("Restore"), said)

    def retranslate(self) -> None:
        size = format_size(sum(model.bytes for model in self._models))
        self.set_title(self.tr("Trash"), size if self._models and not self._asking else "")
        self._words.setText(
            self.tr("Kept for 30 days, then deleted.")
            if not self._asking
            else self.tr("Permanently delete these? Frees {size}.").format(size=size)
        )
        self.empty.setVisible(not self._asking)
        self._choice.setVisible(self._asking)
        for button, text, said in (
            (self.empty, self.tr("Empty"), self.tr("Empty the trash")),
            (self.sure, self.tr("Permanently delete"), self.tr("Permanently delete what is in the trash")),
            (self.keep, self.tr("Keep"), self.tr("Keep what is in the trash")),
        ):
            set_texts(button, text, said)
        self._choice.refit()
        self.list.show_lines([self._line(model) for model in self._models])
