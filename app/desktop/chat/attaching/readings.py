"""Reads what is attached, one after the other, off the GUI thread; it belongs to its chat, whichever is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.chat.shown_branch import Shown
from app.store.records import Attachment, Conversation
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

# A file, a scan that is attached, or gives a name with bytes: off the GUI thread, as it may have to make them.
Given = Path | Attachment | Callable[["Services"], tuple[str, bytes]]
# Progress is shown no more often.
TELL_S = 0.2


class Reading:
    """One thing for the chat `now`, which has the id `conversation` once it is known. `instead`: what it replaces.
    `done`: how many of its parts were read. Of an attachment that is `given` the model
    reads the pages that are pictures: it is at `done` of `of`."""

    def __init__(
        self,
        now: Shown,
        name: str,
        given: Given,
        instead: Attachment | None = None,
        parts: tuple[int, int] = (0, 0),
    ) -> None:
        self.now, self.name, self.given = now, name, given
        self.instead, self.parts = instead, parts
        self.conversation = self.done = self.of = 0
        self.task: Task | None = None

    def work(self, services: Services, task: Task) -> Attachment:
        if isinstance(self.given, Attachment):
            return services.scans.read(
                self.conversation, self.given, cancelled=lambda: not task.keep_going(), on_progress=task.tell
            )
        given = self.given if isinstance(self.given, Path) else self.given(services)
        first, last = self.parts
        told = 0.0

        def tell(done: int) -> None:
            nonlocal told
            if (now := time.monotonic()) - told > TELL_S:
                told = now
                task.tell(done)

        return services.attachments.attach(
            self.conversation,
            given,
            first=first,
            last=last,
            cancelled=lambda: not task.keep_going(),
            on_progress=tell,
        )


class Readings(QObject):
    """`changed` comes when one begins, goes on or ends. `kept` carries the Conversation whose draft has one more
    attachment; `folder` the path of a folder, which nothing can be attached of."""

    changed = Signal()
    kept = Signal(object)
    folder = Signal(str)
    # A UserError: what was read could not be kept.
    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QObject) -> None:
        super().__init__(parent)
        self._calls = calls
        self._all: list[Reading] = []

    def of(self, now: Shown) -> list[Reading]:
        """Those of a chat, in their order."""
        return [reading for reading in self._all if _is_of(reading, now)]

    def add(self, reading: Reading) -> None:
        """Let one wait for its turn. `begin` follows when its chat is known."""
        self._all.append(reading)
        self.changed.emit()

    def begin(self, reading: Reading, conversation: int) -> None:
        reading.conversation = conversation
        self._next()

    def cancel(self, reading: Reading) -> None:
        if reading.task is not None:
            reading.task.cancel()
        self._end(reading)

    def _next(self) -> None:
        due = [reading for reading in self._all if reading.conversation]
        if not due or due[0].task is not None:
            return
        reading = due[0]
        reading.task = self._calls.stream(
            reading.work,
            lambda done: self._go_on(reading, done),
            lambda attachment: self._keep(reading, attachment),
            lambda error: self._fail(reading, error),
            executor="files",
            owner=self,
        )
        self.changed.emit()

    def _go_on(self, reading: Reading, done: int | tuple[int, int]) -> None:
        reading.done, reading.of = done if isinstance(done, tuple) else (done, 0)
        self.changed.emit()

    def _keep(self, reading: Reading, attachment: Attachment) -> None:
        code = "" if attachment.reason is None else attachment.reason.code
        if code == "attachment.folder":
            self.folder.emit(str(reading.given))
        if code in ("attachment.folder", "attachment.cancelled"):
            self._end(reading)
            return
        conversation, instead = reading.conversation, reading.instead
        self._calls.do(
            lambda s: _with(s, conversation, attachment, instead),
            lambda changed: self._kept(reading, changed),
            lambda error: self._fail(reading, error),
            owner=self,
        )

    def _kept(self, reading: Reading, conversation: Conversation) -> None:
        if reading in self._all:
            self._all.remove(reading)
        self.kept.emit(conversation)
        self._next()

    def _fail(self, reading: Reading, error: UserError) -> None:
        if error.code != "store.no_conversation":  # deleted meanwhile
            self.failed.emit(error)
        self._end(reading)

    def _end(self, reading: Reading) -> None:
        if reading in self._all:
            self._all.remove(reading)
        self.changed.emit()
        self._next()


def _is_of(reading: Reading, now: Shown) -> bool:
    return reading.now is now or (now.id is not None and reading.conversation == now.id)


def _with(
    services: Services, conversation: int, attachment: Attachment, instead: Attachment | None
) -> Conversation:
    """Put one into the draft, once, at the end or `instead` of another."""
    had = services.conversations.get(conversation).attachments
    if instead in had:
        had = tuple(attachment if each == instead else each for each in had)
    elif attachment not in had:
        had = (*had, attachment)
    return services.attachments.set_draft(conversation, had)
