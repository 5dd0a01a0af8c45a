"""A list that a person adds to: each entry is looked at before it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.line_list import Line, LineList
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import Column, Row
from engine.errors import UserError


class ListedTexts(QWidget):
    """`check` gives the text as it is kept, or raises UserError. `added` and `removed` carry one."""

    added = Signal(str)
    removed = Signal(str)

    def __init__(self, check: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check = check
        self._texts: tuple[str, ...] = ()
        self.list = LineList(self)
        self.field, self.add = TextField(self), push_button(self)
        self.complaint = Complaint(self)
        adding = Row((self.field, 1), self.add, spacing=8)
        Column(self.list, adding, self.complaint, parent=self, spacing=8)
        self.list.acted.connect(lambda number: self.removed.emit(self._texts[number]))
        self.add.clicked.connect(self._add)
        self.field.returnPressed.connect(self._add)
        self.field.textEdited.connect(lambda _: self._say(None))

    def show_texts(self, texts: Sequence[str], remove: str, remove_one: str) -> None:
        """`remove` is on each button, `remove_one` says the same with the field {text}."""
        self._texts = tuple(texts)
        self.list.show_lines([Line(text, "", remove, remove_one.format(text=text)) for text in texts])

    def set_words(self, placeholder: str, name: str, add: str) -> None:
        """What the field takes, its name, and what adding one is called."""
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(name)
        set_texts(self.add, add, name)

    def _add(self) -> None:
        text = self.field.text().strip()
        if not text:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        try:
            kept = self._check(text)
        except UserError as error:
            self._say(error)
            return
        self.field.clear()
        if kept not in self._texts:
            self.added.emit(kept)

    def _say(self, error: UserError | None) -> None:
        self.complaint.say(error)
        self.field.setAccessibleDescription(self.complaint.text())
