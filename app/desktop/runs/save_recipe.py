"""Keeping what stands in the form as a recipe of one's own."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.forms.checked_field import Complaint
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.collapsible import Collapsible
from app.desktop.widgets.labels import set_texts, wrapped_label
from engine.errors import UserError

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def parameters_in(
    task: str, known: tuple[tuple[str, str, str], ...] = ()
) -> tuple[tuple[str, str, str], ...]:
    """The parameters of a task: each name in braces, in their order, as it is known or with itself for a label."""
    as_known = {parameter[0]: parameter for parameter in known}
    names = dict.fromkeys(PLACE.findall(task))
    return tuple(as_known.get(name, (name, name.replace("_", " "), "")) for name in names)


class SaveRecipe(Collapsible):
    """`save_wanted` carries the title and the description."""

    save_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about = wrapped_label(self, "small")
        self.title, self.description = TextField(self), TextField(self)
        self.complaint = Complaint(self)
        self.save = push_button(self)
        for widget in (self._about, self.title, self.description, self.complaint):
            self.inside.addWidget(widget)
        self.inside.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)
        self.save.clicked.connect(self._save)
        self.title.returnPressed.connect(self._save)
        self.title.textChanged.connect(lambda _: self.say(None))
        self.refresh()

    def propose(self, title: str, description: str = "") -> None:
        self.title.setText(title)
        self.description.setText(description)

    def say(self, error: UserError | None) -> None:
        self.complaint.say(error)

    def _save(self) -> None:
        self.save_wanted.emit(self.title.text().strip(), self.description.text().strip())

    def retranslate(self) -> None:
        self.set_words(self.tr("Save as a skill"))
        self._about.setText(
            self.tr(
                "A skill saves the task with its tools, mode, and budget. Words in braces, such as "
                "{topic}, become fields to fill in before each start."
            )
        )
        self.title.setPlaceholderText(self.tr("Name"))
        self.title.setAccessibleName(self.tr("Name of the skill"))
        self.description.setPlaceholderText(self.tr("What it’s for, in one sentence"))
        self.description.setAccessibleName(self.tr("Description of the skill"))
        set_texts(self.save, self.tr("Save"), self.tr("Save the skill"))
