"""The strip over the composer with a sentence that a model proposes to remember."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.widgets.banner import Banner, BannerAction
from app.services.chat.events import MemoriesChanged
from app.services.events import ServiceEvent
from app.store.records import Memory


class ProposalNote(Banner):
    """Shows one proposal of the shown chat after the other, until a person keeps it or not."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        self._calls = calls
        self._conversation: int | None = None
        self._memories: Sequence[Memory] = ()
        super().__init__(parent, framed=True)

    def show_chat(self, conversation: int | None) -> None:
        """The conversation that is shown."""
        if conversation != self._conversation:
            self._conversation = conversation
            self._show()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, MemoriesChanged):
                self._memories = event.memories
                self._show()

    def _show(self) -> None:
        proposed = next(
            (m for m in self._memories if not m.kept and m.conversation == self._conversation), None
        )
        if proposed is None:
            self.hide()
            return
        id = proposed.id
        keep = BannerAction(self.tr("Keep"), lambda: self._decide(id, keeps=True))
        leave = BannerAction(self.tr("Don’t keep"), lambda: self._decide(id, keeps=False))
        words = self.tr("Remember for later chats? “{text}”").format(text=proposed.text)
        self.say(words, [keep, leave], "muted")

    def _decide(self, id: int, *, keeps: bool) -> None:
        if keeps:
            self._calls.do(lambda s: s.memories.keep(id))
        else:
            self._calls.do(lambda s: s.memories.remove(id))

    def retranslate(self) -> None:
        super().retranslate()
        self._show()
