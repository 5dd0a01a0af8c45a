"""What is new in a version, and how far it is on its way to the next start."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, QUrl, Signal, SignalInstance
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.style import set_property
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, breakable, set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.slim_bar import SlimBar
from app.format import format_size, format_size_of
from app.services.updates.values import Release, UpdateState
from engine.errors import ErrorInfo

WIDTH = 520
# What is said where a file is to be had, and where only a page is.
BY_BROWSER = ("update.by_deb", "update.by_hand", "update.no_file")
# More than anybody reads here.
LONGEST_NOTES = 20_000
# Of a list, as people write it.
_DASHES = re.compile(r"^[-*] ", re.MULTILINE)


def notes_of(release: Release) -> str:
    """What its makers say of a version, in the language of the window if they did."""
    text = release.notes.get(languages.current) or release.notes.get("en", "")
    return _DASHES.sub("• ", text.strip()[:LONGEST_NOTES])


class UpdateSheet(Sheet):
    """`update_wanted`: fetch the version and put it in place; `stop_wanted`: end that; `restart_wanted`: start it
    now. `skip_wanted` and `later_wanted`: say no more of it, or not for some days.

    Closed while it works, it lets that go on.
    """

    update_wanted = Signal()
    stop_wanted = Signal()
    restart_wanted = Signal()
    skip_wanted = Signal()
    later_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._state = UpdateState()
        self._how: ErrorInfo | None = None
        inside = self.scroller.inside
        self.line, self.notes = wrapped_label(inside, "small"), wrapped_label(inside)
        self.told, self.bar = wrapped_label(inside, "small"), SlimBar(inside)
        for part in (self.line, self.notes, self.told, self.bar):
            self.scroller.column.addWidget(part)
        self.scroller.column.addStretch(1)
        self.scroller.column.setSpacing(10)
        self.skip, self.later = push_button(self.card), push_button(self.card)
        self.act = push_button(self.card, "primary")
        for each in (self.skip, STRETCH, self.later, self.act):
            self.foot.add(each)
        self.skip.clicked.connect(lambda: self._leave(self.skip_wanted))
        self.later.clicked.connect(self._put_off)
        self.act.clicked.connect(self.confirm)
        self.refresh()

    def show_state(self, state: UpdateState, how: ErrorInfo | None) -> None:
        """`how` says what a person does where Coterie cannot replace itself."""
        before, self._state, self._how = self._state, state, how
        if (before.phase, before.error, before.release) != (state.phase, state.error, state.release):
            self.retranslate()
            if self.isVisible():
                announce(self, self.told.text() or self.title.text())
        elif before.received != state.received:
            self._show_progress()

    def open(self) -> None:
        super().open()
        self.fit()
        self.act.setFocus(Qt.FocusReason.OtherFocusReason)

    def confirm(self) -> None:
        phase = self._state.phase
        if phase == "ready":
            self._leave(self.restart_wanted)
        elif phase == "found" and self._how is None:
            self.update_wanted.emit()
        else:
            if link := self._link():
                QDesktopServices.openUrl(QUrl(link))
            self.close_overlay()

    # Inside

    def _link(self) -> str:
        """Where a person gets the version with a browser; "" where that is no use."""
        release, how = self._state.release, self._how
        by_browser = self._state.phase == "found" and how is not None and how.code in BY_BROWSER
        return "" if release is None or not by_browser else release.link

    def _leave(self, wanted: SignalInstance) -> None:
        self.close_overlay()
        wanted.emit()

    def _put_off(self) -> None:
        if self._state.phase == "fetching":
            self.stop_wanted.emit()
        elif self._state.phase == "found":
            self._leave(self.later_wanted)
        else:
            self.close_overlay()

    def _show_progress(self) -> None:
        state = self._state
        size = 0 if state.release is None or state.release.file is None else state.release.file.bytes
        if state.phase == "fetching" and size:
            words = format_size_of(state.received, size, languages.current)
            self.bar.show_value(state.received / size, words)
            self.told.setText(self.tr("Downloading: {size}").format(size=words))

    def retranslate(self) -> None:
        state, release = self._state, self._state.release
        works = state.phase in ("fetching", "trying")
        version = "" if release is None else release.version
        title = self.tr("Coterie {version}").format(version=version)
        set_texts(self.title, title)
        self.card.setAccessibleName(title)
        file = None if release is None else release.file
        asks = state.phase == "found" and self._how is None
        size = format_size(file.bytes) if asks and file is not None else ""
        show_text(self.line, self.tr("Download: {size}").format(size=size) if size else "")
        show_text(self.notes, "" if release is None else breakable(notes_of(release)))
        self.bar.setVisible(state.phase == "fetching")
        self._say(state, version)
        self._show_progress()
        self.skip.setVisible(state.phase == "found")
        self.later.setVisible(asks or state.phase in ("fetching", "ready"))
        set_texts(self.skip, self.tr("Skip this version"))
        set_texts(self.later, self.tr("Stop") if works else self.tr("Later"))
        set_texts(self.act, self._action(works))
        self.fit()

    def _say(self, state: UpdateState, version: str) -> None:
        bad = state.phase == "found" and state.error is not None
        set_property(self.told, "kind", "bad" if bad else "small")
        if state.phase == "ready":
            words = self.tr("Version {version} is ready. It will be used the next time Coterie starts.")
        elif state.phase == "trying":
            words = self.tr("Making sure that version {version} starts on this computer…")
        elif state.phase == "fetching":
            words = self.tr("Downloading…")
        elif bad and state.error is not None:
            words = languages.tell(state.error).replace("{", "{{").replace("}", "}}")
        elif self._how is not None:
            words = languages.tell(self._how).replace("{", "{{").replace("}", "}}")
        else:
            words = ""
        show_text(self.told, breakable(words.format(version=version)))

    def _action(self, works: bool) -> str:
        if self._state.phase == "ready":
            return self.tr("Restart now")
        if works:
            return self.tr("Continue in background")
        if self._how is not None:
            return self.tr("Download") if self._link() else self.tr("Done")
        return self.tr("Try again") if self._state.error is not None else self.tr("Update")
