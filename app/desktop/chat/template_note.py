"""The strip that says, before the first answer, that the model in use was not made for chats."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.text.template_text import no_template_sentence
from app.desktop.widgets.banner import Banner
from app.services.models.events import ModelChanged


class TemplateNote(Banner):
    """Shown while a model without a chat template is in use, until a person closes it for this model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._path = ""  # of the model that it is about
        self._read: set[str] = set()
        super().__init__(parent)
        self.closed.connect(lambda: self._read.add(self._path))

    def show_model(self, state: ModelChanged) -> None:
        """What is not told while the model loads is as it was."""
        if state.facts is None and state.error is None and state.path == self._path:
            return
        self._path = state.path
        plan = state.facts.plan if state.facts is not None else None
        bare = plan is not None and any(notice.code == "template.none" for notice in plan.notices)
        if bare and state.path not in self._read:
            self.say(no_template_sentence())
        else:
            self.hide()

    def retranslate(self) -> None:
        super().retranslate()
        if not self.isHidden():
            self.say(no_template_sentence())
