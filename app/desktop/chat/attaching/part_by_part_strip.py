"""Says how far the model has gone through what is attached to a question, and lets a person stop that."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.shown_chat import ShownChat
from app.desktop.widgets.banner import Banner, BannerAction
from app.format import format_count
from app.services.chat.events import PartsEnded, PartsRead
from app.services.events import ServiceEvent
from engine.errors import UserError


class PartByPartStrip(QObject):
    """Tells in `strip` of the chat that is shown. `not_sent` carries the chat and the words of a question that was
    not asked, and why, None where a person stopped it."""

    not_sent = Signal(int, str, object)

    def __init__(self, calls: ServiceCalls, shown: ShownChat, strip: Banner) -> None:
        super().__init__(strip)
        self._calls, self._shown, self._strip = calls, shown, strip
        self._under_way: dict[int, PartsRead] = {}

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, PartsRead):
                self._under_way[event.conversation] = event
                self.show()
            elif isinstance(event, PartsEnded):
                self._under_way.pop(event.conversation, None)
                if event.conversation == self._shown.now.id:
                    self._strip.hide()
                if not event.sent:
                    error = UserError.from_info(event.error) if event.error else None
                    self.not_sent.emit(event.conversation, event.question, error)

    def show(self) -> None:
        """Say it of the chat that is shown now."""
        event = self._under_way.get(self._shown.now.id or 0)
        if event is None:
            return
        text = self.tr("Reading “{name}”: part {part} of {count}").format(
            name=event.name, part=format_count(event.part), count=format_count(event.of)
        )
        stop = BannerAction(self.tr("Stop"), lambda: self._stop(event.conversation))
        self._strip.say(text, [stop], colour="accent")

    def _stop(self, conversation: int) -> None:
        self._calls.do(lambda s: s.part_by_part.stop(conversation), executor="io")
