"""What a recipe asks for before it can be started: a field for each of its parameters."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.desktop.base.text_field import TextField
from app.desktop.forms.checked_field import Complaint
from app.desktop.widgets.layouts import Column, discard
from app.services.runs.values import Recipe
from engine.errors import UserError


class RecipeFields(QWidget):
    """`changed` comes with each letter."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, QLineEdit] = {}
        self._parts: list[QWidget] = []
        self.complaint = Complaint(self)
        self._rows = Column(spacing=6)
        Column(self._rows, self.complaint, parent=self)

    def show_recipe(self, recipe: Recipe | None) -> None:
        """Its parameters, each with its default."""
        for part in self._parts:
            discard(part, self._rows)
        self.fields, self._parts = {}, []
        self.complaint.say(None)
        for name, label, default in recipe.parameters if recipe is not None else ():
            words, field = QLabel(label, self), TextField(default, self)
            words.setProperty("kind", "heading")
            words.setBuddy(field)
            field.setAccessibleName(label)
            field.textChanged.connect(self._changed)
            self.fields[name] = field
            self._parts += [words, field]
            self._rows.addWidget(words)
            self._rows.addWidget(field)
        self.setVisible(bool(self.fields))

    def values(self) -> dict[str, str]:
        return {name: field.text() for name, field in self.fields.items()}

    def say(self, error: UserError | None) -> None:
        self.complaint.say(error)

    def take_focus(self) -> bool:
        """The first field that is empty, else the first; False when there is none."""
        fields = list(self.fields.values())
        if not fields:
            return False
        next((field for field in fields if not field.text().strip()), fields[0]).setFocus()
        return True

    def _changed(self) -> None:
        self.complaint.say(None)
        self.changed.emit()
