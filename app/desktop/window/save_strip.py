"""The line that says what could not be saved, and what can be done about damaged data."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.widgets.banner import Banner, BannerAction
from app.services.events import ServiceEvent, StoreFailed
from app.services.models.events import AnswerFinished
from engine.errors import UserError


class SaveStrip(Banner):
    """Stays until an answer is saved again. `restore_wanted` carries the UserError that says why a backup is to be
    restored."""

    restore_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, persistent=True)

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, StoreFailed):
                reason = self.tr("Not saved: {reason}").format(reason=languages.tell(event.error))
                self.say(reason, colour="bad")
                if event.error.code == "store.damaged":
                    self.offer_restore(UserError.from_info(event.error))
            elif isinstance(event, AnswerFinished):
                self.hide()

    def offer_restore(self, error: UserError) -> None:
        """Some of the data could not be read, wherever that was said."""
        restore = BannerAction(self.tr("Restore a backup…"), lambda: self.restore_wanted.emit(error))
        self.say(self.tr("The file with your chats is damaged."), [restore], "bad")
