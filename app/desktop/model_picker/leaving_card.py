"""Asks once for each server whether text may leave this computer for it, before its model is used."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.base.theme import themes
from app.desktop.text.remote_marks import leaving
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Overlay
from engine.remote.names import RemoteName

WIDTH = 460


class Leaving(QObject):
    """Asks before text leaves for a server for the first time; over the window of `owner`."""

    def __init__(self, calls: ServiceCalls, owner: QWidget) -> None:
        super().__init__(owner)
        self._calls, self._owner = calls, owner
        self._then: Callable[[], None] | None = None
        self._asking: Task | None = None
        self.card: LeavingCard | None = None

    def before(self, model: str, then: Callable[[], None]) -> None:
        """Call `then` at once for a model of this computer ("openai:URL#NAME" is elsewhere) and for a server that was
        agreed to, else once a person agrees; a question that is not answered yet gives way."""
        self.give_way()
        remote = leaving(model)
        if remote is None:
            then()
            return
        self._asking = self._calls.do(
            lambda s: s.remote_servers.is_new(model),
            lambda is_new: self._ask(remote, then) if is_new else then(),
            executor="io",
            owner=self,
        )

    def give_way(self) -> None:
        """Another model was chosen: the one before it is not used, however late it is known that it may be."""
        self._then = None
        if self._asking is not None:
            self._asking.cancel()

    def _ask(self, remote: RemoteName, then: Callable[[], None]) -> None:
        self._then = then
        if self.card is None:
            self.card = LeavingCard(self._owner.window())
            self.card.agreed.connect(self._agreed)
        self.card.ask(remote)

    def _agreed(self, url: str) -> None:
        then, self._then = self._then, None
        self._asking = self._calls.do(
            lambda s: s.remote_servers.agree(url),
            lambda _: then() if then is not None else None,
            executor="io",
            owner=self,
        )


class LeavingCard(Overlay):
    """`agreed` carries the address of the server that text may leave for."""

    agreed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._remote: RemoteName | None = None
        self.title = text_label(self.card, "title")
        self.words = wrapped_label(self.card)
        self.once = wrapped_label(self.card, "small")
        self.use = push_button(self.card, "primary")
        self.cancel = push_button(self.card)
        for label in (self.title, self.words, self.once):
            self.inside.addWidget(label)
        self.inside.addLayout(Row(STRETCH, self.cancel, self.use, spacing=8))
        self.use.clicked.connect(self._agree)
        self.cancel.clicked.connect(self.close_overlay)
        self.refresh()

    def ask(self, remote: RemoteName) -> None:
        """Ask about the server of this model."""
        self._remote = remote
        self.retranslate()
        self.open()
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(
            QAccessibleAnnouncementEvent(self, f"{self.title.text()}. {self.words.text()}")
        )

    def _agree(self) -> None:
        remote = self._remote
        self.close_overlay()
        if remote is not None:
            self.agreed.emit(remote.url)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.use if self.use.hasFocus() else self.cancel).click()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        remote = self._remote
        self.title.setText(self.tr("Text will leave this computer"))
        words = []
        if remote is not None:
            words.append(
                self.tr(
                    "{model} runs on {host}. What you write to it is sent there, and so is what it reads in "
                    "runs: files, pages, and results. Whoever runs that server can read it."
                ).format(model=remote.model, host=remote.host)
            )
            if remote.url.startswith("http:"):
                words.append(
                    self.tr("The connection is not encrypted: others on the network can read it too.")
                )
        self.words.setText("\n\n".join(words))
        self.once.setText(
            self.tr("You’re asked once for each server. Its models are marked wherever you use them.")
        )
        set_texts(self.use, self.tr("Use it"), self.tr("Use this model, and let text leave this computer"))
        set_texts(self.cancel, self.tr("Cancel"))

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        self.inside.setContentsMargins(px(20), px(18), px(20), px(18))
        self.inside.setSpacing(px(12))
