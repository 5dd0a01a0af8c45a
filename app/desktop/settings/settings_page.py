"""The page of settings. Everything on it takes effect at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.controls import Section
from app.desktop.settings.about_section import AboutSection
from app.desktop.settings.appearance import AppearanceSection
from app.desktop.settings.chat.answers_section import DefaultAnswers, DefaultSampling
from app.desktop.settings.chat.chats_section import ChatsSection
from app.desktop.settings.data_section import DataSection
from app.desktop.settings.grants_section import GrantsSection
from app.desktop.settings.graphics_section import GraphicsSection
from app.desktop.settings.helpers_section import HelpersSection
from app.desktop.settings.hooks.hooks_section import HooksSection
from app.desktop.settings.hub.hub_section import HubSection
from app.desktop.settings.index.settings_index import SettingsIndex
from app.desktop.settings.loading_section import LoadingSection
from app.desktop.settings.model_section import ModelSection
from app.desktop.settings.remembered_section import RememberedSection
from app.desktop.settings.remote_servers_section import RemoteServersSection
from app.desktop.settings.search_section import SearchSection
from app.desktop.settings.servers.servers_section import ServersSection
from app.desktop.settings.updates_section import UpdatesSection
from app.desktop.settings.usage.usage_section import UsageSection
from app.desktop.settings.web_search.web_search_section import WebSearchSection
from app.desktop.settings.workers_section import WorkersSection
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.scroller import scroll_area
from app.services.chat.events import ConversationChanged
from app.services.events import ServiceEvent
from app.services.models.events import ModelChanged
from app.services.runs.events import RunRemoved
from app.services.settings.settings import Settings

COLUMN = 744
# With less room the margins at its sides are half as wide.
NARROW, SIDE = 300, 24


class SettingsPage(ThemedWidget):
    """`run_restored` carries a run that was brought back from the trash, `said` a `Notification` for the foot of the
    window."""

    run_restored = Signal(int)
    export_wanted = Signal()
    said = Signal(object)
    shortcuts_wanted = Signal()

    def __init__(self, calls: ServiceCalls, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._title = text_label(self, "title")
        self.appearance = AppearanceSection(self._change, self)
        self.answers = DefaultAnswers(calls, self)
        self.chats = ChatsSection(self._change, self)
        self.model = ModelSection(calls, self)
        self.loading = LoadingSection(self._change, self)
        self.graphics = GraphicsSection(calls, self)
        self.search = SearchSection(calls, self)
        self.web_search = WebSearchSection(calls, self)
        self.helpers = HelpersSection(calls, self)
        self.remembered = RememberedSection(calls, self)
        self.hub = HubSection(calls, self)
        self.remote_servers = RemoteServersSection(calls, self)
        self.workers = WorkersSection(calls, self)
        self.servers = ServersSection(calls, self)
        self.grants = GrantsSection(calls, self)
        self.hooks = HooksSection(calls, self)
        self.sampling = DefaultSampling(calls, self)
        self.usage = UsageSection(calls, self)
        self.data = DataSection(calls, home, self)
        self.updates = UpdatesSection(calls, self)
        self.about = AboutSection(self)
        self._column = QWidget(self)
        sections = (
            self.appearance, self.answers, self.chats, self.remembered, self.model, self.loading, self.graphics,
            self.search, self.web_search, self.hub, self.remote_servers, self.workers, self.servers, self.helpers,
            self.grants, self.hooks, self.sampling, self.usage, self.data, self.updates, self.about,
        )  # fmt: skip
        self._lines = Column(
            self._title, *sections, STRETCH, parent=self._column, margins=(SIDE, 22, SIDE, 32), spacing=20
        )
        page = QWidget(self)
        Row(STRETCH, (self._column, 1000), STRETCH, parent=page)
        self.scroller = scroll_area(page, self)
        Column(self.scroller, parent=self)
        self._column.hide()  # until there is something to show
        # Stands beside the page.
        self.side = SettingsIndex(sections, self)
        self.side.wanted.connect(self._go_to)
        # A section that was gone to, until somebody scrolls.
        self._gone_to: Section | None = None
        self._bar = self.scroller.verticalScrollBar()
        self._bar.valueChanged.connect(self._show_where)
        self._bar.rangeChanged.connect(self._stay)
        self._sections = sections
        self.about.shortcuts.clicked.connect(self.shortcuts_wanted)
        self.data.run_restored.connect(self.run_restored)
        self.data.export_wanted.connect(self.export_wanted)
        self.remembered.said.connect(self.said)
        self.usage.said.connect(self.said)
        for connections in (self.remote_servers, self.workers, self.servers):
            connections.said.connect(self.said)
            connections.grew.connect(self._scroll_to)
        self.refresh()

    def _change(self, **fields: Any) -> None:
        self._calls.do(lambda s: s.settings.change(**fields))

    def take_settings(self, settings: Settings) -> None:
        for section in (
            self.appearance, self.answers, self.chats, self.remembered, self.model, self.loading, self.search,
            self.web_search, self.hub, self.helpers, self.grants, self.sampling, self.usage,
            self.data, self.updates,
        ):  # fmt: skip
            section.take_settings(settings)
        self._column.show()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for section in (
            self.remembered, self.model, self.graphics, self.search, self.hub, self.remote_servers, self.workers,
            self.servers, self.helpers, self.grants, self.updates,
        ):  # fmt: skip
            section.take_events(events)
        for event in events:
            if isinstance(event, ModelChanged):
                self.answers.take_model(event)
                self.sampling.take_model(event)
            elif isinstance(event, ConversationChanged | RunRemoved) and self.isVisible():
                self.data.read()

    def open(self) -> None:
        """The page comes to the front: show what others may have changed."""
        for section in (
            self.graphics, self.search, self.web_search, self.hub, self.remote_servers, self.workers, self.servers,
            self.helpers, self.updates,
        ):  # fmt: skip
            section.open()
        self.data.read()
        self.grants.read()
        self.hooks.open()
        self.usage.read()
        if self.side.isVisible():
            self.side.take_focus()
        self.remembered.read()

    def leave(self) -> None:
        """The window closes."""
        self.hub.leave()

    def show_workers(self) -> None:
        """Bring the workers into sight, ready to add one."""
        self.workers.list.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll_to(self.workers)

    def show_hub(self) -> None:
        """Bring what is set of the hub into sight, the token first."""
        self.hub.token.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll_to(self.hub)

    def show_web_search(self) -> None:
        """Bring the provider of web search into sight."""
        self.web_search.provider.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll_to(self.web_search)

    def show_elsewhere(self, url: str = "") -> None:
        """Bring the servers of models elsewhere into sight, ready to change the one at `url` or to add one."""
        self.remote_servers.adding.address.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll_to(self.remote_servers)
        if url:
            self.remote_servers.list.open(url)

    def _go_to(self, section: Section) -> None:
        self._gone_to = section
        self._stay()

    def _stay(self) -> None:
        """What comes into sections above moves the one that was gone to."""
        if self._gone_to is not None:
            self._bar.setValue(self._gone_to.y() - self._title.y())
            self.side.show_section(self._gone_to)

    def _show_where(self, top: int) -> None:
        """Mark the section that is read: the last that begins above the first lines of what is seen. One that was
        gone to may be too near the end for that."""
        if self._gone_to is not None and top in (self._gone_to.y() - self._title.y(), self._bar.maximum()):
            return
        self._gone_to = None
        line = top + themes.current.px(100)
        read = [section for section in self._sections if section.isVisible() and section.y() <= line]
        if read:
            self.side.show_section(read[-1])

    def _scroll_to(self, widget: QWidget) -> None:
        # Once it is laid out: what was never shown has no size yet.
        QTimer.singleShot(0, self, lambda: self.scroller.ensureWidgetVisible(widget))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Settings"))

    def restyle(self) -> None:
        self._column.setMaximumWidth(themes.current.px(COLUMN))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        side = SIDE / 2 if self.width() < themes.current.px(NARROW) else SIDE
        self._lines.set_margins(side, 22, side, 32)
