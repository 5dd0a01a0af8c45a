"""A model file that a person opened outside: what it is, what it would be here, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.language import languages
from app.desktop.models.library_text import library_title, what_it_is
from app.desktop.text.run_labels import folder_text
from app.desktop.text.template_text import no_template_sentence
from app.desktop.text.verdict_text import verdict_chip, verdict_sentence
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import name_icon, set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.store.records import LibraryModel
from engine.errors import UserError
from engine.hub.values import Verdict
from engine.text import clean_text


class OfferedCard(Card):
    """Shows what it is given. Its buttons are `use`, `add` and `close_button`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._model: LibraryModel | None = None
        self._verdict: Verdict | UserError | None = None
        self._has_template = True
        self.close_button = push_button(self, "icon")
        self.use, self.add = push_button(self, "primary"), push_button(self, "bar")
        self.add_to_head(self.close_button)
        self.what, self.place = wrapped_label(self, "small"), wrapped_label(self, "small")
        self.chip = Chip(self)
        self.sentence = wrapped_label(self)
        self.lack = wrapped_label(self, "warning")
        self.promise = wrapped_label(self, "small")
        self._foot = FlowRow(self, self.use, self.add)
        for words in (self.what, self.place):
            self.inside.addWidget(words)
        self.inside.addLayout(Row(self.chip, STRETCH))
        for words in (self.sentence, self.lack, self.promise):
            self.inside.addWidget(words)
        self.inside.addWidget(self._foot)
        self.refresh()

    def show_looking(self, path: str) -> None:
        """A file is being read."""
        self._path, self._model = path, None
        self._verdict, self._has_template = None, True
        self.retranslate()
        self.show()
        self.close_button.setFocus()  # the harmless one: a key that was meant elsewhere adds nothing

    def show_model(self, model: LibraryModel) -> None:
        self._path, self._model = model.path, model
        self.retranslate()

    def show_verdict(self, verdict: Verdict | UserError | None, *, has_template: bool) -> None:
        self._verdict, self._has_template = verdict, has_template
        self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_button.click()
        else:
            super().keyPressEvent(event)

    def _show_verdict(self) -> None:
        verdict = self._verdict
        self.chip.setVisible(isinstance(verdict, Verdict))
        sentence = ""
        if isinstance(verdict, Verdict):
            words, tone = verdict_chip(verdict)
            whole = verdict_sentence(verdict)
            self.chip.say(words, tone, whole)
            sentence = "" if tone == "accent" and verdict.busy is None else whole
        elif verdict is not None:
            sentence = languages.tell(verdict)
        elif self._model is not None:
            sentence = self.tr("Checking what it would be on this computer…")
        show_text(self.sentence, sentence)
        show_text(self.lack, "" if self._has_template else no_template_sentence())

    def retranslate(self) -> None:
        model = self._model
        name = clean_text(Path(self._path).name) if model is None else library_title(model)
        self.set_title(name)
        looking = self.tr("Reading the file…")
        show_text(self.what, looking if model is None else what_it_is(model))
        show_text(self.place, clean_text(folder_text(self._path)))
        self._show_verdict()
        promise = self.tr("Used in place: nothing is copied or moved.")
        show_text(self.promise, "" if model is None else promise)
        self._foot.setVisible(model is not None)
        set_texts(self.use, self.tr("Use in chat"), self.tr("Use {name} in the chat").format(name=name))
        said = self.tr("Add {name} to the library").format(name=name)
        set_texts(self.add, self.tr("Add to the library"), said)
        name_icon(self.close_button, self.tr("Close without adding it"))
        self._foot.refit()

    def restyle(self) -> None:
        set_icon(self.close_button, "x", "muted", 16)
