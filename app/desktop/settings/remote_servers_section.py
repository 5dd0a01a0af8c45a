"""Models elsewhere: the servers that have them, and adding, changing and removing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.settings.remote_server_form import ServerForm
from app.desktop.text.remote_marks import RemoteChip
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.checked_field import Complaint
from app.desktop.widgets.controls import Section
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.services.connections.events import RemoteServersChanged
from app.services.connections.remote_server_file import ModelServer
from app.services.events import ServiceEvent
from app.services.settings.secrets import TokenPlace
from engine.errors import ErrorInfo, UserError
from engine.remote.names import RemoteName

if TYPE_CHECKING:
    from app.services.connections.remote_servers import Removed


class RemoteServerLine(ThemedWidget):
    """One server: what it is called and has, and the form that changes it below once it is opened.

    `remove_wanted` carries its address.
    """

    remove_wanted = Signal(str)

    def __init__(self, server: ModelServer, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self.server = server
        self._calls = calls
        self.form: ServerForm | None = None
        self.name, self.words = wrapped_label(self, ""), wrapped_label(self, "small")
        self.chip = RemoteChip(self, short=True)
        self.remove, self.toggle = push_button(self, "bar"), push_button(self, "icon")
        self.toggle.setCheckable(True)
        self._column = Column(
            Row(
                (Column(self.name, self.words, spacing=0), 1),
                (self.chip, 0, Qt.AlignmentFlag.AlignVCenter),
                (self.remove, 0, Qt.AlignmentFlag.AlignVCenter),
                (self.toggle, 0, Qt.AlignmentFlag.AlignVCenter),
                spacing=10,
            ),
            parent=self,
            spacing=12,
        )
        self.toggle.toggled.connect(self._open)
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self.server.url))
        self.refresh()

    def show_server(self, server: ModelServer) -> None:
        """What is typed in an open form stays."""
        self.server = server
        self.retranslate()

    def _open(self, on: bool) -> None:
        if on and self.form is None:
            self.form = ServerForm(self._calls, self, self.server)
            self._column.addWidget(self.form)
        if self.form is not None:
            if on:
                self.form.show_server(self.server)
                self.form.read_key()
            self.form.setVisible(on)
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        server = self.server
        self.name.setText(server.shown)
        count = len(server.models)
        models = self.tr("One model") if count == 1 else self.tr("{count} models").format(count=count)
        here = "" if server.leaves else self.tr("on this computer")
        self.words.setText(joined([server.host if server.title else "", here, models]))
        self.chip.show_model(RemoteName(server.url, "-").text)
        set_texts(self.remove, self.tr("Remove"), self.tr("Remove {address}").format(address=server.shown))
        self.remove.setVisible(self.toggle.isChecked())
        self.toggle.setAccessibleName(self.tr("Change {name}").format(name=server.shown))
        self.toggle.setToolTip(self.tr("Change it"))

    def restyle(self) -> None:
        px = themes.current.px
        set_icon(self.toggle, "chevron-down" if self.toggle.isChecked() else "chevron-right", "muted", 18)
        self._column.setContentsMargins(0, 0, 0, px(12) if self.toggle.isChecked() else 0)


class RemoteServerList(ThemedWidget):
    """The servers, a line each; a line stays while its server does. `said` carries a `Notification`,
    `opened` a line."""

    said = Signal(object)
    opened = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls = calls
        self._to_open = ""
        self.lines: dict[str, RemoteServerLine] = {}
        self.empty = wrapped_label(self, "small")
        self.complaint = Complaint(self)
        self._rows = Column(spacing=12)
        Column(self.empty, self._rows, self.complaint, parent=self, spacing=8)
        self.refresh()

    def read(self) -> None:
        self._calls.do(
            lambda s: (s.remote_servers.all(), s.remote_servers.problems),
            lambda found: self._show(*found),
            self._could_not,
            executor="io",
            owner=self,
        )

    def open(self, url: str) -> None:
        """Show all about the server at this address, once it is in the list."""
        self._to_open = url
        self.read()

    def _show(self, servers: tuple[ModelServer, ...], problems: tuple[ErrorInfo, ...]) -> None:
        self.complaint.say(UserError.from_info(problems[0]) if problems else None)
        there = {server.url for server in servers}
        for url in [url for url in self.lines if url not in there]:
            line = self.lines.pop(url)
            self._rows.drop(line)
        for server in servers:
            if server.url in self.lines:
                self.lines[server.url].show_server(server)
                continue
            line = self.lines[server.url] = RemoteServerLine(server, self._calls, self)
            line.remove_wanted.connect(self._remove)
            self._rows.addWidget(line)
        self.empty.setVisible(not servers)
        if self._to_open in self.lines:
            line = self.lines[self._to_open]
            self._to_open = ""
            line.toggle.setChecked(True)
            QTimer.singleShot(0, line, lambda: self._show_opened(line))  # a new one is shown only then

    def _show_opened(self, line: RemoteServerLine) -> None:
        line.toggle.setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit(line)

    def _could_not(self, error: UserError) -> None:
        self.complaint.say(error)

    def _remove(self, url: str) -> None:
        self._calls.do(
            lambda s: s.remote_servers.remove(url), self._removed, self._could_not, executor="net", owner=self
        )

    def _removed(self, removed: Removed | None) -> None:
        if removed is not None:
            words = self.tr("“{name}” was removed").format(name=removed.server.shown)
            self.said.emit(Notification(words, self.tr("Undo"), lambda: self._restore(removed)))

    def _restore(self, removed: Removed) -> None:
        self._calls.do(
            lambda s: s.remote_servers.restore(removed), None, self._could_not, executor="net", owner=self
        )

    def retranslate(self) -> None:
        self.empty.setText(self.tr("None yet."))


class RemoteServersSection(Section):
    """A card with the list, and the form that adds one. `said` carries a `Notification`; `grew` a widget that may
    be out of sight."""

    said = Signal(object)
    grew = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = RemoteServerList(calls, self)
        self.adding = ServerForm(calls, self)
        self._list_row = self.add_row(self.list, below=True)
        self._adding_row = self.add_row(self.adding, below=True)
        self.list.said.connect(self.said)
        self.list.opened.connect(self.grew)
        self.adding.saved.connect(self._added)
        self.refresh()

    def open(self) -> None:
        """The page comes to the front: ask for what others may have changed."""
        self.list.read()

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, RemoteServersChanged) for event in events):
            self.list.read()

    def _added(self, _: ModelServer, place: TokenPlace) -> None:
        if place == "session":
            words = self.tr("The key is kept until Coterie quits: this system has no keyring.")
            self.said.emit(Notification(words))
        now = QApplication.focusWidget()
        inside = now is not None and self.adding.isAncestorOf(now)
        self.adding.clear()
        self.adding.retranslate()
        if inside:  # the button that was pressed cannot be pressed again
            self.adding.address.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, lambda: self.grew.emit(self.list))

    def retranslate(self) -> None:
        self.set_title(self.tr("Remote models"))
        self._list_row.set_words(
            self.tr("Servers"),
            self.tr(
                "Servers that speak OpenAI’s API: vLLM, SGLang, llama-server, Ollama, LM Studio, and "
                "others. Anything sent to these models leaves your computer. They are marked wherever "
                "you use them."
            ),
        )
        self._adding_row.set_words(self.tr("Add a server"))
