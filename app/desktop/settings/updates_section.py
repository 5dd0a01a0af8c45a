"""Which version this is, whether newer ones are looked for, and the way to the one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field, FormSection
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts
from app.format import format_size_of
from app.installation.facts import installation
from app.services.events import ServiceEvent
from app.services.updates.values import UpdateChanged, UpdateState
from engine.errors import UserError


class UpdatesSection(FormSection):
    """`update_wanted` asks for what is new, `restart_wanted` for the version that waits for the next start."""

    update_wanted = Signal()
    restart_wanted = Signal()

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(self._change, parent)
        self._calls = calls
        self._state = UpdateState()
        self._looking = False
        self._error: UserError | None = None
        self.act = push_button(self)
        self.act.clicked.connect(self._act)
        self.refresh()

    def open(self) -> None:
        """The page comes to the front."""
        if self._calls.services is not None:
            self._take(self._calls.services.updates.state)

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, UpdateChanged):
                self._take(event.state)

    def _take(self, state: UpdateState) -> None:
        self._state = state
        self.retranslate()

    def _change(self, **fields: Any) -> None:
        if "updates" in fields:
            fields["updates"] = "on" if fields["updates"] else "off"
        self._calls.do(lambda s: s.settings.change(**fields), lambda _: self._look(by_hand=False), owner=self)

    def value_of(self, key: str) -> Any:
        return self.settings.updates == "on" if key == "updates" else super().value_of(key)

    def _act(self) -> None:
        if self._state.phase == "ready":
            self.restart_wanted.emit()
        elif self._state.phase != "none":
            self.update_wanted.emit()
        else:
            self._look(by_hand=True)

    def _look(self, *, by_hand: bool) -> None:
        self._looking, self._error = self._looking or by_hand, None
        self.retranslate()
        self._calls.do(
            (lambda s: s.updates.look()) if by_hand else (lambda s: s.updates.look_if_due()),
            lambda _: self._looked(None, by_hand=by_hand),
            lambda error: self._looked(error, by_hand=by_hand),
            executor="net",
            owner=self,
        )

    def _looked(self, error: UserError | None, *, by_hand: bool) -> None:
        self._looking, self._error = self._looking and not by_hand, error
        self.open()
        self.retranslate()

    # Words

    def retranslate(self) -> None:
        super().retranslate()
        self._show_action()  # after the row has named it

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Updates"))
        here = installation()
        version = self.tr("Version {version}").format(version=here.version)
        if not here.updates:
            told = {"source": UserError("update.by_source"), "uv": UserError("update.by_uv")}.get(here.kind)
            words = languages.tell(told or UserError("update.no_address"))
            return (Field("state", version, words, self.act),)
        host = urlsplit(here.updates).hostname or here.updates
        look = self.tr("Once a day, at {host}. Nothing about you or this computer is sent.").format(host=host)
        beta = self.tr("Newer, but less reliable.")
        return (
            Field("state", version, self._said(), self.act),
            Field("updates", self.tr("Check for updates"), look),
            Field("beta_updates", self.tr("Include beta versions"), beta),
        )

    def _show_action(self) -> None:
        words = {
            "none": self.tr("Check now"),
            "found": self.tr("What’s new…"),
            "fetching": self.tr("Show…"),
            "trying": self.tr("Show…"),
            "ready": self.tr("Restart now"),
        }
        set_texts(self.act, words[self._state.phase])
        self.act.setVisible(bool(installation().updates))
        self.act.setDisabled(self._looking)

    def _said(self) -> str:
        state, release = self._state, self._state.release
        version = "" if release is None else release.version
        if self._looking:
            return self.tr("Checking for updates…")
        if self._error is not None:
            return languages.tell(self._error)
        if state.phase == "ready":
            return self.tr("A newer version is ready. It will be used the next time Coterie starts.")
        if state.phase == "fetching" and release is not None and release.file is not None:
            size = format_size_of(state.received, release.file.bytes, languages.current)
            return self.tr("Downloading version {version}: {size}").format(version=version, size=size)
        if state.phase == "trying":
            return self.tr("Making sure that version {version} starts on this computer…").format(
                version=version
            )
        if state.phase == "found":
            if state.error is not None:
                return languages.tell(state.error)
            return self.tr("Version {version} is available.").format(version=version)
        if not state.looked:
            return ""
        moment = QDateTime.fromSecsSinceEpoch(int(state.looked))
        when = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
        return self.tr("Coterie is up to date. Checked {when}.").format(when=when)
