"""What chats search: the menu of the paper clip, the chips of the shown chat, and the sheet of collections."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QKeySequence

from app.desktop.base.icons import icon
from app.desktop.base.menu import Menu
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.attaching.giving import Giving
from app.desktop.chat.collections.collection_chip import UseStrip
from app.desktop.chat.composer import Composer
from app.services.chat.collection_renaming import rename_collection
from app.services.collections.events import CollectionsChanged
from app.services.connections.web_search import provider_in_use
from app.services.events import ServiceEvent
from app.services.settings.settings import Settings
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.chat.collections.collections_sheet import CollectionsSheet
    from app.services.collections.background import Pause
    from app.services.collections.collections import Status
    from app.services.services import Services


class CollectionsControl(QObject):
    """`chosen` carries the name of the collection that the chat searches, "" for none, `web_chosen` whether it may
    search the web; `said` a `Notification` for the foot of the window; `closed` comes from the sheet,
    `web_settings_wanted` where a person wants to see the provider of web search. `giving` lets a person choose files
    or a region of the screen for the next message."""

    chosen = Signal(str)
    web_chosen = Signal(bool)
    web_settings_wanted = Signal()
    said = Signal(object)
    closed = Signal()

    def __init__(self, calls: ServiceCalls, composer: Composer, giving: Giving) -> None:
        super().__init__(composer)
        self._calls, self._composer, self._giving = calls, composer, giving
        self._chosen: str | None = None
        self._of_project = self._provider = ""
        self._web = self._temporary = False
        self._reading = self._is_stale = False
        self.sheet: CollectionsSheet | None = None
        self.menu = Menu(composer.attach)
        self.strip = UseStrip(composer.frame)
        composer.frame.show_above(self.strip)
        self.strip.height_changed.connect(composer.frame.fit)
        self.strip.chip.clicked.connect(self.open)
        self.strip.chip.removed.connect(lambda: self._choose(""))
        self.strip.web.clicked.connect(self.web_settings_wanted)
        self.strip.web.removed.connect(lambda: self._choose_web(False))
        composer.attach_wanted.connect(self._ask_menu)

    def show_chosen(self, name: str | None) -> None:
        """What was chosen for the chat that is shown: "" for none, None for that of its project."""
        self._chosen = name
        self._show_use()

    def show_project(self, name: str) -> None:
        """The collection of the project of the chat that is shown, "" for none."""
        self._of_project = name
        self._show_use()

    def show_web(self, chosen: bool, *, temporary: bool) -> None:
        """Whether the chat that is shown may search the web. One that is `temporary` has no journals for that."""
        self._web, self._temporary = chosen, temporary
        self._show_provider()

    def take_settings(self, settings: Settings) -> None:
        provider = provider_in_use(settings)
        self._provider = "" if provider is None else provider.name
        self._show_provider()

    def _show_provider(self) -> None:
        self.strip.show_web(self._provider if self._web and not self._temporary else "")

    @property
    def _in_use(self) -> str:
        return self._of_project if self._chosen is None else self._chosen

    def _show_use(self) -> None:
        self.strip.show_collection(self._in_use)
        if self.sheet is not None:
            self.sheet.show_use(self._in_use)

    def take_events(self, events: list[ServiceEvent]) -> None:
        if any(isinstance(event, CollectionsChanged) for event in events):
            self._read()

    def _choose(self, name: str) -> None:
        self.chosen.emit(name)
        self._composer.take_focus()

    def _choose_web(self, chosen: bool) -> None:
        self.web_chosen.emit(chosen)
        self._composer.take_focus()

    # The menu

    def _ask_menu(self) -> None:
        """Open it once it is known which collections there are."""
        self._calls.do(
            lambda s: s.collections.names() if s.collections.exist else (),
            self._open_menu,
            lambda _: self._open_menu(()),
            executor="io",
            owner=self,
        )

    def _open_menu(self, names: Sequence[str]) -> None:
        menu = self.menu
        menu.clear()
        attach = menu.addAction(icon("file-text", "muted", 16), self.tr("Attach files…"))
        attach.setShortcut(QKeySequence("Ctrl+U"))
        attach.triggered.connect(self._giving.choose)
        capture = menu.addAction(icon("image", "muted", 16), self.tr("Screenshot…"))
        capture.setShortcut(QKeySequence("Ctrl+Alt+S"))
        capture.triggered.connect(self._giving.capture)
        menu.addSeparator()
        for name in names:
            used = name == self._in_use
            mark = icon("check", "accent", 16) if used else icon("folder", "muted", 16)
            words = self.tr("Search in “{name}”").format(name=name)
            action = menu.addAction(mark, words.replace("&", "&&"))
            action.triggered.connect(partial(self._choose, "" if used else name))
        menu.addAction(self.tr("Collections…")).triggered.connect(self.open)
        if not self._temporary:
            menu.addSeparator()
            self._offer_web()
        button = self._composer.attach
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _offer_web(self) -> None:
        if not self._provider:
            sign, words = icon("globe", "muted", 16), self.tr("Set up web search…")
            self.menu.addAction(sign, words).triggered.connect(self.web_settings_wanted)
            return
        sign = icon("check", "accent", 16) if self._web else icon("globe", "muted", 16)
        action = self.menu.addAction(sign, self.tr("Search the web"))
        action.triggered.connect(lambda: self._choose_web(not self._web))

    # The sheet

    def open(self) -> None:
        """Show the sheet at the collection of the chat."""
        if self.sheet is None:
            from app.desktop.chat.collections.collections_sheet import CollectionsSheet

            sheet = self.sheet = CollectionsSheet(self._composer.window())
            sheet.make_wanted.connect(lambda name: self._add(name, []))
            sheet.add_wanted.connect(self._add)
            sheet.remove_wanted.connect(self._remove)
            sheet.rename_wanted.connect(self._rename)
            sheet.used.connect(self._choose)
            sheet.closed.connect(self.closed)
        self.sheet.show_use(self._in_use)
        if self._in_use:
            self.sheet.show_collection(self._in_use)
        self.sheet.open()
        self._read()

    def _read(self) -> None:
        """Show what there is now; what changes meanwhile is read afterwards."""
        if self.sheet is None or not self.sheet.isVisible():
            return
        self._is_stale = self._reading
        if not self._reading:
            self._reading = True
            self._calls.do(_found, self._was_read, self._not_read, executor="io", owner=self)

    def _was_read(self, found: tuple[Sequence[Status], Pause]) -> None:
        self._reading = False
        if self.sheet is not None:
            self.sheet.show_found(*found)
        if self._is_stale:
            self._read()

    def _not_read(self, error: UserError) -> None:
        self._reading = False
        if self.sheet is not None:
            self.sheet.say(error)
        if self._is_stale:
            self._read()

    def _add(self, name: str, paths: list[Path]) -> None:
        assert self.sheet is not None
        self._calls.do(
            lambda s: _added(s, name, paths),
            self.sheet.show_collection,
            self.sheet.say,
            executor="io",
            owner=self,
        )

    def _rename(self, name: str, new: str) -> None:
        assert self.sheet is not None
        self._calls.do(
            lambda s: rename_collection(s.collections, s.conversations, s.projects, name, new),
            partial(self._was_renamed, name),
            self.sheet.say,
            executor="io",
            owner=self,
        )

    def _was_renamed(self, name: str, new: str) -> None:
        if self._chosen == name:  # a new chat is not stored yet
            self.chosen.emit(new)
        if self.sheet is not None:
            self.sheet.show_collection(new)

    def _remove(self, name: str, paths: list[bytes]) -> None:
        assert self.sheet is not None
        self._calls.do(
            lambda s: _removed(s, name, paths),
            partial(self._was_removed, name, whole=not paths),
            self.sheet.say,
            executor="io",
            owner=self,
        )

    def _was_removed(self, name: str, paths: list[bytes], *, whole: bool) -> None:
        gone = self.tr("“{name}” removed. Its files stay where they are.")
        less = self.tr("Removed from “{name}”. The files stay where they are.")
        undo = partial(self._put_back, name, paths)
        self.said.emit(Notification((gone if whole else less).format(name=name), self.tr("Undo"), undo))

    def _put_back(self, name: str, paths: list[bytes]) -> None:
        self._calls.do(lambda s: _put_back(s, name, paths), executor="io")


def _found(services: Services) -> tuple[Sequence[Status], Pause]:
    """All collections, and why nothing is read now."""
    found = services.collections.all() if services.collections.exist else ()
    return found, services.indexing.pause


def _added(services: Services, name: str, paths: list[Path]) -> str:
    """The name of the collection as it is kept. Its files are read in the background."""
    kept = services.collections.add(name, paths).name
    services.indexing.look_again()
    return kept


def _removed(services: Services, name: str, paths: list[bytes]) -> list[bytes]:
    """What was removed."""
    removed = services.collections.remove(name, [Path(os.fsdecode(path)) for path in paths])
    services.indexing.look_again()
    return removed


def _put_back(services: Services, name: str, paths: list[bytes]) -> None:
    services.collections.put_back(name, paths)
    services.indexing.look_again()
