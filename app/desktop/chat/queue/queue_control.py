"""What a person does with the questions that wait in the shown chat, carried out."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.queue.queue_strip import QueueStrip
from app.services.chat.events import QueueStopped
from app.services.events import ServiceEvent
from app.store.records import Conversation, Queued, text_of
from engine.errors import UserError


class QueueControl(QObject):
    """`failed` carries a UserError that says why a question still waits, `given_back` the words of one that does no
    longer: they and what is attached are in the draft."""

    failed = Signal(object)
    given_back = Signal(str)

    def __init__(self, calls: ServiceCalls, strip: QueueStrip) -> None:
        super().__init__(strip)
        self._calls, self.strip = calls, strip
        self._conversation: int | None = None
        strip.edited.connect(self._edit)
        strip.dropped.connect(self._drop)
        strip.taken_back.connect(self._take_back)
        strip.moved.connect(self._move)
        strip.busy.connect(self._hold)
        strip.send_wanted.connect(self._send)

    def show_chat(self, conversation: Conversation | None) -> None:
        """What waits in this chat, which may be another one."""
        shown = None if conversation is None else conversation.id
        if shown != self._conversation:
            self.strip.clear()
            self._conversation = shown
        self.strip.show_questions(() if conversation is None else conversation.queued)

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, QueueStopped) and event.conversation == self._conversation:
                self.failed.emit(UserError.from_info(event.error))

    def _edit(self, place: int, before: Queued, text: str) -> None:
        chat = self._chat
        self._calls.do(lambda s: s.queue.edit(chat, place, before, text))

    def _drop(self, place: int, question: Queued) -> None:
        chat = self._chat
        self._calls.do(lambda s: s.queue.drop(chat, place, question))

    def _take_back(self, place: int, question: Queued) -> None:
        chat = self._chat

        def done(found: bool) -> None:
            if found and chat == self._conversation:
                self.given_back.emit(text_of(question))

        self._calls.do(lambda s: s.queue.take_back(chat, place, question), done, owner=self)

    def _move(self, place: int, question: Queued, to: int) -> None:
        chat = self._chat
        self._calls.do(lambda s: s.queue.move(chat, place, question, to))

    def _hold(self, on: bool) -> None:
        chat = self._chat
        self._calls.do(lambda s: s.queue.hold(chat, on))

    def _send(self) -> None:
        chat = self._chat
        self._calls.do(lambda s: s.queue.send_now(chat), None, self.failed.emit, owner=self)

    @property
    def _chat(self) -> int:
        assert self._conversation is not None
        return self._conversation
