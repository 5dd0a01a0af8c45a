"""One model that suits this machine: what it is, what it takes, why one would want it, and the way to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSpacerItem, QWidget

from app.desktop.base.language import languages
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.format import format_size, format_speed
from engine.errors import ErrorInfo

if TYPE_CHECKING:
    from app.services.hub.catalogue import CataloguePick

PickState = Literal["offered", "asking", "queued", "running", "paused", "verifying", "done", "failed"]


class PickCard(QFrame):
    """`get_wanted` and `use_wanted` are its button, whichever it is by then; `show_wanted` asks for the downloads."""

    get_wanted = Signal()
    use_wanted = Signal()
    show_wanted = Signal()

    def __init__(self, pick: CataloguePick, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pick = pick
        self.state: PickState = "offered"
        self._fraction, self._offline = 0.0, False
        self._error: ErrorInfo | None = None
        self.setProperty("kind", "card")
        self._name, self._figures, self._why, self._note = (
            text_label(self, kind, wraps=True) for kind in ("heading", "small", "", "small")
        )
        self.button = push_button(self)
        self.show_link = push_button(self, "link")
        self._foot = Row(self.button, self.show_link, spacing=8)
        self._room = QSpacerItem(0, 0)
        self._foot.addItem(self._room)
        self._foot.addStretch(1)
        Column(
            self._name,
            self._figures,
            self._why,
            STRETCH,
            self._note,
            self._foot,
            parent=self,
            margins=(16, 14, 16, 14),
            spacing=6,
        )
        self.button.clicked.connect(self._press)
        self.show_link.clicked.connect(self.show_wanted)
        self.restyle()
        self.retranslate()

    @property
    def model(self) -> str:
        """What it will be called in the library: "OWNER/REPO:QUANT"."""
        return f"{self.pick.entry.repo}:{self.pick.entry.variant}"

    def show_state(self, state: PickState, fraction: float = 0.0, error: ErrorInfo | None = None) -> None:
        """How far it is; `error` says why it "failed"."""
        self.state, self._fraction, self._error = state, fraction, error
        self.retranslate()

    def show_offline(self, offline: bool) -> None:
        """Nothing can be got while one is offline on purpose."""
        self._offline = offline
        self.retranslate()

    def _press(self) -> None:
        if self.state == "done":
            self.use_wanted.emit()
        else:
            self.get_wanted.emit()

    def _percent(self) -> str:
        return str(min(99, int(self._fraction * 100)))

    def _note_text(self) -> str:
        if self.state == "failed" and self._error is not None:
            return languages.tell(self._error)
        busy = self.pick.verdict.busy
        if busy is not None and self.state in ("offered", "done"):
            return languages.tell(busy)
        return {
            "asking": self.tr("Contacting Hugging Face…"),
            "queued": self.tr("Queued"),
            "running": self.tr("Downloading, {percent}%").format(percent=self._percent()),
            "verifying": self.tr("Verifying every byte…"),
            "paused": self.tr("Paused at {percent}%").format(percent=self._percent()),
            "done": self.tr("Ready."),
        }.get(self.state, "")

    def _figures_text(self) -> str:
        size = format_size(self.pick.entry.download)
        if self.pick.tps <= 0:
            return size
        return self.tr("{size} · about {speed} tok/s").format(size=size, speed=format_speed(self.pick.tps))

    def retranslate(self) -> None:
        entry = self.pick.entry
        self._name.setText(entry.name)
        self._figures.setText(self._figures_text())
        self._figures.setToolTip(languages.tell(self.pick.sentence))
        self._why.setText(entry.why_ko if languages.current == "ko" else entry.why_en)
        self._note.setText(self._note_text())
        set_kind(self._note, "bad" if self.state == "failed" else "small")
        words, name = {
            "failed": (self.tr("Try again"), self.tr("Try downloading {name} again")),
            "done": (self.tr("Use it"), self.tr("Use {name}")),
        }.get(self.state, (self.tr("Get"), self.tr("Get {name}, {figures}")))
        set_texts(self.button, words, name.format(name=entry.name, figures=self._figures.text()))
        self.button.setVisible(self.state in ("offered", "failed", "done"))
        self.button.setEnabled(self.state == "done" or not self._offline)
        set_kind(self.button, "primary" if self.state == "done" else "bar")
        set_texts(
            self.show_link, self.tr("Show"), self.tr("Show the download of {name}").format(name=entry.name)
        )
        self.show_link.setVisible(self.state in ("queued", "running", "paused", "verifying"))

    def restyle(self) -> None:
        px = themes.current.px
        # Room for what comes when it is got, so that nothing moves then.
        self._note.setMinimumHeight(px(18))
        self._room.changeSize(0, px(36))
        self._why.setFont(themes.current.font(13))
