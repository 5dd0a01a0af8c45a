"""Models that other programs have downloaded: found when asked for, and taken in where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.line_list import Line, LineList
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_size
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.library.values import Found

# Nobody reads more lines; the rest can be taken in together.
SHOWN = 40


class FoundModels(ThemedWidget):
    """Looks only when a button is pressed. Files stay where they are."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._found: tuple[Found, ...] | None = None
        self._busy = False
        self.look = push_button(self)
        self.add_all = push_button(self)
        self._words = text_label(self, "small", wraps=True)
        self.complaint = Complaint(self)
        self.list = LineList(self)
        bar = Row(self.look, self.add_all, (self._words, 1), spacing=8)
        Column(bar, self.list, self.complaint, parent=self, spacing=10)
        self.setFocusProxy(self.look)
        self.look.clicked.connect(self.search)
        self.add_all.clicked.connect(lambda: self._take_in(self._unknown()))
        self.list.acted.connect(lambda number: self._take_in(self._shown()[number : number + 1]))
        self.refresh()

    def search(self) -> None:
        """Look through the stores of other programs."""
        if self._busy:
            return
        self._begin()
        self._calls.do(
            lambda s: s.library.found_elsewhere(), self._take_found, self._could_not, executor="files"
        )

    def _shown(self) -> tuple[Found, ...]:
        return (self._found or ())[:SHOWN]

    def _unknown(self) -> tuple[Found, ...]:
        return tuple(found for found in self._found or () if not found.known)

    def _take_in(self, wanted: Sequence[Found]) -> None:
        if self._busy or not wanted:
            return
        self._begin()
        self._calls.do(
            lambda s: [s.library.import_(found.path, found.origin) for found in wanted],
            lambda _: self._taken_in(wanted),
            self._could_not,
            executor="files",
            owner=self,
        )

    def _begin(self) -> None:
        self._busy = True
        self.complaint.say(None)
        self._show_bar()

    def _take_found(self, found: tuple[Found, ...]) -> None:
        self._busy = False
        self._found = tuple(sorted(found, key=lambda one: (one.known, one.name.casefold())))
        self._show()

    def _taken_in(self, wanted: Sequence[Found]) -> None:
        self._busy = False
        paths = {found.path for found in wanted}
        self._found = tuple(
            msgspec.structs.replace(found, known=True) if found.path in paths else found
            for found in self._found or ()
        )
        self._show()
        self.look.setFocus(Qt.FocusReason.OtherFocusReason)

    def _could_not(self, error: UserError) -> None:
        self._busy = False
        self.complaint.say(error)
        self._show_bar()

    def _program(self, origin: str) -> str:
        return {
            "hf_cache": "Hugging Face",
            "lm_studio": "LM Studio",
            "ollama": "Ollama",
        }.get(origin, self.tr("File"))

    def _line(self, found: Found) -> Line:
        """Its name, whose it is and its size."""
        facts = f"{self._program(found.origin)} · {format_size(found.bytes)}"
        said = self.tr("Add {name} to the library").format(name=found.name)
        button = self.tr("In the library") if found.known else self.tr("Add")
        return Line(found.name, facts, button, said, not found.known, found.path)

    def _show(self) -> None:
        self.list.show_lines([self._line(found) for found in self._shown()])
        self._show_bar()

    def _show_bar(self) -> None:
        self.look.setEnabled(not self._busy)
        count = len(self._unknown())
        self.add_all.setVisible(count > 1)
        self.add_all.setEnabled(not self._busy)
        set_texts(
            self.add_all,
            self.tr("Add all {count}").format(count=count),
            self.tr("Add all {count} models to the library").format(count=count),
        )
        words = ""
        if self._busy:
            words = self.tr("Looking…") if self._found is None else self.tr("Reading…")
        elif self._found is not None and not self._found:
            words = self.tr("No models from other apps were found.")
        elif self._found is not None and len(self._found) > SHOWN:
            words = self.tr("{shown} of {count} are shown.").format(shown=SHOWN, count=len(self._found))
        self._words.setText(words)

    def retranslate(self) -> None:
        set_texts(self.look, self.tr("Look for models"), self.tr("Look for models from other apps"))
        self._show()
