"""That a model is elsewhere, in words and as a mark: wherever the name of one that is in use is shown."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.chip import Chip
from engine.remote.names import RemoteName, read_name

MOST_OF_HOST = 30


def leaving(model: str) -> RemoteName | None:
    """Where text goes for the model of this name or path; None when it stays on this computer."""
    remote = read_name(model)
    return remote if remote is not None and remote.leaves else None


def short_mark() -> str:
    """The mark where there is room for a word."""
    return QCoreApplication.translate("Remote", "Remote")


def mark() -> str:
    """The mark where there is room for its reason."""
    return QCoreApplication.translate("Remote", "Remote: text leaves this computer")


def mark_sentence(remote: RemoteName) -> str:
    """The whole of it, with the place."""
    return QCoreApplication.translate(
        "Remote", "Anything sent to this model leaves your computer and goes to {host}."
    ).format(host=remote.host)


def short_host(remote: RemoteName) -> str:
    """The place for a line with little room: of a long name both ends."""
    host = remote.host
    return host if len(host) <= MOST_OF_HOST else f"{host[: MOST_OF_HOST // 2]}…{host[-MOST_OF_HOST // 2 :]}"


def place_name(remote: RemoteName) -> str:
    """Where a model is asked, as its detail in a list."""
    if remote.leaves:
        return QCoreApplication.translate("Remote", "remote, on {host}").format(host=remote.host)
    return QCoreApplication.translate("Remote", "a server on this computer, {host}").format(host=remote.host)


class RemoteChip(Chip):
    """The mark, hidden for a model of this computer. `short` has the word alone; the tool tip and the screen reader
    have the whole sentence."""

    def __init__(self, parent: QWidget | None = None, *, short: bool = False) -> None:
        super().__init__(parent, "warning")
        self._remote: RemoteName | None = None
        self._short = short
        self.hide()

    def show_model(self, model: str) -> None:
        """Mark the model of this name or path ("openai:URL#NAME"), "" for none."""
        self._remote = leaving(model)
        self._show()

    def set_short(self, short: bool) -> None:
        if short != self._short:
            hidden, self._short = self.isHidden(), short
            self._show()
            self.setHidden(hidden)

    def marks(self) -> bool:
        """Whether there is something to mark; who lays it out may still have no room for it."""
        return self._remote is not None

    def _show(self) -> None:
        remote = self._remote
        if remote is not None:
            self.say(short_mark() if self._short else mark(), explanation=mark_sentence(remote))
        self.setVisible(remote is not None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._remote is not None:
            hidden = self.isHidden()
            self._show()
            self.setHidden(hidden)
